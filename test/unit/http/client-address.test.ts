/** Whose address counts when proxies stand in front. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { clientAddress, trustedProxies } from '../../../app/http/client-address.ts';

const trusted = trustedProxies(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

test.each([
  ['nobody in front', '203.0.113.5', undefined, '203.0.113.5'],
  ['a stranger may write what he likes', '203.0.113.5', '1.1.1.1', '203.0.113.5'],
  ['one proxy of ours', '10.1.2.3', '198.51.100.9', '198.51.100.9'],
  ['the rightmost that is not ours', '10.1.2.3', '1.1.1.1, 198.51.100.9, 10.9.9.9', '198.51.100.9'],
  ['an IPv6 coat around IPv4', '::ffff:10.1.2.3', '198.51.100.9', '198.51.100.9'],
  ['a port behind the address', '10.1.2.3', '198.51.100.9:4711', '198.51.100.9'],
  ['IPv6 in brackets', 'fd00::1', '[2001:db8::5]:443', '2001:db8::5'],
  ['all of them ours: the one farthest away', '10.1.2.3', '10.4.4.4, 10.5.5.5', '10.4.4.4'],
  ['what is no address is not believed, nor what is left of it', '10.1.2.3', '1.1.1.1, unknown', '10.1.2.3'],
  ['the header several times', '192.0.2.7', ['1.1.1.1', '198.51.100.9'], '198.51.100.9'],
])('%s', (_name, peer, forwarded, expected) => {
  expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
});

describe('TRUSTED_PROXIES', () => {
  test.each(['10.0.0.0/33', 'proxy.example', '10.0.0.0/x', '/8'])('%s is refused by name', (entry) => {
    expect(() => trustedProxies([entry])).toThrow(entry);
  });
});

test('whatever a client writes to the left of what our proxy added changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.ipV4(), (written, client) => {
      fc.pre(!trusted(client));
      expect(clientAddress('10.0.0.1', `${written}, ${client}`, trusted)).toBe(client);
    }),
  );
});
