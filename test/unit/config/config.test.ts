/** The environment is read once, and everything wrong with it is told at once. */
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, sandboxCredentials, TIKTOK_API_URL } from '../../../app/config.ts';

const keys = `k1:${Buffer.alloc(32, 9).toString('base64')}`;
const production = {
  SHOPIFY_API_KEY: 'key',
  SHOPIFY_API_SECRET: 'secret',
  SHOPIFY_APP_URL: 'https://tock.example/',
  TOCK_ENCRYPTION_KEYS: keys,
};

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a complete environment', () => {
  it('is read with its defaults', () => {
    expect(readConfig(production)).toEqual({
      mode: 'production',
      host: '127.0.0.1',
      port: 3000,
      trustedProxies: [],
      dataDir: '.data',
      shopify: {
        apiKey: 'key',
        apiSecret: 'secret',
        appUrl: 'https://tock.example',
        scopes: ['read_orders', 'read_products', 'write_pixels', 'read_customer_events'],
      },
      encryptionKeys: keys,
      tiktokApiUrl: TIKTOK_API_URL,
      logLevel: 'info',
    });
  });

  it('may say everything', () => {
    expect(
      readConfig({
        ...production,
        HOST: '0.0.0.0',
        PORT: '8080',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1/128',
        DATABASE_URL: 'postgresql://tock@db/tock',
        DATA_DIR: '/var/lib/tock',
        SHOPIFY_API_SECRET_PREVIOUS: 'older',
        SCOPES: 'read_orders,write_pixels',
        SMTP_URL: 'smtp://mail.example:587',
        MAIL_FROM: 'tock@example.com',
        METRICS_TOKEN: '0123456789abcdef',
        LOG_LEVEL: 'debug',
      }),
    ).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      trustedProxies: ['10.0.0.0/8', '::1/128'],
      databaseUrl: 'postgresql://tock@db/tock',
      dataDir: '/var/lib/tock',
      shopify: { apiSecretPrevious: 'older', scopes: ['read_orders', 'write_pixels'] },
      mail: { smtpUrl: 'smtp://mail.example:587', from: 'tock@example.com' },
      metricsToken: '0123456789abcdef',
      logLevel: 'debug',
    });
  });
});

describe('an incomplete environment', () => {
  it('is told in one list with everything missing and everything wrong', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://x',
      SMTP_URL: 'smtp://m',
    });
    expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'MAIL_FROM',
      'PORT',
      'SHOPIFY_API_KEY',
      'SHOPIFY_API_SECRET',
      'SHOPIFY_APP_URL',
      'TOCK_ENCRYPTION_KEYS',
    ]);
  });

  it('counts an empty variable as absent', () => {
    expect(problemsOf({ ...production, SHOPIFY_API_KEY: ' ', PORT: '' })).toEqual([
      expect.stringMatching(/^SHOPIFY_API_KEY: missing/),
    ]);
  });

  it.each([
    ['SHOPIFY_APP_URL', 'tock.example'],
    ['SHOPIFY_APP_URL', 'http://tock.example'],
    ['TRUSTED_PROXIES', 'everyone'],
    ['METRICS_TOKEN', 'short'],
    ['TOCK_ENCRYPTION_KEYS', 'k1:c2hvcnQ='],
    ['MAIL_FROM', 'tock@example.com'],
    ['PORT', 'http'],
    ['NODE_ENV', 'staging'],
  ])('names %s when it is %s', (name, value) => {
    const problems = problemsOf({ ...production, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(name === 'MAIL_FROM' ? /^SMTP_URL: / : new RegExp(`^${name}: `));
  });

  it('never repeats a secret', () => {
    const secret = 'c2hvcnQtYnV0LXNlY3JldA==';
    expect(problemsOf({ ...production, TOCK_ENCRYPTION_KEYS: `k1:${secret}` }).join()).not.toContain(secret);
  });
});

describe('the sandbox', () => {
  const sandbox = { SANDBOX_URL: 'http://127.0.0.1:4000/' };

  it('needs nothing else outside production', () => {
    expect(readConfig({ NODE_ENV: 'development', ...sandbox })).toMatchObject({
      sandboxUrl: 'http://127.0.0.1:4000',
      tiktokApiUrl: 'http://127.0.0.1:4000/tiktok/open_api/v1.3',
      encryptionKeys: sandboxCredentials.encryptionKeys,
      shopify: {
        apiKey: 'tock-sandbox-key',
        apiSecret: 'tock-sandbox-secret',
        appUrl: 'http://127.0.0.1:3000',
      },
    });
  });

  it.each([
    ['SANDBOX_URL', sandbox],
    ['SHOPIFY_API_SECRET', { SHOPIFY_API_SECRET: 'tock-sandbox-secret' }],
    ['TOCK_ENCRYPTION_KEYS', { TOCK_ENCRYPTION_KEYS: `${keys},${sandboxCredentials.encryptionKeys}` }],
    ['TIKTOK_API_URL', { TIKTOK_API_URL: 'https://tiktok.example/open_api/v1.3' }],
  ])('is refused in production by %s', (name, change) => {
    const env = { ...production, ...change };
    expect(problemsOf(env)).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
    expect(problemsOf({ ...env, NODE_ENV: 'production' })).toHaveLength(1);
    expect(problemsOf({ ...env, TOCK_ALLOW_TEST_ENDPOINTS: '1' })).toEqual([]);
    expect(problemsOf({ ...env, NODE_ENV: 'development' })).toEqual([]);
  });
});
