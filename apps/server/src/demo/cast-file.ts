import { z } from 'zod';
import type { CourierId, Id, MarketId, MerchantId, StoreId, UserId } from '@halfhour/kernel';
import { readPrivateJson, writePrivateJson } from './private-json.ts';

/**
 * What the demo's simulated people are called in the platform, and the keys with which they call its API.
 * Kept in the data folder for the next start, readable by its owner alone.
 */
export interface CastFile {
  readonly marketId: MarketId;
  readonly operatorId: UserId;
  readonly operatorPassword: string;
  readonly integrator: Person;
  readonly merchants: Readonly<Record<string, MerchantId>>;
  readonly stores: Readonly<Record<string, StoreId>>;
  readonly couriers: Readonly<Record<string, Person & { readonly courierId: CourierId }>>;
  readonly shoppers: Readonly<Record<string, Person>>;
}

export interface Person {
  readonly userId: UserId;
  readonly token: string;
}

const id = <P extends string>(prefix: P) =>
  z.custom<Id<never>>((value) => typeof value === 'string' && value.startsWith(`${prefix}_`));
const person = z.object({ userId: id('usr'), token: z.string() });
const schema = z.object({
  marketId: id('mkt'),
  operatorId: id('usr'),
  operatorPassword: z.string(),
  integrator: person,
  merchants: z.record(z.string(), id('mer')),
  stores: z.record(z.string(), id('sto')),
  couriers: z.record(z.string(), person.extend({ courierId: id('cou') })),
  shoppers: z.record(z.string(), person),
});

/** The cast of an earlier start; undefined where there was none. Throws when the file is damaged. */
export async function readCast(path: string): Promise<CastFile | undefined> {
  return (await readPrivateJson(path, schema)) as CastFile | undefined;
}

/** Written whole or not at all. */
export function writeCast(path: string, cast: CastFile): Promise<void> {
  return writePrivateJson(path, cast);
}
