/** The environment, read once, checked by a schema; everything missing or wrong is told in one list. */
import { z } from 'zod';
import { createKeyring, KeySpecError } from './base/crypto.ts';
import { logLevels, type LogLevel } from './base/log.ts';

export const TIKTOK_API_URL = 'https://business-api.tiktok.com/open_api/v1.3';
export const DEFAULT_SCOPES = 'read_orders,read_products,write_pixels,read_customer_events';

/** What the sandbox's stand-ins accept. They are in the open, so production refuses them. */
export const sandboxCredentials = {
  apiKey: 'tock-sandbox-key',
  apiSecret: 'tock-sandbox-secret',
  encryptionKeys: `sandbox:${Buffer.from('tock-sandbox-encryption-key-0001').toString('base64')}`,
} as const;

export interface Config {
  /** Production unless NODE_ENV says development or test. */
  mode: 'production' | 'development' | 'test';
  host: string;
  port: number;
  /** Networks in CIDR form whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  databaseUrl?: string;
  dataDir: string;
  shopify: {
    apiKey: string;
    apiSecret: string;
    apiSecretPrevious?: string;
    appUrl: string;
    scopes: string[];
  };
  encryptionKeys: string;
  tiktokApiUrl: string;
  sandboxUrl?: string;
  mail?: { smtpUrl: string; from: string };
  metricsToken?: string;
  logLevel: LogLevel;
}

export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The environment is not complete:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\nSet these variables (or a .env file) and start again.`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const text = z.string().trim();
const httpUrl = text.refine(
  (value) => /^https?:\/\//.test(value) && URL.canParse(value),
  'must be an http or https address',
);
const cidr = /^[0-9a-fA-F.:]+(\/\d{1,3})?$/;

const schema = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  HOST: text.default('127.0.0.1'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(3000),
  TRUSTED_PROXIES: text
    .default('')
    .transform(list)
    .refine(
      (entries) => entries.every((entry) => cidr.test(entry)),
      'must be networks such as 10.0.0.0/8, comma-separated',
    ),
  DATABASE_URL: text
    .refine((value) => /^postgres(ql)?:\/\//.test(value), 'must begin with postgresql://')
    .optional(),
  DATA_DIR: text.default('.data'),
  SHOPIFY_API_KEY: text.optional(),
  SHOPIFY_API_SECRET: text.optional(),
  SHOPIFY_API_SECRET_PREVIOUS: text.optional(),
  SHOPIFY_APP_URL: httpUrl.optional(),
  SCOPES: text.default(DEFAULT_SCOPES).transform(list),
  TOCK_ENCRYPTION_KEYS: text.optional(),
  TIKTOK_API_URL: httpUrl.optional(),
  SANDBOX_URL: httpUrl.optional(),
  SMTP_URL: text
    .refine((value) => /^smtps?:\/\//.test(value), 'must begin with smtp:// or smtps://')
    .optional(),
  MAIL_FROM: text.optional(),
  METRICS_TOKEN: text.min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z.enum(logLevels).default('info'),
  TOCK_ALLOW_TEST_ENDPOINTS: z.enum(['0', '1']).default('0'),
});

const missing = {
  SHOPIFY_API_KEY: "the app's client id, from its page in the Partner Dashboard",
  SHOPIFY_API_SECRET: "the app's client secret, from the same page",
  SHOPIFY_APP_URL: 'the public https address of this server',
  TOCK_ENCRYPTION_KEYS: 'id:base64 of 32 random bytes, for example k1:$(openssl rand -base64 32)',
} as const;

/** Throws one ConfigError that lists everything missing or wrong. An empty variable counts as absent. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    // What depends on the values that did parse is checked too, so that the list is whole.
    const wrong = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
    const rest = schema.safeParse(
      Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))),
    );
    const more = rest.success
      ? assemble(rest.data).problems.filter((problem) => !wrong.has(problem.name))
      : [];
    throw new ConfigError([
      ...parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`),
      ...more.map(sentence),
    ]);
  }
  const { config, problems } = assemble(parsed.data);
  if (problems.length > 0) throw new ConfigError(problems.map(sentence));
  return config;
}

interface Problem {
  name: string;
  text: string;
}

function sentence(problem: Problem): string {
  return `${problem.name}: ${problem.text}`;
}

type Environment = z.output<typeof schema>;

function assemble(env: Environment): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const sandboxUrl = env.SANDBOX_URL === undefined ? undefined : withoutSlash(env.SANDBOX_URL);
  const inSandbox = sandboxUrl !== undefined;

  function required(name: keyof typeof missing, value: string | undefined, inSandboxInstead: string): string {
    if (value !== undefined) return value;
    if (inSandbox) return inSandboxInstead;
    problems.push({ name, text: `missing; ${missing[name]}` });
    return '';
  }

  const apiKey = required('SHOPIFY_API_KEY', env.SHOPIFY_API_KEY, sandboxCredentials.apiKey);
  const apiSecret = required('SHOPIFY_API_SECRET', env.SHOPIFY_API_SECRET, sandboxCredentials.apiSecret);
  const appUrl = required('SHOPIFY_APP_URL', env.SHOPIFY_APP_URL, `http://127.0.0.1:${env.PORT}`);
  const encryptionKeys = required(
    'TOCK_ENCRYPTION_KEYS',
    env.TOCK_ENCRYPTION_KEYS,
    sandboxCredentials.encryptionKeys,
  );
  const tiktokApiUrl = withoutSlash(
    env.TIKTOK_API_URL ?? (inSandbox ? `${sandboxUrl}/tiktok/open_api/v1.3` : TIKTOK_API_URL),
  );

  if (encryptionKeys !== '') {
    try {
      createKeyring(encryptionKeys);
    } catch (error) {
      if (!(error instanceof KeySpecError)) throw error;
      problems.push({ name: 'TOCK_ENCRYPTION_KEYS', text: error.message });
    }
  }
  if ((env.SMTP_URL === undefined) !== (env.MAIL_FROM === undefined)) {
    problems.push(
      env.SMTP_URL === undefined
        ? { name: 'SMTP_URL', text: 'missing; MAIL_FROM is set, and mail needs both' }
        : { name: 'MAIL_FROM', text: 'missing; SMTP_URL is set, and mail needs both' },
    );
  }
  if (env.NODE_ENV === 'production' && env.TOCK_ALLOW_TEST_ENDPOINTS === '0') {
    const refuse = (name: string, why: string): void => {
      problems.push({
        name,
        text: `${why}; TOCK_ALLOW_TEST_ENDPOINTS=1 allows it on a machine that is only for testing`,
      });
    };
    if (inSandbox)
      refuse('SANDBOX_URL', 'must not be set in production, where it would send real orders to stand-ins');
    if (
      env.SHOPIFY_API_SECRET === sandboxCredentials.apiSecret ||
      env.SHOPIFY_API_KEY === sandboxCredentials.apiKey
    ) {
      refuse('SHOPIFY_API_SECRET', "the sandbox's credentials are public and must not be used in production");
    }
    if (env.TOCK_ENCRYPTION_KEYS !== undefined && holdsSandboxKey(env.TOCK_ENCRYPTION_KEYS)) {
      refuse(
        'TOCK_ENCRYPTION_KEYS',
        "the sandbox's encryption key is public and must not be used in production",
      );
    }
    if (!inSandbox && tiktokApiUrl !== TIKTOK_API_URL) {
      refuse('TIKTOK_API_URL', 'is not an address of TikTok, and access tokens would be sent there');
    }
    if (appUrl !== '' && !inSandbox && !appUrl.startsWith('https://')) {
      refuse('SHOPIFY_APP_URL', 'must begin with https:// in production, because Shopify opens nothing else');
    }
  }

  const config: Config = {
    mode: env.NODE_ENV,
    host: env.HOST,
    port: env.PORT,
    trustedProxies: env.TRUSTED_PROXIES,
    ...(env.DATABASE_URL === undefined ? {} : { databaseUrl: env.DATABASE_URL }),
    dataDir: env.DATA_DIR,
    shopify: {
      apiKey,
      apiSecret,
      ...(env.SHOPIFY_API_SECRET_PREVIOUS === undefined
        ? {}
        : { apiSecretPrevious: env.SHOPIFY_API_SECRET_PREVIOUS }),
      appUrl: withoutSlash(appUrl),
      scopes: env.SCOPES,
    },
    encryptionKeys,
    tiktokApiUrl,
    ...(sandboxUrl === undefined ? {} : { sandboxUrl }),
    ...(env.SMTP_URL === undefined || env.MAIL_FROM === undefined
      ? {}
      : { mail: { smtpUrl: env.SMTP_URL, from: env.MAIL_FROM } }),
    ...(env.METRICS_TOKEN === undefined ? {} : { metricsToken: env.METRICS_TOKEN }),
    logLevel: env.LOG_LEVEL,
  };
  return { config, problems };
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function holdsSandboxKey(spec: string): boolean {
  const demo = sandboxCredentials.encryptionKeys.split(':')[1] ?? '';
  return list(spec).some((entry) =>
    Buffer.from(entry.split(':')[1] ?? '', 'base64').equals(Buffer.from(demo, 'base64')),
  );
}
