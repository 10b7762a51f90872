/** Who may frame our pages. */
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { framePolicy } from '../../../app/http/frame-ancestors.ts';

test('the shop of the address and the admin', () => {
  expect(framePolicy('/app?shop=Birch.myshopify.com&x=1')).toBe(
    'frame-ancestors https://birch.myshopify.com https://admin.shopify.com;',
  );
  expect(framePolicy('/app', ['http://127.0.0.1:4000'])).toBe(
    'frame-ancestors https://admin.shopify.com http://127.0.0.1:4000;',
  );
});

test('nothing but a shop domain of Shopify gets into the header', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const policy = framePolicy(`/app?shop=${encodeURIComponent(text)}`);
      expect(policy).toMatch(
        /^frame-ancestors (https:\/\/[a-z0-9][a-z0-9-]*\.myshopify\.com )?https:\/\/admin\.shopify\.com;$/,
      );
    }),
  );
  expect(framePolicy('/app?shop=a.myshopify.com%20https://evil.example')).not.toContain('evil');
  expect(framePolicy('/app?shop=evil.example/.myshopify.com')).not.toContain('evil');
});
