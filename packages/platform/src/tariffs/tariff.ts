import type { Tariff as ShownTariff, TariffTerms } from '@halfhour/contract';
import { type PreparedTariff, type Tariff, faultsOfTariff } from '@halfhour/engines/pricing';
import { type EpochMs, MINUTE_MS, type Result, addMs, err, invariant, ok, toRfc3339 } from '@halfhour/kernel';
import type { ApiError } from '../api/index.ts';
import type { MarketTariffs } from '../ordering/index.ts';

/** A tariff as it is kept. */
export interface TariffRecord {
  readonly version: number;
  readonly startsAt: EpochMs;
  readonly terms: Tariff;
  readonly note?: string | undefined;
  readonly createdAt: EpochMs;
  readonly withdrawnAt?: EpochMs | undefined;
}

/** A tariff as processes remember it, made ready. */
export interface KnownTariff {
  readonly version: number;
  readonly startsAt: EpochMs;
  readonly isWithdrawn: boolean;
  readonly prepared: PreparedTariff;
}

/** Every process has read it by then: they look every few seconds. */
export const LEAD_MS = MINUTE_MS;

/**
 * What remembered tariffs answer. In force is the last that has started, of two that started together the later version.
 * There is one at any moment: the first has no beginning.
 */
export function toMarketTariffs(known: ReadonlyMap<number, KnownTariff>): MarketTariffs {
  const latestFirst = [...known.values()]
    .filter(({ isWithdrawn }) => !isWithdrawn)
    .toSorted((a, b) => b.startsAt - a.startsAt || b.version - a.version);
  return {
    at(moment) {
      const found = latestFirst.find(({ startsAt }) => startsAt <= moment);
      invariant(found !== undefined, `no tariff is in force at ${moment}`);
      return found;
    },
    version: (version) => known.get(version),
  };
}

/** Whether a draft can be used: `invalid_request` with each fault and where it is. */
export function checkTerms(terms: Tariff): Result<undefined, ApiError> {
  const faults = faultsOfTariff(terms);
  if (faults.length === 0) return ok(undefined);
  const errors = faults.slice(0, 50).map(({ path, message }) => ({ field: `terms.${path}`, message }));
  return err({ code: 'invalid_request', detail: 'This tariff cannot be used.', errors });
}

/** Whether a tariff may start then: `invalid_request` where that is too soon. */
export function checkStart(startsAt: EpochMs, now: EpochMs): Result<undefined, ApiError> {
  const earliest = addMs(now, LEAD_MS);
  if (startsAt >= earliest) return ok(undefined);
  return err({
    code: 'invalid_request',
    detail: `A tariff starts a minute ahead at least: at ${toRfc3339(earliest)} or later.`,
  });
}

/** The tariff as the API shows it. @param inForce the version that is in force now */
export function toTariff(record: TariffRecord, inForce: number, now: EpochMs): ShownTariff {
  return {
    version: record.version,
    startsAt: toRfc3339(record.startsAt),
    state: stateOf(record, inForce, now),
    createdAt: toRfc3339(record.createdAt),
    ...(record.note === undefined ? {} : { note: record.note }),
    terms: record.terms as TariffTerms,
  };
}

function stateOf(
  { version, startsAt, withdrawnAt }: TariffRecord,
  inForce: number,
  now: EpochMs,
): ShownTariff['state'] {
  if (withdrawnAt !== undefined) return 'withdrawn';
  if (startsAt > now) return 'future';
  return version === inForce ? 'in_force' : 'past';
}
