/** Every Admin GraphQL document against Shopify's own schema of the version that is used. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import {
  buildClientSchema,
  NoDeprecatedCustomRule,
  parse,
  specifiedRules,
  validate,
  type IntrospectionQuery,
} from 'graphql';
import { describe, expect, test } from 'vitest';

import { ORDER_WEBHOOK_FIELDS } from '../../../app/conversion/from-order.ts';
import { ADMIN_API_VERSION } from '../../../app/shopify/admin.ts';
import { allDocuments } from '../../../app/shopify/documents.ts';
import { liveDocuments } from '../../../app/shopify/live-checks.ts';

const root = new URL('../../../', import.meta.url);
const packed = readFileSync(new URL(`sandbox/data/admin_${ADMIN_API_VERSION}.json.gz`, root));
const { data }: { data: IntrospectionQuery } = JSON.parse(gunzipSync(packed).toString('utf8'));
const schema = buildClientSchema(data, { assumeValid: true });

test.each([...allDocuments, ...liveDocuments].map((document) => [document.name, document] as const))(
  '%s is valid and uses nothing deprecated',
  (name, document) => {
    const parsed = parse(document.text);
    const errors = validate(schema, parsed, [...specifiedRules, NoDeprecatedCustomRule]);
    expect(errors.map(({ message }) => message)).toEqual([]);
    const [definition] = parsed.definitions;
    expect(definition?.kind === 'OperationDefinition' && definition.name?.value).toBe(name);
  },
);

describe('shopify.app.toml', () => {
  const toml = readFileSync(new URL('shopify.app.toml', root), 'utf8');

  test('asks for the version that the documents are checked against', () => {
    expect(toml).toContain(`api_version = "${ADMIN_API_VERSION}"`);
  });

  test('orders/updated carries exactly what an order is read from', () => {
    const listed = /include_fields = \[([^\]]+)\]/.exec(toml)?.[1] ?? '';
    const fields = [...listed.matchAll(/"([a-z_]+)"/g)].map((found) => found[1]);
    expect(fields).toEqual([...ORDER_WEBHOOK_FIELDS]);
  });
});
