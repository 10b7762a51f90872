/** Does what Shopify asked for in the name of a customer or a shop, and what an owner asked for in the app, with a record of it that holds no person. */
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { ShopId } from '../conversion/facts.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Sql } from '../store/database.ts';
import type { Erasure } from '../store/erasure.ts';
import { closePrivacyRequest, heldOfCustomer, openPrivacyRequests } from '../store/retention.ts';
import type { PrivacyRequestRow } from '../store/retention.ts';

export interface PrivacyNeeds {
  database: Sql;
  erasure: Erasure;
  audit: { add(shopId: ShopId, entry: AuditEntry): Promise<void> };
  /** Puts the settings of a shop that stays back to the defaults, and tells its storefront. */
  beginAnew(shopId: ShopId): Promise<void>;
  clock: Clock;
  log: Log;
}

const AT_ONCE = 50;

/** Each may be done twice without harm: a worker that dies leaves it open. Answers how many were done. */
export async function runPrivacyRequests(needs: PrivacyNeeds): Promise<number> {
  let done = 0;
  for (const request of await openPrivacyRequests(needs.database, AT_ONCE)) {
    try {
      const result = JSON.stringify(await carryOut(needs, request));
      // The audit of a shop that was erased is erased with it: its record is the request's own.
      if (request.topic === 'shop/erase') {
        await needs.audit.add(request.shopId, {
          actor: request.askedBy ?? 'Tock',
          action: 'shop.erased',
          target: '',
          before: null,
          after: null,
        });
      } else if (request.topic !== 'shop/redact') {
        await needs.audit.add(request.shopId, {
          actor: 'Shopify',
          action: `privacy.${request.topic.replace('/', '.')}.done`,
          target: `request ${request.id}`,
          before: null,
          after: result,
        });
      }
      await closePrivacyRequest(needs.database, request.id, needs.clock.now(), result);
      done += 1;
    } catch (error) {
      needs.log.error('a privacy request is still open', {
        request: request.id,
        topic: request.topic,
        error,
      });
    }
  }
  return done;
}

async function carryOut(needs: PrivacyNeeds, request: PrivacyRequestRow): Promise<object> {
  switch (request.topic) {
    case 'shop/redact':
      return { erased: await needs.erasure.eraseShop(request.shopId) };
    case 'shop/erase':
      await needs.beginAnew(request.shopId);
      await needs.erasure.eraseData(request.shopId, needs.clock.now());
      return { erased: true };
    case 'customers/redact': {
      const { customerKey: customer, emailKeys: emails, orderIds } = request;
      const keys = { customer, emails, orderIds };
      return { orders: await needs.erasure.eraseCustomer(request.shopId, keys, needs.clock.now()) };
    }
    case 'customers/data_request':
      // Staff answer the customer from this: Tock holds hashes, never a name or an address.
      return heldOfCustomer(needs.database, request);
  }
}
