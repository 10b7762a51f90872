import { expect, test } from 'vitest';
import { senderOf } from '../../../app/intake/sender.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2'],
  ['2001:DB8:1:2:bbbb:1:2:3', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as %s: whoever has one IPv6 address has the whole network of it', (ip, sender) => {
  expect(senderOf(ip)).toBe(sender);
});
