/** The sandbox's Admin API refuses, charges and answers as Shopify's does, against the real schema. */

import { afterEach, beforeEach, describe, expect } from 'vitest';
import { adminApiSwitches } from '../../../sandbox/admin/graphql/endpoint.ts';
import { drainBucket } from '../../../sandbox/admin/graphql/cost.ts';
import { ADMIN_ORDER_SELECTION, readAdminOrder } from '../../../app/conversion/from-admin-order.ts';
import { readOrder } from '../../../app/conversion/from-order.ts';
import { draftOfKind, orderKinds } from '../../../sandbox/orders/kinds.ts';
import { orderPayload } from '../../../sandbox/orders/payload.ts';
import { cancelOrder, deleteOrder, placeOrder } from '../../../sandbox/orders/changes.ts';
import type { SandboxOrder } from '../../../sandbox/world.ts';
import { rule } from '../../support/rule.ts';
import { graphql, install, openSandbox, shopOf, type TestSandbox } from './admin-client.ts';

let sandbox: TestSandbox;
let token: string;
beforeEach(async () => {
  sandbox = await openSandbox();
  token = await install(sandbox, shopOf(sandbox));
});
afterEach(async () => {
  await sandbox.close();
  expect(sandbox.failures).toEqual([]);
});

const ask = (query: string, variables: Record<string, unknown> = {}) =>
  graphql(sandbox, shopOf(sandbox), token, query, variables);

function order(kind: Parameters<typeof draftOfKind>[2] = 'plain'): SandboxOrder {
  const shop = shopOf(sandbox);
  return placeOrder(sandbox.world, shop, draftOfKind(sandbox.world, shop, kind));
}

describe('requests', () => {
  rule(
    'an unknown token is 401, an unknown version 404, a request without a query 400',
    { fact: 'shopify.md §6.3', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox);
      const query = '{ shop { name } }';
      expect((await graphql(sandbox, shop, 'shpat_guess', query)).raw).toEqual({
        errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      });
      expect((await graphql(sandbox, shopOf(sandbox, 'fjord'), token, query)).status).toBe(401);
      expect((await graphql(sandbox, shop, token, query, {}, '2019-13')).status).toBe(404);
      expect((await ask('')).status).toBe(400);
    },
  );

  rule(
    'what the schema does not know fails with undefinedField, without data',
    { fact: 'graphql-ruby error shape', mark: 'second-hand' },
    async () => {
      const answer = await ask('query Names { shop { nam } }');
      expect(answer.status).toBe(200);
      expect(answer.raw).toEqual({
        errors: [
          {
            message: "Field 'nam' doesn't exist on type 'Shop'",
            locations: [{ line: 1, column: 22 }],
            path: ['query Names'],
            extensions: { code: 'undefinedField', typeName: 'Shop', fieldName: 'nam' },
          },
        ],
      });
    },
  );

  rule(
    'missing arguments and wrong variables have their own codes',
    { fact: 'graphql-ruby error shape', mark: 'second-hand' },
    async () => {
      expect((await ask('{ order { id } }')).errors[0]?.extensions?.code).toBe('missingRequiredArguments');
      const variable = await ask('query($id: ID!) { order(id: $id) { id } }');
      expect(variable.errors[0]?.extensions?.code).toBe('INVALID_VARIABLE');
    },
  );

  rule(
    'a deprecated field fails, so that none gets into the app',
    { fact: 'the sandbox is stricter than Shopify here', mark: 'assumed', assumption: 'admin-deprecated' },
    async () => {
      const answer = await ask('{ shop { plan { displayName } } }');
      expect(answer.errors[0]?.message).toContain('deprecated');
      expect(answer.data).toBeUndefined();
    },
  );

  rule(
    'what the sandbox cannot answer fails loudly instead of answering null',
    { fact: 'rule of the sandbox', mark: 'verified' },
    async () => {
      const answer = await ask('{ shop { name features { giftCards } } }');
      expect(answer.status).toBe(501);
      expect(answer.errors[0]?.message).toContain('Shop.features');
    },
  );

  rule(
    'an outage answers with an HTML page',
    { fact: 'shape of a 5xx', mark: 'assumed', assumption: 'admin-outage' },
    async () => {
      Object.assign(adminApiSwitches(sandbox.world), { failWith: 503, failures: 1 });
      const shop = shopOf(sandbox);
      const answer = await fetch(`${sandbox.url}/shopify/${shop.domain}/admin/api/2026-10/graphql.json`, {
        method: 'POST',
      });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html']);
      await answer.text();
      expect((await ask('{ shop { name } }')).status).toBe(200);
    },
  );
});

describe('access', () => {
  rule(
    'a missing scope names the field and the scope',
    { fact: 'changelog: new error messages for missing access scopes', mark: 'verified' },
    async () => {
      const { errors, data } = await ask('{ shop { name } themes(first: 1) { nodes { id } } }');
      expect(data).toEqual({ shop: { name: 'Northwind Outfitters' }, themes: null });
      expect(errors).toEqual([
        expect.objectContaining({
          message: 'Access denied for themes field. Required access: `read_themes` access scope.',
          path: ['themes'],
          extensions: expect.objectContaining({
            code: 'ACCESS_DENIED',
            requiredAccess: '`read_themes` access scope.',
          }),
        }),
      ]);
    },
  );

  rule(
    'webPixelCreate asks for write_pixels and read_customer_events',
    { fact: 'shopify.md §1.2', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox, 'fjord');
      const poor = await install(sandbox, shop, ['write_pixels']);
      const answer = await graphql(sandbox, shop, poor, createPixel, {
        webPixel: { settings: pixelSettings },
      });
      expect(answer.errors[0]?.extensions?.code).toBe('ACCESS_DENIED');
    },
  );

  rule(
    'a write scope brings its read scope',
    { fact: 'shopify.md §1.2', mark: 'assumed', assumption: 'storefront-pixel-settings' },
    async () => {
      expect((await ask('{ webPixel { id } }')).errors[0]?.extensions?.code).toBe('RESOURCE_NOT_FOUND');
    },
  );

  rule(
    'customer objects need read_customers, also inside an order',
    { fact: 'schema 2026-10', mark: 'verified' },
    async () => {
      order();
      const { errors, data } = await ask('{ orders(first: 1) { nodes { name customer { id } } } }');
      expect(errors[0]).toMatchObject({
        path: ['orders', 'nodes', 0, 'customer'],
        extensions: { code: 'ACCESS_DENIED' },
      });
      expect(data).toMatchObject({ orders: { nodes: [{ name: '#1001', customer: null }] } });
    },
  );

  rule(
    'a protected field that was not approved is null beside an error',
    { fact: 'shopify.md §5.1', mark: 'verified' },
    async () => {
      order();
      const shop = shopOf(sandbox);
      const query = '{ orders(first: 1) { nodes { name email } } }';
      expect((await ask(query)).errors).toEqual([]);
      shop.protectedData.email = false;
      const { errors, data, status } = await ask(query);
      expect(status).toBe(200);
      expect(data).toMatchObject({ orders: { nodes: [{ name: '#1001', email: null }] } });
      expect(errors[0]?.extensions?.code).toBe('ACCESS_DENIED');
      shop.protectedData.customerData = false;
      expect((await ask(query)).errors[0]?.message).toContain('not approved to access the Order object');
    },
  );
});

describe('cost', () => {
  rule(
    'every answer says what it cost and what is left',
    { fact: 'shopify.md §8', mark: 'verified' },
    async () => {
      const { cost } = await ask('{ shop { name } }');
      expect(cost).toEqual({
        requestedQueryCost: 1,
        actualQueryCost: 1,
        throttleStatus: { maximumAvailable: 4000, currentlyAvailable: 3999, restoreRate: 200 },
      });
    },
  );

  rule(
    '250 variants with an object each cost 25 points',
    { fact: 'community.shopify.dev/t/23101', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox);
      const id = `gid://shopify/Product/${shop.products[0]?.id}`;
      const query =
        'query($id: ID!) { product(id: $id) { variants(first: 250) { nodes { product { id } } } } }';
      expect((await ask(query, { id })).cost.requestedQueryCost).toBe(25);
    },
  );

  rule(
    'an empty bucket throttles with 200 and fills by the second',
    { fact: 'shopify.md §6.3, §8', mark: 'verified' },
    async () => {
      drainBucket(sandbox.world, shopOf(sandbox));
      const { status, errors, cost } = await ask('{ shop { name } }');
      expect([status, errors[0]?.message, errors[0]?.extensions?.code]).toEqual([
        200,
        'Throttled',
        'THROTTLED',
      ]);
      expect(cost.actualQueryCost).toBeNull();
      await sandbox.world.advanceClock(1000);
      expect((await ask('{ shop { name } }')).cost.throttleStatus.currentlyAvailable).toBe(199);
    },
  );

  rule(
    'no query may cost more than 1000 points',
    { fact: 'shopify.md §8', mark: 'assumed', assumption: 'admin-costs' },
    async () => {
      const deep =
        '{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { variants(first: 250) { nodes { id } } } } } } } }';
      expect((await ask(deep)).errors[0]?.extensions).toMatchObject({
        code: 'MAX_COST_EXCEEDED',
        maxCost: 1000,
      });
    },
  );
});

const pixelSettings = {
  key: 'public-key',
  endpoint: 'https://tock.example/intake/storefront',
  options: '{"v":1}',
};
const createPixel = `mutation($webPixel: WebPixelInput!) {
  webPixelCreate(webPixel: $webPixel) { webPixel { id settings } userErrors { code field message } }
}`;

describe('web pixel', () => {
  const create = (settings: unknown) => ask(createPixel, { webPixel: { settings } });
  const codes = async (settings: unknown) => {
    const { data } = await create(settings);
    return JSON.stringify(data).match(/"code":"(\w+)"/)?.[1];
  };

  rule(
    'there is one for each app, a second create is TAKEN',
    { fact: 'shopify.md §1.2', mark: 'verified' },
    async () => {
      const first = await create(pixelSettings);
      expect(first.data).toMatchObject({
        webPixelCreate: { userErrors: [], webPixel: { settings: JSON.stringify(pixelSettings) } },
      });
      expect(await codes(pixelSettings)).toBe('TAKEN');
      const { data } = await ask('{ webPixel { id } }');
      expect(data).toEqual({ webPixel: { id: shopPixelId() } });
    },
  );

  rule(
    'settings have to fit the deployed definition',
    { fact: 'shopify.md §1.2', mark: 'verified' },
    async () => {
      expect(await codes({ ...pixelSettings, extra: 'x' })).toBe('INVALID_SETTINGS');
      expect(await codes({ key: 'k' })).toBe('INVALID_SETTINGS');
      expect(await codes({ ...pixelSettings, key: 1 })).toBe('INVALID_SETTINGS');
      expect(await codes('{broken')).toBe('INVALID_CONFIGURATION_JSON');
      expect(shopOf(sandbox).install.webPixel).toBeNull();
    },
  );

  rule(
    'update and delete answer NOT_FOUND for a pixel that is not the app’s',
    { fact: 'shopify.md §1.2', mark: 'verified' },
    async () => {
      await create(pixelSettings);
      const update =
        'mutation($id: ID!, $webPixel: WebPixelInput!) { webPixelUpdate(id: $id, webPixel: $webPixel) { userErrors { code } } }';
      const settings = { ...pixelSettings, key: 'another' };
      expect((await ask(update, { id: 'gid://shopify/WebPixel/1', webPixel: { settings } })).data).toEqual({
        webPixelUpdate: { userErrors: [{ code: 'NOT_FOUND' }] },
      });
      expect((await ask(update, { id: shopPixelId(), webPixel: { settings } })).data).toEqual({
        webPixelUpdate: { userErrors: [] },
      });
      expect(shopOf(sandbox).install.webPixel?.settings).toEqual(settings);
      const remove =
        'mutation($id: ID!) { webPixelDelete(id: $id) { deletedWebPixelId userErrors { code } } }';
      await ask(remove, { id: shopPixelId() });
      expect(shopOf(sandbox).install.webPixel).toBeNull();
    },
  );

  rule(
    'uninstalling takes the pixel along',
    { fact: 'lifetime of a web pixel', mark: 'assumed', assumption: 'uninstall-removes' },
    async () => {
      await create(pixelSettings);
      sandbox.world.uninstallApp(shopOf(sandbox));
      expect(shopOf(sandbox).install.webPixel).toBeNull();
    },
  );

  const shopPixelId = () => `gid://shopify/WebPixel/${shopOf(sandbox).install.webPixel?.id}`;
});

describe('app data, themes, consent', () => {
  const setMetafields =
    'mutation($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { key } userErrors { code field } } }';
  const field = (change: Record<string, unknown> = {}) => ({
    ownerId: `gid://shopify/AppInstallation/${shopOf(sandbox).install.installationId}`,
    namespace: 'tock',
    key: 'embed',
    type: 'json',
    value: '{"v":1}',
    ...change,
  });

  rule('metafieldsSet writes all or nothing', { fact: 'shopify.md §2.4', mark: 'verified' }, async () => {
    const bad = await ask(setMetafields, { metafields: [field(), field({ key: 'other', value: '{' })] });
    expect(bad.data).toMatchObject({
      metafieldsSet: { userErrors: [{ code: 'INVALID_VALUE', field: ['metafields', '1', 'value'] }] },
    });
    expect(shopOf(sandbox).install.metafields).toEqual([]);
    await ask(setMetafields, { metafields: [field()] });
    const { data } = await ask(
      '{ currentAppInstallation { metafield(namespace: "tock", key: "embed") { jsonValue } } }',
    );
    expect(data).toEqual({ currentAppInstallation: { metafield: { jsonValue: { v: 1 } } } });
  });

  rule(
    'settings_data.json says whether the embed is on',
    { fact: 'shopify.md §2.4', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox, 'fjord');
      const reader = await install(sandbox, shop, ['read_themes']);
      const query = `{ themes(first: 1, roles: [MAIN]) { nodes { files(filenames: ["config/settings_data.json"], first: 1) {
      nodes { body { ... on OnlineStoreThemeFileBodyText { content } } } } } } }`;
      const disabled = async () => {
        const text = JSON.stringify((await graphql(sandbox, shop, reader, query)).data);
        return /\\"disabled\\": (true|false)/.exec(text)?.[1];
      };
      expect(await disabled()).toBe('true');
      shop.embedEnabled = true;
      expect(await disabled()).toBe('false');
    },
  );

  rule(
    'consentPolicy says what each region asks for',
    { fact: 'shopify.md §2.3', mark: 'verified' },
    async () => {
      const { data } = await ask(
        '{ consentPolicy(countryCode: US, regionCode: "CA") { consentRequired dataSaleOptOutRequired } }',
      );
      expect(data).toEqual({ consentPolicy: [{ consentRequired: false, dataSaleOptOutRequired: true }] });
    },
  );
});

describe('orders', () => {
  describe('of every kind read the same by webhook and by Admin API', () => {
    // Locations, variants and customers have scopes of their own, beside read_orders.
    const everyScope = ['read_orders', 'read_products', 'read_customers', 'read_locations'];
    /** Product types, selling plans and channels are in the Admin API only, the member of staff in the webhook only. */
    const inBoth = (facts: object) =>
      Object.fromEntries(
        Object.entries(facts).filter(
          ([name]) => !['type', 'subscription', 'channel', 'staffMade'].includes(name),
        ),
      );
    for (const kind of orderKinds) {
      rule(kind, { fact: 'shopify.md §3.4, §8', mark: 'second-hand' }, async () => {
        const shop = shopOf(sandbox);
        token = await install(sandbox, shop, everyScope);
        const placed = order(kind);
        const query = `query($id: ID!) { order(id: $id) { ${ADMIN_ORDER_SELECTION} } }`;
        const { data, errors } = await ask(query, { id: `gid://shopify/Order/${placed.id}` });
        expect(errors).toEqual([]);
        const fetched = readAdminOrder(data?.order);
        const sent = readOrder(JSON.stringify(orderPayload(placed, 'orders/create', shop)));
        if (!fetched.ok || !sent.ok) throw new Error(JSON.stringify([fetched, sent]));
        expect(fetched.value.facts.money).toEqual(sent.value.facts.money);
        expect(fetched.value.facts.items.map(inBoth)).toEqual(sent.value.facts.items.map(inBoth));
        expect(inBoth(fetched.value.facts.origin)).toEqual(inBoth(sent.value.facts.origin));
        expect(fetched.value.match.emails).toEqual(sent.value.match.emails);
        expect(fetched.value.links).toEqual(sent.value.links);
      });
    }
  });

  const day = 86_400_000;

  rule('pages follow one another by cursor', { fact: 'schema 2026-10', mark: 'verified' }, async () => {
    const names = [order(), order(), order()].map(({ name }) => name);
    const page =
      'query($after: String) { orders(first: 2, after: $after, sortKey: CREATED_AT) { nodes { name } pageInfo { hasNextPage endCursor } } }';
    const first = (await ask(page)).data?.orders;
    expect(first).toMatchObject({
      nodes: [{ name: names[0] }, { name: names[1] }],
      pageInfo: { hasNextPage: true },
    });
    const cursor = JSON.stringify(first).match(/"endCursor":"([^"]+)"/)?.[1];
    const second = (await ask(page, { after: cursor })).data?.orders;
    expect(second).toMatchObject({ nodes: [{ name: names[2] }], pageInfo: { hasNextPage: false } });
    expect((await ask('{ orders { nodes { id } } }')).errors[0]?.message).toContain('first or last');
  });

  rule('search compares times to the second', { fact: 'shopify.md §8', mark: 'second-hand' }, async () => {
    const early = order();
    await sandbox.world.advanceClock(60_000);
    const late = order();
    const found = async (query: string) => {
      const { data } = await ask(
        'query($query: String!) { orders(first: 10, query: $query) { nodes { name } } }',
        { query },
      );
      return [...JSON.stringify(data).matchAll(/"name":"([^"]+)"/g)].map(([, name]) => name);
    };
    expect(await found(`updated_at:>'${early.updatedAt}'`)).toEqual([late.name]);
    expect(await found(`updated_at:>='${early.updatedAt}' AND updated_at:<'${late.updatedAt}'`)).toEqual([
      early.name,
    ]);
    expect(await found(`name:${early.name} OR name:${late.name}`)).toEqual([early.name, late.name]);
  });

  rule(
    'without read_all_orders only the last 60 days are there',
    { fact: 'shopify.md §8', mark: 'second-hand' },
    async () => {
      const old = order();
      await sandbox.world.advanceClock(61 * day);
      const shop = shopOf(sandbox);
      const query = 'query($id: ID!) { order(id: $id) { id } }';
      const id = `gid://shopify/Order/${old.id}`;
      token = await install(sandbox, shop);
      expect((await ask(query, { id })).data).toEqual({ order: null });
      token = await install(sandbox, shop, ['read_orders', 'read_all_orders']);
      expect((await ask(query, { id })).data).toEqual({ order: { id } });
    },
  );

  rule(
    'a cancelled order says so, a deleted one is gone',
    { fact: 'schema 2026-10', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      const [cancelled, deleted] = [order(), order()];
      cancelOrder(sandbox.world, shop, cancelled);
      deleteOrder(sandbox.world, shop, deleted);
      const { data } = await ask('{ orders(first: 5) { nodes { name cancelledAt } } }');
      expect(data).toEqual({
        orders: { nodes: [{ name: cancelled.name, cancelledAt: cancelled.cancelledAt }] },
      });
    },
  );

  rule(
    'another shop’s order does not exist here',
    { fact: 'an access token belongs to one shop', mark: 'verified' },
    async () => {
      const fjord = shopOf(sandbox, 'fjord');
      const foreign = placeOrder(sandbox.world, fjord, draftOfKind(sandbox.world, fjord, 'plain'));
      expect(
        (await ask('query($id: ID!) { order(id: $id) { id } }', { id: `gid://shopify/Order/${foreign.id}` }))
          .data,
      ).toEqual({ order: null });
    },
  );

  rule(
    'a bulk operation writes a line for each node, children with their parent',
    { fact: 'shopify.md §8', mark: 'second-hand' },
    async () => {
      const placed = order();
      const { data } = await ask(
        'mutation($query: String!) { bulkOperationRunQuery(query: $query, groupObjects: false) { bulkOperation { id } userErrors { code } } }',
        {
          query: '{ orders { edges { node { id lineItems { edges { node { id } } } } } } }',
        },
      );
      const id = JSON.stringify(data).match(/gid:\/\/shopify\/BulkOperation\/\d+/)?.[0];
      await sandbox.world.advanceClock(5_000);
      const poll = await ask('query($id: ID!) { bulkOperation(id: $id) { status url objectCount } }', { id });
      expect(poll.data).toMatchObject({
        bulkOperation: { status: 'COMPLETED', objectCount: String(1 + placed.lines.length) },
      });
      const url = JSON.stringify(poll.data).match(/"url":"([^"]+)"/)?.[1] ?? '';
      const lines = (await (await fetch(url)).text()).split('\n').map((line): unknown => JSON.parse(line));
      expect(lines[0]).toEqual({ id: `gid://shopify/Order/${placed.id}` });
      expect(lines[1]).toMatchObject({ __parentId: `gid://shopify/Order/${placed.id}` });
    },
  );
});
