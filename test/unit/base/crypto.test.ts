/** What is sealed opens only with its key, in its shop and its field. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyring, KeySpecError, newSecretKey, SealError } from '../../../app/base/crypto.ts';

const key = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const here = { shop: '1', field: 'pixels.token_sealed' };

describe('sealing', () => {
  it('gives back any bytes and any text', () => {
    const keyring = createKeyring(key('a', 1));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), (bytes, text) => {
        expect(keyring.open(keyring.seal(bytes, here), here)).toEqual(Buffer.from(bytes));
        expect(keyring.openText(keyring.seal(text, here), here)).toBe(
          Buffer.from(text, 'utf8').toString('utf8'),
        );
      }),
    );
  });

  it('never gives the same bytes twice', () => {
    const keyring = createKeyring(key('a', 1));
    expect(keyring.seal('same', here)).not.toEqual(keyring.seal('same', here));
  });

  it('does not open in another shop or field, however the two are cut', () => {
    const keyring = createKeyring(key('a', 1));
    const sealed = keyring.seal('secret', { shop: '12', field: '3x' });
    for (const elsewhere of [
      { shop: '1', field: '23x' },
      { shop: '123', field: 'x' },
      { shop: '13', field: '3x' },
      { shop: '12', field: '3y' },
      { shop: '', field: '123x' },
    ]) {
      expect(() => keyring.open(sealed, elsewhere)).toThrow(
        expect.objectContaining({ problem: 'does_not_open' }),
      );
    }
  });

  it('does not open when a single bit has changed', () => {
    const keyring = createKeyring(`${key('a', 1)},${key('b', 2)}`);
    const sealed = keyring.seal('secret', here);
    fc.assert(
      fc.property(fc.nat(sealed.length * 8 - 1), (bit) => {
        const changed = Buffer.from(sealed);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => keyring.open(changed, here)).toThrow(SealError);
      }),
    );
  });

  it('does not open when it was cut short', () => {
    const keyring = createKeyring(key('a', 1));
    const sealed = keyring.seal('secret', here);
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => keyring.open(sealed.subarray(0, length), here)).toThrow(SealError);
    }
  });
});

describe('several keys', () => {
  it('encrypt with the first and open with each of them', () => {
    const old = createKeyring(key('old', 1));
    const both = createKeyring(`${key('new', 2)}, ${key('old', 1)}`);
    const sealed = old.seal('secret', here);
    expect(both.openText(sealed, here)).toBe('secret');
    expect(both.keyIdOf(sealed)).toBe('old');
    expect(both.keyIdOf(both.seal('secret', here))).toBe('new');
    expect(both.currentKeyId).toBe('new');
    expect(() => old.open(both.seal('secret', here), here)).toThrow(
      expect.objectContaining({ problem: 'unknown_key' }),
    );
  });

  it('with the same id but other bytes do not open', () => {
    const sealed = createKeyring(key('a', 1)).seal('secret', here);
    expect(() => createKeyring(key('a', 2)).open(sealed, here)).toThrow(/does not open/);
  });
});

describe('the text of the keys', () => {
  it.each([
    ['nothing', ''],
    ['only commas', ' , ,'],
    ['no id', Buffer.alloc(32).toString('base64')],
    ['an empty id', `:${Buffer.alloc(32).toString('base64')}`],
    ['16 bytes', `a:${Buffer.alloc(16).toString('base64')}`],
    ['33 bytes', `a:${Buffer.alloc(33).toString('base64')}`],
    ['no base64', 'a:***'],
    ['the same id twice', `${key('a', 1)},${key('a', 2)}`],
    ['an id with blanks', `a b:${Buffer.alloc(32).toString('base64')}`],
  ])('is refused with %s', (_name, spec) => {
    expect(() => createKeyring(spec)).toThrow(KeySpecError);
  });

  it('is never repeated in the message', () => {
    const secret = Buffer.alloc(16, 7).toString('base64');
    expect(() => createKeyring(`a:${secret}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });
});

describe('search keys', () => {
  it('are the same within one shop and purpose, and nowhere else', () => {
    const keyring = createKeyring(key('a', 1));
    const [one, other] = [newSecretKey(), newSecretKey()];
    const made = keyring.hmac(one, 'email', 'x');
    expect(keyring.hmac(one, 'email', 'x')).toEqual(made);
    expect(made).toHaveLength(32);
    expect(keyring.hmac(other, 'email', 'x')).not.toEqual(made);
    expect(keyring.hmac(one, 'phone', 'x')).not.toEqual(made);
    expect(keyring.hmac(one, 'emai', 'lx')).not.toEqual(made);
  });
});
