/** Runs one Admin GraphQL request as Shopify would: version, token, validity, scopes, protected data, cost. */

import {
  defaultTypeResolver,
  execute,
  getNamedType,
  getOperationAST,
  GraphQLError,
  isLeafType,
  NoDeprecatedCustomRule,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
} from 'graphql';
import type { SandboxShop, World } from '../../world.ts';
import { customerDataTypes, graphqlFields } from '../protected-data.ts';
import type { AccessToken } from '../tokens.ts';
import { bulkResolvers } from './bulk.ts';
import { catalogueResolvers } from './catalogue.ts';
import type { Fields } from './connections.ts';
import { fieldsOf, type AdminContext, type DocumentResult, type Resolvers } from './context.ts';
import { charge, maximumQueryCost, requestedCost, throttleStatus, type ThrottleStatus } from './cost.ts';
import { accessDenied, asShopifyWords, notApproved, SandboxGap } from './errors.ts';
import { orderResolvers } from './orders.ts';
import { adminSchema, isGranted } from './schema.ts';
import { grantedScopes, shopResolvers } from './shop.ts';

const resolvers: Resolvers = { ...shopResolvers, ...catalogueResolvers, ...orderResolvers, ...bulkResolvers };

export interface AdminRequest {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | null;
}

export interface AdminAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** `Orders!` and `OrderConnection` and `OrderEdge` all hand out orders. */
function handsOut(type: GraphQLOutputType): string {
  return getNamedType(type).name.replace(/(?:Connection|Edge)$/, '');
}

function checkAccess(context: AdminContext, typeName: string, field: string, type: GraphQLOutputType): void {
  const { requirementOf } = adminSchema();
  const own = requirementOf(typeName, field);
  if (own && !isGranted(own, context.scopes)) throw accessDenied(field, own);
  const handed = handsOut(type);
  const ofType = requirementOf(handed);
  if (ofType && !isGranted(ofType, context.scopes)) throw accessDenied(field, ofType);
  const { protectedData } = context.shop;
  if (customerDataTypes.has(handed) && !protectedData.customerData) throw notApproved(`the ${handed} object`);
  const level2 = graphqlFields[`${typeName}.${field}`];
  if (level2 && !protectedData[level2]) throw notApproved(`the ${field} field`);
}

function countObjects(context: AdminContext, value: unknown, type: GraphQLOutputType): void {
  const named = getNamedType(type);
  if (isLeafType(named) || /(?:Connection|Edge|PageInfo)$/.test(named.name)) return;
  if (Array.isArray(value)) context.objects += value.length;
  else if (value !== null && value !== undefined) context.objects += 1;
}

const resolveField: GraphQLFieldResolver<unknown, AdminContext, Fields> = (source, args, context, info) => {
  const { fieldName, parentType } = info;
  checkAccess(context, parentType.name, fieldName, info.returnType);
  const key = `${parentType.name}.${fieldName}`;
  const fields = fieldsOf(source);
  const resolver = resolvers[key];
  let value: unknown;
  if (resolver) {
    value = resolver(fields, args, context, info);
  } else if (Object.hasOwn(fields, fieldName)) {
    value = fields[fieldName];
    if (typeof value === 'function') {
      const made: unknown = value(args, context.bulk);
      value = made;
    }
  }
  if (value === undefined) throw new SandboxGap(`The sandbox does not know ${key} of the Admin API`);
  countObjects(context, value, info.returnType);
  return value;
};

async function runDocument(
  context: AdminContext,
  document: DocumentNode,
  variables: Record<string, unknown>,
  operationName: string | null,
): Promise<DocumentResult> {
  const gaps: SandboxGap[] = [];
  const result = await execute({
    schema: adminSchema().schema,
    document,
    contextValue: context,
    rootValue: {},
    variableValues: variables,
    operationName,
    fieldResolver: resolveField,
    typeResolver: defaultTypeResolver,
  });
  for (const error of result.errors ?? []) {
    if (error.originalError instanceof SandboxGap) gaps.push(error.originalError);
    else if (error.originalError && !(error.originalError instanceof GraphQLError)) throw error.originalError;
  }
  return { data: result.data ?? null, errors: result.errors ?? [], gaps };
}

function costExtension(requested: number, actual: number | null, status: ThrottleStatus) {
  return { cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: status } };
}

function throttled(requested: number, status: ThrottleStatus): AdminAnswer {
  return {
    status: 200,
    body: {
      errors: [
        {
          message: 'Throttled',
          extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
        },
      ],
      extensions: costExtension(requested, null, status),
    },
  };
}

function tooCostly(requested: number): AdminAnswer {
  return {
    status: 200,
    body: {
      errors: [
        {
          message: `Query cost is ${requested}, which exceeds the single query max cost limit (${maximumQueryCost}).`,
          extensions: {
            code: 'MAX_COST_EXCEEDED',
            cost: requested,
            maxCost: maximumQueryCost,
            documentation: 'https://shopify.dev/api/usage/rate-limits',
          },
        },
      ],
    },
  };
}

/** The path Shopify gives for an error that was found before anything ran. */
function operationPath(document: DocumentNode): string[] {
  const operation = getOperationAST(document);
  if (!operation) return [];
  return [operation.name ? `${operation.operation} ${operation.name.value}` : operation.operation];
}

export async function answerGraphql(
  world: World,
  shop: SandboxShop,
  access: AccessToken,
  request: AdminRequest,
): Promise<AdminAnswer> {
  const { schema } = adminSchema();
  let document: DocumentNode;
  try {
    document = parse(request.query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { status: 200, body: { errors: [{ message: error.message, locations: error.locations }] } };
  }
  // Deprecated fields still work at Shopify until their version ends; here they fail, so that none gets into the app.
  const rules = [...specifiedRules, NoDeprecatedCustomRule].filter(
    (rule) => rule !== NoSchemaIntrospectionCustomRule,
  );
  const invalid = validate(schema, document, rules);
  if (invalid.length > 0) {
    const path = operationPath(document);
    return { status: 200, body: { errors: invalid.map((error) => ({ ...asShopifyWords(error), path })) } };
  }
  const operation = getOperationAST(document, request.operationName);
  if (!operation) {
    return { status: 200, body: { errors: [{ message: 'An operation name is required' }] } };
  }

  const requested = requestedCost(schema, document, operation, request.variables);
  if (requested > maximumQueryCost) return tooCostly(requested);
  const before = throttleStatus(world, shop);
  if (requested > before.currentlyAvailable) {
    world.record('graphql.throttled', shop, { operation: operation.name?.value ?? null, requested });
    return throttled(requested, before);
  }

  const context: AdminContext = {
    world,
    shop,
    access,
    scopes: grantedScopes(shop, access.scopes),
    bulk: false,
    objects: 0,
    run: runDocument,
  };
  const { data, errors, gaps } = await runDocument(
    context,
    document,
    request.variables,
    request.operationName,
  );
  if (gaps.length > 0) {
    world.record('graphql.gap', shop, { gaps: gaps.map(({ message }) => message) });
    return {
      status: 501,
      body: { errors: gaps.map(({ message }) => ({ message, extensions: { code: 'SANDBOX_GAP' } })) },
    };
  }
  const actual = operation.operation === 'mutation' ? requested : Math.min(requested, context.objects);
  const status = charge(world, shop, actual);
  world.record('graphql', shop, {
    operation: operation.name?.value ?? null,
    cost: actual,
    errors: errors.length,
  });
  return {
    status: 200,
    body: {
      ...(errors.length > 0 && data === null ? {} : { data }),
      ...(errors.length > 0 && { errors: errors.map(asShopifyWords) }),
      extensions: costExtension(requested, actual, status),
    },
  };
}
