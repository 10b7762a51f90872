/** What a resolver may know about the request it answers. */

import type { DocumentNode, GraphQLError, GraphQLResolveInfo } from 'graphql';
import type { SandboxShop, World } from '../../world.ts';
import type { AccessToken } from '../tokens.ts';
import type { Fields } from './connections.ts';
import type { SandboxGap } from './errors.ts';

export interface AdminContext {
  world: World;
  shop: SandboxShop;
  access: AccessToken;
  /** With the scopes that others imply. */
  scopes: ReadonlySet<string>;
  /** A bulk operation reads every page at once. */
  bulk: boolean;
  /** Objects handed out, for the actual cost. */
  objects: number;
  /** Runs a whole document, without paying for it. */
  run(
    context: AdminContext,
    document: DocumentNode,
    variables: Record<string, unknown>,
    operationName: string | null,
  ): Promise<DocumentResult>;
}

export interface DocumentResult {
  data: unknown;
  errors: readonly GraphQLError[];
  gaps: SandboxGap[];
}

/** A field of the schema that has to be worked out; plain values stand in the objects themselves. */
export type Resolver = (
  source: Fields,
  args: Fields,
  context: AdminContext,
  info: GraphQLResolveInfo,
) => unknown;
export type Resolvers = Record<string, Resolver>;

export function gid(type: string, id: string): string {
  return `gid://shopify/${type}/${id}`;
}

export function numericId(id: unknown): string {
  return /(\d+)$/.exec(String(id))?.[1] ?? '';
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
