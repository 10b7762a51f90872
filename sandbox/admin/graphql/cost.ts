/** What a query costs before it runs, and the leaky bucket of each shop that pays for it. */

import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isUnionType,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { worldMemory, type SandboxShop, type World } from '../../world.ts';

/** No single query may cost more, whatever the plan. */
export const maximumQueryCost = 1_000;
const mutationCost = 10;

/** Points restored each second; the bucket holds twenty seconds' worth. */
const restoreRates: Record<SandboxShop['plan'], number> = {
  Basic: 100,
  Development: 100,
  Advanced: 200,
  'Shopify Plus': 1_000,
};
const bucketSeconds = 20;

/**
 * A connection does not cost its length: Shopify reported 25 points for 250 variants with one object each,
 * where plain counting gives 503. Twice the natural logarithm of the length meets that figure.
 */
function weightOf(length: number): number {
  return length <= 1 ? length : Math.max(1, Math.floor(2 * Math.log(length)));
}

function numberOf(value: ValueNode | undefined, variables: Record<string, unknown>): number | undefined {
  if (value?.kind === 'IntValue') return Number(value.value);
  if (value?.kind === 'Variable') {
    const given = variables[value.name.value];
    return typeof given === 'number' ? given : undefined;
  }
  return undefined;
}

export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }

  function selectionCost(selection: SelectionSetNode, type: GraphQLNamedType): number {
    let cost = 0;
    for (const node of selection.selections) {
      if (node.kind === 'FragmentSpread') {
        const fragment = fragments.get(node.name.value);
        const on = fragment && schema.getType(fragment.typeCondition.name.value);
        if (fragment && on) cost += selectionCost(fragment.selectionSet, on);
      } else if (node.kind === 'InlineFragment') {
        const on = node.typeCondition ? schema.getType(node.typeCondition.name.value) : type;
        if (on) cost += selectionCost(node.selectionSet, on);
      } else if (isObjectType(type) || isInterfaceType(type)) {
        const field = type.getFields()[node.name.value];
        if (!field || !node.selectionSet) continue;
        const named = getNamedType(field.type);
        if (isLeafType(named) || named.name === 'PageInfo') continue;
        const children = selectionCost(node.selectionSet, named);
        if (named.name.endsWith('Connection')) {
          const argument = (name: string) =>
            node.arguments?.find((candidate) => candidate.name.value === name)?.value;
          const length = numberOf(argument('first'), variables) ?? numberOf(argument('last'), variables) ?? 1;
          cost += 2 + weightOf(length) * children;
        } else {
          // An edge is not an object of its own: its node is what costs.
          cost += children + (named.name.endsWith('Edge') ? 0 : 1);
        }
      } else if (isUnionType(type)) {
        continue;
      }
    }
    return cost;
  }

  if (operation.operation === 'mutation') return mutationCost * operation.selectionSet.selections.length;
  const root = schema.getQueryType();
  return root ? selectionCost(operation.selectionSet, root) : 0;
}

export interface ThrottleStatus {
  maximumAvailable: number;
  currentlyAvailable: number;
  restoreRate: number;
}

const bucketsOf = worldMemory(() => new Map<string, { available: number; at: number }>());

export function throttleStatus(world: World, shop: SandboxShop): ThrottleStatus {
  const restoreRate = restoreRates[shop.plan];
  const maximumAvailable = restoreRate * bucketSeconds;
  const now = world.clock.now().getTime();
  const bucket = bucketsOf(world).get(shop.id) ?? { available: maximumAvailable, at: now };
  const restored = ((now - bucket.at) / 1000) * restoreRate;
  const currentlyAvailable = Math.min(maximumAvailable, Math.floor(bucket.available + Math.max(0, restored)));
  return { maximumAvailable, currentlyAvailable, restoreRate };
}

export function charge(world: World, shop: SandboxShop, points: number): ThrottleStatus {
  const status = throttleStatus(world, shop);
  const available = Math.max(0, status.currentlyAvailable - points);
  bucketsOf(world).set(shop.id, { available, at: world.clock.now().getTime() });
  return { ...status, currentlyAvailable: available };
}

/** For a test or a demonstration: the shop's bucket as if other queries had used it up. */
export function drainBucket(world: World, shop: SandboxShop, leave = 0): void {
  bucketsOf(world).set(shop.id, { available: leave, at: world.clock.now().getTime() });
}
