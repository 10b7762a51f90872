/** Runs one Admin GraphQL document for one shop and says plainly how it ended. */
import { z } from 'zod';

import { cleanJsonText } from '../base/clean.ts';
import type { ShopDomain } from '../conversion/facts.ts';
import type { AdminDocument } from './documents.ts';
import type { Fetch } from './outbound.ts';
import type { Tokens } from './tokens.ts';

/** One version for all calls, webhooks and extensions; `ApiVersion.October26` of Shopify's library. */
export const ADMIN_API_VERSION = '2026-10';

export type AdminProblem =
  /** The app must be opened once by somebody of the store. */
  | { readonly kind: 'reconnect' }
  | { readonly kind: 'not_connected' }
  /** Too many calls; there is room again after this time. */
  | { readonly kind: 'throttled'; readonly waitMs: number }
  | { readonly kind: 'unreachable' }
  /** Shopify refused the document or parts of it, such as fields that the app is not approved for. */
  | { readonly kind: 'refused'; readonly messages: readonly string[] };

/** What a call took out of the shop's bucket, and what is left for everybody's next one. */
export interface AdminCost {
  readonly requested: number;
  readonly available: number;
  /** Points a second. */
  readonly restoreRate: number;
}

export type AdminAnswer<Data> =
  | {
      readonly ok: true;
      readonly data: Data;
      readonly cost: AdminCost | null;
      /** Paths of what a partial document was denied, such as "nodes.0.customer"; "" where Shopify named none. */
      readonly denied: readonly string[];
    }
  | { readonly ok: false; readonly problem: AdminProblem };

export interface AdminApi {
  readonly domain: ShopDomain;
  run<Data, Variables extends Record<string, unknown>>(
    document: AdminDocument<Data, Variables>,
    variables: Variables,
  ): Promise<AdminAnswer<Data>>;
}

const envelope = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.object({ code: z.string().optional() }).loose().optional(),
      }),
    )
    .optional(),
  extensions: z
    .object({
      cost: z
        .object({
          requestedQueryCost: z.number(),
          throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number() }),
        })
        .optional(),
    })
    .loose()
    .optional(),
});

export function createAdminApi(needs: { fetch: Fetch; tokens: Tokens }, domain: ShopDomain): AdminApi {
  return {
    domain,
    async run(document, variables) {
      const fail = (problem: AdminProblem) => ({ ok: false, problem }) as const;
      const access = await needs.tokens.accessToken(domain);
      if (!access.ok) return fail({ kind: access.problem });
      let response: Response;
      let body: unknown;
      try {
        response = await needs.fetch(`https://${domain}/admin/api/${ADMIN_API_VERSION}/graphql.json`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'x-shopify-access-token': access.token,
          },
          body: JSON.stringify({ query: document.text, variables }),
        });
        const text = await response.text();
        // What an order is called may hold what no database takes, here as in a webhook.
        body = response.status === 200 ? JSON.parse(cleanJsonText(text)) : text;
      } catch {
        return fail({ kind: 'unreachable' });
      }
      if (response.status === 401) {
        await needs.tokens.refused(domain, access.token);
        return fail({ kind: 'reconnect' });
      }
      if (response.status === 429) {
        return fail({ kind: 'throttled', waitMs: secondsAsMs(response.headers.get('retry-after')) });
      }
      if (
        response.status === 402 ||
        response.status === 403 ||
        response.status === 404 ||
        response.status === 423
      )
        return fail({ kind: 'refused', messages: [`Shopify answered ${response.status}.`] });
      if (response.status !== 200) return fail({ kind: 'unreachable' });
      return readAnswer(document, body);
    },
  };
}

function readAnswer<Data, Variables extends Record<string, unknown>>(
  document: AdminDocument<Data, Variables>,
  body: unknown,
): AdminAnswer<Data> {
  const read = envelope.safeParse(body);
  if (!read.success) return { ok: false, problem: { kind: 'unreachable' } };
  const { data, errors, extensions } = read.data;
  if (errors?.some((error) => error.extensions?.code === 'THROTTLED')) {
    const cost = extensions?.cost;
    const waitMs = cost
      ? ((cost.requestedQueryCost - cost.throttleStatus.currentlyAvailable) /
          cost.throttleStatus.restoreRate) *
        1000
      : 1000;
    return { ok: false, problem: { kind: 'throttled', waitMs: Math.max(200, Math.ceil(waitMs)) } };
  }
  // Shopify leaves out what the app may not read and answers the rest: enough for a document that can do without.
  const isDenial = ({
    extensions: said,
  }: {
    extensions?: { code?: string | undefined } | undefined;
  }): boolean => document.partial === true && said?.code === 'ACCESS_DENIED';
  const grave = (errors ?? []).filter((error) => !isDenial(error));
  if (grave.length > 0)
    return { ok: false, problem: { kind: 'refused', messages: grave.map(({ message }) => message) } };
  const answer = document.answer.safeParse(data);
  const cost = extensions?.cost;
  return answer.success
    ? {
        ok: true,
        data: answer.data,
        denied: (errors ?? []).filter(isDenial).map(({ path }) => (path ?? []).join('.')),
        cost: cost
          ? {
              requested: cost.requestedQueryCost,
              available: cost.throttleStatus.currentlyAvailable,
              restoreRate: cost.throttleStatus.restoreRate,
            }
          : null,
      }
    : {
        ok: false,
        problem: { kind: 'refused', messages: [`${document.name}: the answer has another shape.`] },
      };
}

function secondsAsMs(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds * 1000) : 2000;
}
