/** Encryption at rest: AES-256-GCM with several keys, each sealed value bound to its shop and its field. */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const NONCES_AT_ONCE = 1_000;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Where a sealed value lives. It opens nowhere else. */
export interface SealBinding {
  shop: string;
  field: string;
}

export interface Keyring {
  /** The id of the key that encrypts what is sealed now. */
  readonly currentKeyId: string;
  readonly keyIds: readonly string[];
  seal(plain: Uint8Array | string, bind: SealBinding): Buffer;
  /** Throws SealError when the value was sealed with an unknown key, for another place, or was changed. */
  open(sealed: Uint8Array, bind: SealBinding): Buffer;
  openText(sealed: Uint8Array, bind: SealBinding): string;
  /** Which key sealed this value; null when it is no sealed value. */
  keyIdOf(sealed: Uint8Array): string | null;
  /** A search key: the same value gives the same bytes within one shop and one purpose, and nowhere else. */
  hmac(shopKey: Uint8Array, purpose: string, value: string): Buffer;
}

export type SealProblem = 'unknown_key' | 'not_sealed' | 'does_not_open';

export class SealError extends Error {
  readonly problem: SealProblem;
  constructor(problem: SealProblem, message: string) {
    super(message);
    this.name = 'SealError';
    this.problem = problem;
  }
}

/** The text of TOCK_ENCRYPTION_KEYS is wrong; the message names the position of the key, never the key. */
export class KeySpecError extends Error {
  override name = 'KeySpecError';
}

/** Reads `id:base64 of 32 bytes`, comma-separated; the first key encrypts, all of them decrypt. */
export function createKeyring(spec: string): Keyring {
  const keys = readKeys(spec);
  const first = keys.keys().next().value;
  if (first === undefined) throw new KeySpecError('There is no encryption key.');
  const currentKeyId = first;

  // Node works out anew what a plain buffer is at every call, which costs several times the HMAC itself.
  const shopKeys = new WeakMap<Uint8Array, KeyObject>();
  function keyObjectOf(shopKey: Uint8Array): KeyObject {
    const known = shopKeys.get(shopKey);
    if (known) return known;
    const made = createSecretKey(shopKey);
    shopKeys.set(shopKey, made);
    return made;
  }

  // Purposes are a handful of words of ours.
  const prefixes = new Map<string, Buffer>();
  function prefixOf(purpose: string): Buffer {
    const known = prefixes.get(purpose);
    if (known) return known;
    const made = lengthPrefixed(purpose);
    prefixes.set(purpose, made);
    return made;
  }

  function keyFor(id: string): KeyObject {
    const key = keys.get(id);
    if (!key) {
      throw new SealError(
        'unknown_key',
        `A stored value was encrypted with the key "${id}", which TOCK_ENCRYPTION_KEYS does not hold; add that key behind the first one.`,
      );
    }
    return key;
  }

  // Asking the system for twelve bytes costs as much as encrypting with them: they are fetched by the thousand.
  let nonces = Buffer.alloc(0);
  function nextNonce(): Buffer {
    if (nonces.length < NONCE_BYTES) nonces = randomBytes(NONCE_BYTES * NONCES_AT_ONCE);
    const nonce = nonces.subarray(0, NONCE_BYTES);
    nonces = nonces.subarray(NONCE_BYTES);
    return nonce;
  }

  const currentId = Buffer.from(currentKeyId, 'utf8');
  const head = Buffer.concat([Buffer.from([VERSION, currentId.length]), currentId]);

  function seal(plain: Uint8Array | string, bind: SealBinding): Buffer {
    const nonce = nextNonce();
    const cipher = createCipheriv(CIPHER, keyFor(currentKeyId), nonce);
    cipher.setAAD(placeOf(currentKeyId, bind));
    // A stream cipher: everything comes out of update, nothing of final.
    const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain);
    cipher.final();
    return Buffer.concat([head, nonce, cipher.getAuthTag(), body]);
  }

  function open(sealed: Uint8Array, bind: SealBinding): Buffer {
    const parts = partsOf(sealed);
    if (!parts) throw new SealError('not_sealed', 'A stored value is not in the form that Tock encrypts.');
    const decipher = createDecipheriv(CIPHER, keyFor(parts.keyId), parts.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(placeOf(parts.keyId, bind));
    decipher.setAuthTag(parts.tag);
    try {
      return Buffer.concat([decipher.update(parts.body), decipher.final()]);
    } catch {
      throw new SealError(
        'does_not_open',
        `The encrypted ${bind.field} of shop ${bind.shop} does not open: it was changed, belongs to another shop, or the key "${parts.keyId}" is not the one that encrypted it.`,
      );
    }
  }

  return {
    currentKeyId,
    keyIds: [...keys.keys()],
    seal,
    open,
    openText: (sealed, bind) => open(sealed, bind).toString('utf8'),
    keyIdOf: (sealed) => partsOf(sealed)?.keyId ?? null,
    hmac: (shopKey, purpose, value) =>
      createHmac('sha256', keyObjectOf(shopKey)).update(prefixOf(purpose)).update(value, 'utf8').digest(),
  };
}

/** A new random key for one shop's search keys (and for anything else that needs 32 secret bytes). */
export function newSecretKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

function readKeys(spec: string): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  const entries = spec
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const [index, entry] of entries.entries()) {
    const position = `Key ${index + 1} of TOCK_ENCRYPTION_KEYS`;
    const match = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(entry);
    const id = match?.[1];
    const base64 = match?.[2];
    if (id === undefined || base64 === undefined) {
      throw new KeySpecError(
        `${position} must look like id:base64, where the id has 1 to 32 letters or digits.`,
      );
    }
    const key = Buffer.from(base64, 'base64');
    if (key.length !== KEY_BYTES) {
      throw new KeySpecError(
        `${position} ("${id}") must be ${KEY_BYTES} bytes in base64; it is ${key.length}.`,
      );
    }
    if (keys.has(id)) throw new KeySpecError(`${position} uses the id "${id}" a second time.`);
    keys.set(id, createSecretKey(key));
  }
  return keys;
}

/** Everything that the authentication tag covers besides the text itself. */
function placeOf(keyId: string, bind: SealBinding): Buffer {
  const texts = [keyId, bind.shop, bind.field];
  const place = Buffer.alloc(texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) {
    const length = place.write(text, at + 4, 'utf8');
    at = place.writeUInt32BE(length, at) + length;
  }
  return place;
}

function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

interface SealedParts {
  keyId: string;
  nonce: Uint8Array;
  tag: Uint8Array;
  body: Uint8Array;
}

function partsOf(sealed: Uint8Array): SealedParts | null {
  const idLength = sealed[1];
  if (sealed[0] !== VERSION || idLength === undefined || idLength === 0) return null;
  const nonceAt = 2 + idLength;
  const bodyAt = nonceAt + NONCE_BYTES + TAG_BYTES;
  if (sealed.length < bodyAt) return null;
  return {
    keyId: Buffer.from(sealed.subarray(2, nonceAt)).toString('utf8'),
    nonce: sealed.subarray(nonceAt, nonceAt + NONCE_BYTES),
    tag: sealed.subarray(nonceAt + NONCE_BYTES, bodyAt),
    body: sealed.subarray(bodyAt),
  };
}
