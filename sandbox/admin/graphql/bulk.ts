/** Bulk operations: a query over everything, run apart, its result a JSONL file with a line for each node. */

import { parse, validate, specifiedRules } from 'graphql';
import { worldMemory } from '../../world.ts';
import { emitTopic } from '../webhooks.ts';
import type { Fields } from './connections.ts';
import { fieldsOf, gid, listOf, type AdminContext, type Resolvers } from './context.ts';
import { adminSchema } from './schema.ts';

/** Since 2026-01 an app may have this many under way in a shop. */
const concurrentOperations = 5;
const takesMs = 2_000;
const resultLivesMs = 7 * 86_400_000;

interface BulkOperation {
  id: string;
  shopId: string;
  status: 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'EXPIRED';
  errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | null;
  query: string;
  createdAt: string;
  completedAt: string | null;
  lines: string[];
  roots: number;
}

const memoryOf = worldMemory(() => new Map<string, BulkOperation>());

function bulkNode({ world }: Pick<AdminContext, 'world'>, operation: BulkOperation): Fields {
  const body = operation.lines.join('\n');
  return {
    id: gid('BulkOperation', operation.id),
    type: 'QUERY',
    status: operation.status,
    errorCode: operation.errorCode,
    query: operation.query,
    createdAt: operation.createdAt,
    completedAt: operation.completedAt,
    objectCount: String(operation.lines.length),
    rootObjectCount: String(operation.roots),
    fileSize: operation.completedAt ? String(Buffer.byteLength(body)) : null,
    url:
      operation.status === 'COMPLETED' && operation.lines.length > 0
        ? `${world.url}/shopify/bulk-results/${operation.id}.jsonl`
        : null,
    partialDataUrl: null,
  };
}

/** A node's own fields make its line; the nodes of its connections follow with its id. */
function writeLines(value: Fields, parent: string | null, lines: string[]): void {
  const own: Fields = {};
  const below: Fields[] = [];
  for (const [name, content] of Object.entries(value)) {
    const fields = fieldsOf(content);
    if (Array.isArray(fields.edges)) below.push(...fields.edges.map((edge) => fieldsOf(fieldsOf(edge).node)));
    else if (Array.isArray(fields.nodes)) below.push(...fields.nodes.map(fieldsOf));
    else own[name] = content;
  }
  if (parent !== null) own.__parentId = parent;
  lines.push(JSON.stringify(own));
  for (const node of below) writeLines(node, typeof value.id === 'string' ? value.id : null, lines);
}

async function runBulk(context: AdminContext, operation: BulkOperation): Promise<void> {
  const { world, shop } = context;
  const result = await context.run({ ...context, bulk: true }, parse(operation.query), {}, null);
  operation.completedAt = world.clock.now().toISOString();
  if (result.gaps.length > 0 || result.errors.length > 0) {
    operation.status = 'FAILED';
    operation.errorCode = result.gaps.length > 0 ? 'INTERNAL_SERVER_ERROR' : 'ACCESS_DENIED';
    world.record('bulk.failed', shop, {
      id: operation.id,
      errors: [...result.gaps, ...result.errors].map(String),
    });
  } else {
    for (const connection of Object.values(fieldsOf(result.data))) {
      const { edges, nodes } = fieldsOf(connection);
      const roots = Array.isArray(edges)
        ? edges.map((edge) => fieldsOf(fieldsOf(edge).node))
        : listOf(nodes).map(fieldsOf);
      operation.roots += roots.length;
      for (const root of roots) writeLines(root, null, operation.lines);
    }
    operation.status = 'COMPLETED';
    world.clock.schedule(new Date(world.clock.now().getTime() + resultLivesMs), () => {
      operation.lines = [];
      operation.status = 'EXPIRED';
    });
  }
  emitTopic(world, 'bulk_operations/finish', shop, {
    admin_graphql_api_id: gid('BulkOperation', operation.id),
    completed_at: operation.completedAt,
    created_at: operation.createdAt,
    error_code: operation.errorCode?.toLowerCase() ?? null,
    status: operation.status.toLowerCase(),
    type: 'query',
  });
}

function refusal(code: string, message: string): Fields {
  return {
    bulkOperation: null,
    userErrors: [{ __typename: 'BulkOperationUserError', code, field: ['query'], message }],
  };
}

function startBulk(context: AdminContext, query: string): Fields {
  const { world, shop } = context;
  const operations = memoryOf(world);
  const running = [...operations.values()].filter(
    (one) => one.shopId === shop.id && (one.status === 'CREATED' || one.status === 'RUNNING'),
  );
  if (running.length >= concurrentOperations) {
    return refusal('LIMIT_REACHED', `At most ${concurrentOperations} bulk operations may run at a time.`);
  }
  try {
    const invalid = validate(adminSchema().schema, parse(query), specifiedRules);
    if (invalid[0]) return refusal('INVALID', `Invalid bulk query: ${invalid[0].message}`);
  } catch (error) {
    return refusal(
      'INVALID',
      `Invalid bulk query: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const operation: BulkOperation = {
    id: world.random.id(),
    shopId: shop.id,
    status: 'CREATED',
    errorCode: null,
    query,
    createdAt: world.clock.now().toISOString(),
    completedAt: null,
    lines: [],
    roots: 0,
  };
  operations.set(operation.id, operation);
  world.clock.schedule(new Date(world.clock.now().getTime() + takesMs), () => runBulk(context, operation));
  return { bulkOperation: bulkNode(context, operation), userErrors: [] };
}

export function bulkResult(context: Pick<AdminContext, 'world'>, id: string): string | null {
  const operation = memoryOf(context.world).get(id);
  return operation?.status === 'COMPLETED' ? operation.lines.join('\n') : null;
}

export const bulkResolvers: Resolvers = {
  'Mutation.bulkOperationRunQuery': (_source, args, context) => startBulk(context, String(args.query)),
  'Mutation.bulkOperationCancel': (_source, args, context) => {
    const operation = memoryOf(context.world).get(String(args.id).split('/').at(-1) ?? '');
    if (operation?.shopId !== context.shop.id) return refusal('INVALID', 'Bulk operation does not exist');
    if (operation.status === 'CREATED') operation.status = 'CANCELED';
    return { bulkOperation: bulkNode(context, operation), userErrors: [] };
  },
  'QueryRoot.bulkOperation': (_source, args, context) => {
    const operation = memoryOf(context.world).get(String(args.id).split('/').at(-1) ?? '');
    return operation?.shopId === context.shop.id ? bulkNode(context, operation) : null;
  },
};
