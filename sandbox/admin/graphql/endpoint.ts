/** `/admin/api/<version>/graphql.json`: the HTTP side of the Admin API and its answers to bad requests. */

import { json, notFound, text, type Router, type SandboxAnswer, type SandboxRequest } from '../../http.ts';
import { worldMemory, type World } from '../../world.ts';
import { requireShop } from '../shop-address.ts';
import { checkAccess } from '../tokens.ts';
import { bulkResult } from './bulk.ts';
import { fieldsOf } from './context.ts';
import { answerGraphql, type AdminRequest } from './execute.ts';
import { apiVersion, supportedVersions } from './schema.ts';

export interface AdminApiSwitches {
  /** Answers every call with this status instead: an outage, a locked shop (423), a frozen one (402). */
  failWith: number | null;
  /** Only so many calls more are failed; null for all. */
  failures: number | null;
  /** Waits so long, in real time, before it answers. */
  slowMs: number;
}

const switchesOf = worldMemory<AdminApiSwitches>(() => ({ failWith: null, failures: null, slowMs: 0 }));

export function adminApiSwitches(world: World): AdminApiSwitches {
  return switchesOf(world);
}

function failure(world: World): SandboxAnswer | null {
  const switches = switchesOf(world);
  if (switches.failWith === null || switches.failures === 0) return null;
  if (switches.failures !== null) switches.failures -= 1;
  if (switches.failWith === 429) {
    return json({ errors: 'Exceeded 2 calls per second for api client.' }, 429, { 'retry-after': '2.0' });
  }
  if (switches.failWith === 423) return json({ errors: 'This shop is unavailable' }, 423);
  if (switches.failWith === 402)
    return json({ errors: "This shop's plan does not have access to this feature" }, 402);
  return text('<!DOCTYPE html><title>Something went wrong</title>', switches.failWith, {
    'content-type': 'text/html',
  });
}

async function readRequest(request: SandboxRequest): Promise<AdminRequest | null> {
  if ((request.header('content-type') ?? '').startsWith('application/graphql')) {
    return { query: await request.text(), variables: {}, operationName: null };
  }
  const { query, variables, operationName } = fieldsOf(await request.json());
  if (typeof query !== 'string' || query.trim() === '') return null;
  return {
    query,
    variables: fieldsOf(variables),
    operationName: typeof operationName === 'string' ? operationName : null,
  };
}

const nonExpiring =
  'Non-expiring access tokens are no longer accepted for the Admin API. Start using expiring offline tokens.';

export function mountGraphql(router: Router, world: World): void {
  router.post('/shopify/:domain/admin/api/:version/graphql.json', async (request) => {
    const shop = requireShop(world, request);
    const version = request.params.version ?? '';
    if (!supportedVersions.includes(version)) return json({ errors: 'Not Found' }, 404);
    const { slowMs } = switchesOf(world);
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
    const failed = failure(world);
    if (failed) return failed;
    const check = checkAccess(world, shop, request.header('x-shopify-access-token') ?? '');
    if (!check.ok) {
      world.record('graphql.refused', shop, { why: check.why });
      if (check.why === 'not-expiring') return json({ errors: nonExpiring }, 403);
      return json(
        { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
        401,
      );
    }
    if (version !== apiVersion) {
      return json({ errors: `The sandbox has the schema of ${apiVersion} only, not of ${version}` }, 501);
    }
    const asked = await readRequest(request);
    if (!asked) return json({ errors: { query: 'Required parameter missing or invalid' } }, 400);
    const { status, body } = await answerGraphql(world, shop, check.access, asked);
    return json(body, status, { 'x-shopify-api-version': version, 'x-request-id': world.random.uuid() });
  });

  router.get('/shopify/bulk-results/:file', ({ params }) => {
    const result = bulkResult({ world }, (params.file ?? '').replace(/\.jsonl$/, ''));
    return result === null ? notFound() : text(result, 200, { 'content-type': 'application/jsonl' });
  });
}
