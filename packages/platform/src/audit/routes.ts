import type { AuditAction } from '@halfhour/contract';
import { err, fromRfc3339, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import type { Queryable } from '../postgres/index.ts';
import { type Action, selectActions } from './action-store.ts';

export function createAuditRoutes({ db }: { readonly db: Queryable }): Handlers<'listAuditActions'> {
  return {
    async listAuditActions({ params, query }) {
      const before = query.cursor === undefined ? undefined : parseId('act', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const actions = await selectActions(db, params.marketId, {
        orderId: query.orderId,
        userId: query.userId,
        from: query.from === undefined ? undefined : fromRfc3339(query.from),
        until: query.until === undefined ? undefined : fromRfc3339(query.until),
        before,
        limit: query.limit,
      });
      return ok({
        items: actions.map(toAction),
        ...(actions.length === query.limit ? { next: actions.at(-1)!.id } : {}),
      });
    },
  };
}

/** An action as the API shows it. */
export function toAction({
  by,
  at,
  orderId,
  amountMinor,
  reason,
  before,
  after,
  ...action
}: Action): AuditAction {
  return {
    ...action,
    at: toRfc3339(at),
    userId: by.userId,
    role: by.role,
    ...(orderId === undefined ? {} : { orderId }),
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(reason === undefined ? {} : { reason }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
