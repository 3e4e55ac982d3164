import { type Clock, err, fromRfc3339, ok } from '@halfhour/kernel';
import { type Handlers, acting, requiredKey } from '../api/index.ts';
import type { Tariffs } from './create-tariffs.ts';
import { toTariff } from './tariff.ts';

export function createTariffRoutes({
  clock,
  tariffs,
}: {
  readonly clock: Clock;
  readonly tariffs: Tariffs;
}): Handlers<'listTariffs' | 'getTariffInForce' | 'createTariff' | 'previewTariff' | 'withdrawTariff'> {
  return {
    async listTariffs({ params, query }) {
      const before = query.cursor === undefined ? undefined : Number(query.cursor);
      if (before !== undefined && !(Number.isInteger(before) && before > 0 && before <= 1_000_000)) {
        return err({ code: 'invalid_request', detail: '`cursor` is not one that this list gave.' });
      }
      const listed = await tariffs.list(params.marketId, before, query.limit);
      if (!listed.ok) return listed;
      const { items, inForce } = listed.value;
      const now = clock.now();
      return ok({
        items: items.map((item) => toTariff(item, inForce, now)),
        ...(items.length === query.limit ? { next: String(items.at(-1)!.version) } : {}),
      });
    },

    async getTariffInForce({ params, query }) {
      const now = clock.now();
      const found = await tariffs.inForce(params.marketId, momentOf(query.at) ?? now);
      if (!found.ok) return found;
      const current = await tariffs.inForce(params.marketId, now);
      return current.ok ? ok(toTariff(found.value, current.value.version, now)) : current;
    },

    async createTariff(request) {
      const { params, body, command } = request;
      const { terms, note } = body;
      const draft = { startsAt: momentOf(body.startsAt)!, terms, note };
      const made = await tariffs.create(params.marketId, draft, requiredKey(command), acting(request));
      // Never the one in force: it starts later.
      return made.ok ? ok(toTariff(made.value, 0, clock.now())) : made;
    },

    previewTariff: ({ params, body }) => tariffs.preview(params.marketId, body.terms),

    async withdrawTariff(request) {
      const { marketId, tariffVersion } = request.params;
      return tariffs.withdraw(marketId, tariffVersion, acting(request));
    },
  };
}

function momentOf(text: string | undefined): ReturnType<typeof fromRfc3339> {
  return text === undefined ? undefined : fromRfc3339(text);
}
