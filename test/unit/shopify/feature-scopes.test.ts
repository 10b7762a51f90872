/** Optional access is asked for when a feature needs it, and only then. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_SCOPES } from '../../../app/config.ts';
import { askForFeature, optionalScopes } from '../../../app/shopify/feature-scopes.ts';

function staffWho(result: 'granted-all' | 'declined-all') {
  const asked: string[][] = [];
  return {
    asked,
    request(scopes: string[]) {
      asked.push(scopes);
      return Promise.resolve({ result });
    },
  };
}

test('staff are asked for what is missing, and their answer counts', async () => {
  const willing = staffWho('granted-all');
  expect(await askForFeature('customers', ['read_orders'], willing)).toBe(true);
  expect(willing.asked).toEqual([['read_customers']]);
  expect(await askForFeature('markets', ['read_orders'], staffWho('declined-all'))).toBe(false);
});

test('nobody is asked for what is there', async () => {
  const staff = staffWho('declined-all');
  expect(await askForFeature('customers', ['read_customers', 'read_orders'], staff)).toBe(true);
  expect(staff.asked).toEqual([]);
});

test('shopify.app.toml declares just these, and asks for none of them at install', () => {
  const toml = readFileSync(new URL('../../../shopify.app.toml', import.meta.url), 'utf8');
  const declared: unknown = JSON.parse(/^optional_scopes = (\[.*\])$/m.exec(toml)?.[1] ?? 'null');
  expect(declared).toEqual(optionalScopes);
  const required = /^scopes = "(.*)"$/m.exec(toml)?.[1];
  expect(required).toBe(DEFAULT_SCOPES);
  for (const scope of optionalScopes) expect(required?.split(',')).not.toContain(scope);
});
