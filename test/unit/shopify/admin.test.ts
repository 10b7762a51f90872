import { expect, test } from 'vitest';
import { createAdminApi } from '../../../app/shopify/admin.ts';
import { SHOP_BASICS } from '../../../app/shopify/documents.ts';
import { shopDomain } from '../../../app/shopify/shop-domain.ts';

const shop = {
  id: 'gid://shopify/Shop/1',
  name: 'Birch \u0000& \ud800Clay',
  email: 'team@birch.example',
  myshopifyDomain: 'birch.myshopify.com',
  primaryDomain: { host: 'birch.example' },
  currencyCode: 'EUR',
  ianaTimezone: 'Europe/Berlin',
  shopAddress: { countryCodeV2: 'DE' },
};
const currentAppInstallation = { id: 'gid://shopify/AppInstallation/1', accessScopes: [] };

function adminThatSays(body: string) {
  const domain = shopDomain('birch.myshopify.com');
  if (domain === null) throw new Error('The domain is one of Shopify’s own.');
  const token = { ok: true, token: 'token' } as const;
  return createAdminApi(
    {
      fetch: () => Promise.resolve(new Response(body)),
      tokens: {
        accessToken: () => Promise.resolve(token),
        renewAgeing: () => Promise.resolve({ renewed: 0, refused: [], unreachable: [] }),
        widen: () => Promise.resolve(token),
        refused: () => Promise.resolve(),
      },
    },
    domain,
  );
}

test('what no database takes is taken out of an answer before anybody reads it', async () => {
  const answer = await adminThatSays(JSON.stringify({ data: { shop, currentAppInstallation } })).run(
    SHOP_BASICS,
    {},
  );
  expect(answer).toMatchObject({ ok: true, data: { shop: { name: 'Birch & \ufffdClay' } } });
});

test.each(['', '{"data":', '<html>'])('an answer that is no JSON counts as no answer: %j', async (body) => {
  expect(await adminThatSays(body).run(SHOP_BASICS, {})).toEqual({
    ok: false,
    problem: { kind: 'unreachable' },
  });
});
