/** The sandbox's OAuth endpoint gives, refreshes and refuses tokens as Shopify does. */

import { afterEach, beforeEach, describe, expect } from 'vitest';
import { rule } from '../../support/rule.ts';
import {
  exchange,
  graphql,
  install,
  openSandbox,
  postToken,
  refresh,
  sessionToken,
  shopOf,
  type TestSandbox,
} from './admin-client.ts';

let sandbox: TestSandbox;
beforeEach(async () => {
  sandbox = await openSandbox();
});
afterEach(async () => {
  await sandbox.close();
  expect(sandbox.failures).toEqual([]);
});

const hour = 3_600_000;
const shopName = '{ shop { name } }';

describe('token exchange', () => {
  rule(
    'an offline token lives 60 minutes, its refresh token 90 days',
    { fact: 'shopify.md §5.4', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const { status, body } = await exchange(sandbox, shop);
      expect(status).toBe(200);
      expect(body).toMatchObject({ expires_in: 3600, refresh_token_expires_in: 90 * 86_400 });

      await sandbox.world.advanceClock(hour - 1000);
      expect((await graphql(sandbox, shop, body.access_token, shopName)).status).toBe(200);
      await sandbox.world.advanceClock(1000);
      expect((await graphql(sandbox, shop, body.access_token, shopName)).status).toBe(401);
    },
  );

  rule(
    'an online token names the person and ends within a day',
    { fact: 'shopify.md §6.2', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const collaborator = shop.staff.find(({ role }) => role === 'collaborator');
      const token = sessionToken(shop, { userId: collaborator?.id ?? '' });
      const { body } = await exchange(sandbox, shop, { kind: 'online', token });
      expect(body.associated_user).toMatchObject({
        id: Number(collaborator?.id),
        account_owner: false,
        collaborator: true,
      });
      await sandbox.world.advanceClock(24 * hour);
      expect((await graphql(sandbox, shop, body.access_token, shopName)).status).toBe(401);
    },
  );

  rule(
    'a session token of another shop, another app, a foreign secret or the past is refused',
    { fact: 'shopify.md §5.4', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const bad = [
        sessionToken(shopOf(sandbox, 'fjord')),
        sessionToken(shop, { apiKey: 'another-app' }),
        sessionToken(shop, { secret: 'guessed' }),
        sessionToken(shop, { lifetime: -1 }),
        'no.token',
      ];
      for (const token of bad) {
        const { status, body } = await exchange(sandbox, shop, { token });
        expect([status, body.error]).toEqual([400, 'invalid_subject_token']);
      }
    },
  );

  rule(
    'a token that never expires is given and then refused by the Admin API',
    { fact: 'shopify.md §5.4', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const { body } = await exchange(sandbox, shop, { expiring: '0' });
      expect(body.refresh_token).toBeUndefined();
      const answer = await graphql(sandbox, shop, body.access_token, shopName);
      expect(answer.status).toBe(403);
      expect(answer.raw).toEqual({
        errors: expect.stringContaining('Non-expiring access tokens are no longer accepted'),
      });
    },
  );

  rule(
    'nothing is exchanged for a shop that has not installed the app',
    { fact: 'error shape of an app that is not installed', mark: 'assumed', assumption: 'token-errors' },
    async () => {
      const { status } = await exchange(sandbox, shopOf(sandbox));
      expect(status).toBe(400);
    },
  );

  rule(
    'a wrong client secret or an unknown grant is refused',
    { fact: 'error shapes of wrong credentials', mark: 'assumed', assumption: 'token-errors' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      expect(
        (await postToken(sandbox, shop, { client_secret: 'wrong', grant_type: 'refresh_token' })).body.error,
      ).toBe('invalid_client');
      expect((await postToken(sandbox, shop, { grant_type: 'password' })).body.error).toBe(
        'unsupported_grant_type',
      );
    },
  );
});

describe('refresh', () => {
  rule(
    'each refresh gives a new pair, and the access token before it ends',
    { fact: 'shopify.md §5.4', mark: 'second-hand' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const first = (await exchange(sandbox, shop)).body;
      const second = (await refresh(sandbox, shop, first.refresh_token)).body;
      expect(second.access_token).not.toBe(first.access_token);
      expect(second.refresh_token).not.toBe(first.refresh_token);
      expect((await graphql(sandbox, shop, second.access_token, shopName)).status).toBe(200);
      expect((await graphql(sandbox, shop, first.access_token, shopName)).status).toBe(401);
    },
  );

  rule(
    'the refresh token before works until the new one is first used',
    { fact: 'shopify.md §5.4', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const first = (await exchange(sandbox, shop)).body.refresh_token;
      const lost = (await refresh(sandbox, shop, first)).body.refresh_token;
      const again = await refresh(sandbox, shop, first);
      expect(again.status).toBe(200);
      expect((await refresh(sandbox, shop, again.body.refresh_token)).status).toBe(200);

      const gone = await refresh(sandbox, shop, first);
      expect([gone.status, gone.body]).toEqual([
        401,
        { error: 'invalid_request', error_description: 'This request requires an active refresh_token' },
      ]);
      expect(lost).not.toBe(again.body.refresh_token);
    },
  );

  rule(
    'a refresh token of another shop, or older than 90 days, is refused',
    { fact: 'shopify.md §5.4', mark: 'verified' },
    async () => {
      const [shop, other] = [shopOf(sandbox), shopOf(sandbox, 'fjord')];
      sandbox.world.installApp(shop);
      sandbox.world.installApp(other);
      const token = (await exchange(sandbox, shop)).body.refresh_token;
      expect((await refresh(sandbox, other, token)).status).toBe(401);
      await sandbox.world.advanceClock(90 * 24 * hour);
      expect((await refresh(sandbox, shop, token)).status).toBe(401);
    },
  );

  rule(
    'uninstalling ends every token, and reinstalling does not bring them back',
    { fact: 'shopify.md §6.4', mark: 'verified' },
    async () => {
      const shop = shopOf(sandbox);
      sandbox.world.installApp(shop);
      const old = (await exchange(sandbox, shop)).body;
      sandbox.world.uninstallApp(shop);
      expect((await graphql(sandbox, shop, old.access_token, shopName)).status).toBe(401);
      expect((await refresh(sandbox, shop, old.refresh_token)).status).toBe(401);
      const fresh = await install(sandbox, shop);
      expect((await graphql(sandbox, shop, old.access_token, shopName)).status).toBe(401);
      expect((await graphql(sandbox, shop, fresh, shopName)).status).toBe(200);
    },
  );
});
