import type { TariffPreview } from '@halfhour/contract';
import { type Tariff, prepareTariff } from '@halfhour/engines/pricing';
import {
  type Clock,
  type EpochMs,
  type IdSource,
  type MarketId,
  type Result,
  err,
  invariant,
  ok,
  toRfc3339,
} from '@halfhour/kernel';
import type { Acting, ApiError, CommandKey } from '../api/index.ts';
import { recordAction } from '../audit/index.ts';
import { findCommands, recordCommands } from '../commands/index.ts';
import { appendEvents } from '../events/index.ts';
import type { MarketRecord, Markets } from '../markets/index.ts';
import {
  type EstimateTrip,
  type MarketTariffs,
  type TariffSource,
  tariffOfPolicy,
} from '../ordering/index.ts';
import type { Database } from '../postgres/index.ts';
import { previewTariff } from './preview-tariff.ts';
import { type KnownTariff, type TariffRecord, checkStart, checkTerms, toMarketTariffs } from './tariff.ts';
import {
  insertFirst,
  insertTariff,
  listTariffs,
  lockTariffs,
  selectTariffs,
  selectVersions,
  updateWithdrawn,
} from './tariff-store.ts';

export interface TariffsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Pick<Markets, 'get'>;
  readonly estimate: EstimateTrip;
  /** Told after each commit that wrote events. */
  readonly onCommit: (marketId: MarketId) => void;
}

export interface TariffDraft {
  readonly startsAt: EpochMs;
  readonly terms: Tariff;
  readonly note?: string | undefined;
}

/** Tariffs of a market, and the version that is in force now. */
export interface TariffList {
  readonly items: readonly TariffRecord[];
  readonly inForce: number;
}

export interface Tariffs extends TariffSource {
  /** Reads what was made or withdrawn since, here or in another process; run every few seconds. */
  follow(marketId: MarketId): Promise<void>;
  /** Newest first, before `before`. `not_found` where there is no such market. */
  list(marketId: MarketId, before: number | undefined, limit: number): Promise<Result<TariffList, ApiError>>;
  /** The one in force at a moment. */
  inForce(marketId: MarketId, at: EpochMs): Promise<Result<TariffRecord, ApiError>>;
  /** `invalid_request` where it cannot be used or starts too soon, `wrong_state` where there are too many. */
  create(
    marketId: MarketId,
    draft: TariffDraft,
    command: CommandKey,
    authority: Acting,
  ): Promise<Result<TariffRecord, ApiError>>;
  /** `wrong_state` once it has started. Withdrawn again is withdrawn. */
  withdraw(marketId: MarketId, version: number, authority: Acting): Promise<Result<undefined, ApiError>>;
  /** What a draft would have made of the last seven days. */
  preview(marketId: MarketId, terms: Tariff): Promise<Result<TariffPreview, ApiError>>;
}

/** What this process knows of a market. */
interface Known {
  readonly byVersion: ReadonlyMap<number, KnownTariff>;
  /** Made once: it is asked for with every group of placements. */
  readonly answer: Promise<MarketTariffs>;
}

/** A market's versions are all kept in memory: about two a day for three years. */
const MAX_VERSIONS = 2_000;

/** What markets charge; see the module's README. */
export function createTariffs({ db, clock, ids, markets, estimate, onCommit }: TariffsDeps): Tariffs {
  const known = new Map<MarketId, Known>();

  /** What there is now; the terms of what is known are not read again, since they never change. */
  async function read({ id, policy }: MarketRecord): Promise<MarketTariffs> {
    let versions = await selectVersions(db, id);
    if (versions.length === 0) {
      await insertFirst(db, id, tariffOfPolicy(policy), clock.now());
      versions = await selectVersions(db, id);
    }
    const before = known.get(id)?.byVersion;
    const missing = versions.filter(({ version }) => before?.has(version) !== true);
    const found = await selectTariffs(
      db,
      id,
      missing.map(({ version }) => version),
    );
    const terms = new Map(found.map((each) => [each.version, each.terms]));
    const byVersion = new Map<number, KnownTariff>();
    for (const { version, startsAt, withdrawnAt } of versions) {
      const prepared = before?.get(version)?.prepared ?? prepareTariff(terms.get(version)!);
      byVersion.set(version, { version, startsAt, isWithdrawn: withdrawnAt !== undefined, prepared });
    }
    const tariffs = toMarketTariffs(byVersion);
    known.set(id, { byVersion, answer: Promise.resolve(tariffs) });
    return tariffs;
  }

  async function follow(marketId: MarketId): Promise<void> {
    const market = await markets.get(marketId);
    invariant(market !== undefined, `no market ${marketId}`);
    await read(market);
  }

  return {
    follow,

    of: (market) => {
      const here = known.get(market.id);
      return here === undefined ? read(market) : here.answer;
    },

    async list(marketId, before, limit) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const inForce = (await read(market)).at(clock.now()).version;
      return ok({ items: await listTariffs(db, marketId, before, limit), inForce });
    },

    async inForce(marketId, at) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      if (at < 0) return err({ code: 'invalid_request', detail: '`at` is before 1970.' });
      const { version } = (await read(market)).at(at);
      const [record] = await selectTariffs(db, marketId, [version]);
      return ok(record!);
    },

    async create(marketId, { startsAt, terms, note }, command, authority) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const sound = checkTerms(terms);
      if (!sound.ok) return sound;
      await read(market);
      const now = clock.now();
      const made = await db.transact<TariffRecord, ApiError>(async (tx) => {
        const newest = await lockTariffs(tx, marketId);
        const [done] = await findCommands<{ readonly version: number }>(tx, marketId, [command]);
        if (done?.kind === 'reused') return err({ code: 'idempotency_key_reused' });
        if (done?.kind === 'done') {
          const [record] = await selectTariffs(tx, marketId, [done.outcome.version]);
          return ok(record!);
        }
        const early = checkStart(startsAt, now);
        if (!early.ok) return early;
        if (newest >= MAX_VERSIONS) {
          return err({ code: 'wrong_state', detail: `A market has ${MAX_VERSIONS} versions at most.` });
        }
        const record: TariffRecord = {
          version: newest + 1,
          startsAt,
          terms,
          note,
          createdAt: now,
          withdrawnAt: undefined,
        };
        await insertTariff(tx, marketId, record, authority.userId);
        recordCommands(tx, marketId, now, [{ command, outcome: { version: record.version } }]);
        appendEvents(tx, marketId, [
          {
            type: 'TariffCreated',
            subject: marketId,
            at: now,
            by: authority.role,
            data: { version: record.version, startsAt: toRfc3339(startsAt), userId: authority.userId },
          },
        ]);
        recordAction(tx, marketId, ids, {
          at: now,
          by: authority,
          kind: 'tariff_created',
          subject: marketId,
          reason: note,
          after: { version: record.version, startsAt: toRfc3339(startsAt) },
          requestId: authority.requestId,
        });
        return ok(record);
      });
      if (made.ok) {
        await follow(marketId);
        onCommit(marketId);
      }
      return made;
    },

    async withdraw(marketId, version, authority) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      await read(market);
      const now = clock.now();
      const withdrawn = await db.transact<boolean, ApiError>(async (tx) => {
        await lockTariffs(tx, marketId);
        const [record] = await selectTariffs(tx, marketId, [version]);
        if (record === undefined) return err({ code: 'not_found' });
        if (record.withdrawnAt !== undefined) return ok(false);
        if (record.startsAt <= now) {
          return err({
            code: 'wrong_state',
            detail: `Version ${version} has started: make another one that takes its place.`,
          });
        }
        await updateWithdrawn(tx, marketId, version, now);
        appendEvents(tx, marketId, [
          {
            type: 'TariffWithdrawn',
            subject: marketId,
            at: now,
            by: authority.role,
            data: { version, userId: authority.userId },
          },
        ]);
        recordAction(tx, marketId, ids, {
          at: now,
          by: authority,
          kind: 'tariff_withdrawn',
          subject: marketId,
          before: { version, startsAt: toRfc3339(record.startsAt) },
          requestId: authority.requestId,
        });
        return ok(true);
      });
      if (!withdrawn.ok) return withdrawn;
      if (withdrawn.value) {
        await follow(marketId);
        onCommit(marketId);
      }
      return ok(undefined);
    },

    async preview(marketId, terms) {
      const market = await markets.get(marketId);
      if (market === undefined) return err({ code: 'not_found' });
      const sound = checkTerms(terms);
      if (!sound.ok) return sound;
      return ok(await previewTariff({ db, estimate }, market, prepareTariff(terms), clock.now()));
    },
  };
}
