/** The real Admin GraphQL schema of the sandbox's one API version, with the scope every type and field asks for. */

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { buildClientSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';

export const apiVersion = '2026-10';

/** Versions that Shopify would still serve; the sandbox has only the schema of `apiVersion`. */
export const supportedVersions = ['2026-01', '2026-04', '2026-07', '2026-10', '2027-01', 'unstable'];

interface AccessItem {
  type: 'type' | 'field';
  typeName: string;
  fieldName?: string;
  requiredAccess: string;
  offlineScopes: string[];
}

interface SchemaFile {
  data: IntrospectionQuery;
  offline_scopes: { items: AccessItem[] };
}

/** Granted when any scope of every group is. */
export interface Requirement {
  /** Shopify's own words, for the error. */
  words: string;
  groups: string[][];
}

export interface AdminSchema {
  schema: GraphQLSchema;
  requirementOf(typeName: string, fieldName?: string): Requirement | undefined;
}

const scopeName = /\b(?:read|write)_[a-z_]+\b/g;

/** `A or B` asks for one of them; what follows "Also: the app requires" is asked for besides. */
function readRequirement(item: AccessItem): Requirement | undefined {
  const [main = '', also = ''] = item.requiredAccess.split('Also:');
  const mainScopes = [...new Set(main.match(scopeName) ?? [])];
  const forQueries = /`(read_[a-z_]+)` for queries/.exec(main)?.[1];
  const groups: string[][] = [];
  if (forQueries) groups.push([forQueries]);
  else if (mainScopes.length > 0) groups.push(mainScopes);
  if (/^\s*(?:The app requires|The app must have|Requires)\b/.test(also)) {
    for (const scope of also.match(scopeName) ?? []) groups.push([scope]);
  }
  return groups.length > 0 ? { words: item.requiredAccess.trim(), groups } : undefined;
}

let loaded: AdminSchema | undefined;

/** Takes about a third of a second the first time. */
export function adminSchema(): AdminSchema {
  if (loaded) return loaded;
  const packed = readFileSync(new URL('../../data/admin_2026-10.json.gz', import.meta.url));
  const file: SchemaFile = JSON.parse(gunzipSync(packed).toString('utf8'));
  const requirements = new Map<string, Requirement>();
  for (const item of file.offline_scopes.items) {
    const requirement = readRequirement(item);
    if (requirement)
      requirements.set(item.fieldName ? `${item.typeName}.${item.fieldName}` : item.typeName, requirement);
  }
  loaded = {
    schema: buildClientSchema(file.data, { assumeValid: true }),
    requirementOf: (typeName, fieldName) =>
      requirements.get(fieldName === undefined ? typeName : `${typeName}.${fieldName}`),
  };
  return loaded;
}

export function isGranted(requirement: Requirement, scopes: ReadonlySet<string>): boolean {
  return requirement.groups.every((group) => group.some((scope) => scopes.has(scope)));
}
