/** Session tokens as App Bridge hands them out: minted here, checked here when the app exchanges them. */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SessionTokenClaims {
  iss: string;
  dest: string;
  aud: string;
  sub: string;
  exp: number;
  nbf: number;
  iat: number;
  jti: string;
  sid: string;
}

const lifetimeSeconds = 60;

/** The app's library checks these tokens against the machine's own time, so they live in it and not in the world's. */
const machineSeconds = () => Math.floor(Date.now() / 1000);

function sign(content: string, secret: string): string {
  return createHmac('sha256', secret).update(content).digest('base64url');
}

export function mintSessionToken(input: {
  domain: string;
  apiKey: string;
  secret: string;
  userId: string;
  sid: string;
  jti: string;
  /** Negative makes a token that has expired. */
  lifetime?: number;
}): string {
  const now = machineSeconds();
  const claims: SessionTokenClaims = {
    iss: `https://${input.domain}/admin`,
    dest: `https://${input.domain}`,
    aud: input.apiKey,
    sub: input.userId,
    exp: now + (input.lifetime ?? lifetimeSeconds),
    nbf: now,
    iat: now,
    jti: input.jti,
    sid: input.sid,
  };
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${sign(content, input.secret)}`;
}

function field(value: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** The claims, or why Shopify would refuse the token. */
export function readSessionToken(
  token: string,
  expected: { domain: string; apiKey: string; secret: string },
): { ok: true; userId: string; sid: string } | { ok: false; why: string } {
  const [header, body, signature, ...rest] = token.split('.');
  if (!header || !body || !signature || rest.length > 0) return { ok: false, why: 'not a JWT' };
  const wanted = Buffer.from(sign(`${header}.${body}`, expected.secret));
  const given = Buffer.from(signature);
  if (wanted.length !== given.length || !timingSafeEqual(wanted, given))
    return { ok: false, why: 'wrong signature' };
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    return { ok: false, why: 'not a JWT' };
  }
  if (typeof claims !== 'object' || claims === null) return { ok: false, why: 'not a JWT' };
  const now = machineSeconds();
  if (field(claims, 'aud') !== expected.apiKey) return { ok: false, why: 'another app' };
  if (field(claims, 'dest') !== `https://${expected.domain}`) return { ok: false, why: 'another shop' };
  if (Number(field(claims, 'exp')) <= now) return { ok: false, why: 'expired' };
  if (Number(field(claims, 'nbf')) > now + 1) return { ok: false, why: 'not yet valid' };
  return { ok: true, userId: String(field(claims, 'sub')), sid: String(field(claims, 'sid')) };
}
