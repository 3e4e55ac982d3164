import { type Result, err, ok, parseId, toRfc3339 } from '@halfhour/kernel';
import type { PaymentException } from '@halfhour/contract';
import { type ApiError, type Handlers, acting } from '../api/index.ts';
import { selectDisputes } from './dispute.ts';
import { type ExceptionRecord, CHOICES } from './exception.ts';
import { selectException, selectExceptions } from './exception-store.ts';
import { recheckException } from './recheck-exception.ts';
import type { ReconcileDeps } from './reconcile.ts';
import { resolveException } from './resolve-exception.ts';

const DISPUTES = 200;

type PaymentRoute =
  | 'listPaymentExceptions'
  | 'getPaymentException'
  | 'resolvePaymentException'
  | 'recheckPaymentException'
  | 'listPaymentDisputes';

/** The queue of exceptions, for the market's operator. */
export function createPaymentRoutes(deps: ReconcileDeps): Handlers<PaymentRoute> {
  const { db } = deps;
  return {
    async listPaymentExceptions({ params, query }) {
      const before = query.cursor === undefined ? undefined : parseId('exc', query.cursor);
      if (query.cursor !== undefined && before === undefined) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const { state, limit } = query;
      const found = await selectExceptions(db, params.marketId, { state, before, limit });
      return ok({
        items: found.map(toPaymentException),
        ...(found.length === limit ? { next: found.at(-1)!.id } : {}),
      });
    },

    async getPaymentException({ params }) {
      const found = await selectException(db, params.marketId, params.paymentExceptionId);
      return found === undefined ? err({ code: 'not_found' }) : ok(toPaymentException(found));
    },

    async listPaymentDisputes({ params, query }) {
      const found = await selectDisputes(db, params.marketId, query.state, DISPUTES);
      return ok({
        items: found.map(({ evidenceDueAt, openedAt, closedAt, ...dispute }) => ({
          ...dispute,
          ...(evidenceDueAt === undefined ? {} : { evidenceDueAt: toRfc3339(evidenceDueAt) }),
          openedAt: toRfc3339(openedAt),
          ...(closedAt === undefined ? {} : { closedAt: toRfc3339(closedAt) }),
        })),
      });
    },

    async recheckPaymentException({ params }) {
      const checked = await recheckException(deps, params.marketId, params.paymentExceptionId);
      return checked.ok ? ok(toPaymentException(checked.value)) : checked;
    },

    async resolvePaymentException(request): Promise<Result<PaymentException, ApiError>> {
      const { params, body } = request;
      const resolved = await resolveException(deps, params.marketId, {
        ...body,
        id: params.paymentExceptionId,
        by: acting(request),
      });
      return resolved.ok ? ok(toPaymentException(resolved.value)) : resolved;
    },
  };
}

function toPaymentException(found: ExceptionRecord): PaymentException {
  const { subject, refundId, foundAt, seenAt, resolvedAt, orderId, ...rest } = found;
  return {
    ...rest,
    ...(orderId === undefined ? {} : { orderId }),
    foundAt: toRfc3339(foundAt),
    seenAt: toRfc3339(seenAt),
    allowed: found.state === 'open' ? [...CHOICES[found.kind]] : [],
    ...(resolvedAt === undefined ? {} : { resolvedAt: toRfc3339(resolvedAt) }),
  };
}
