import type { Grant } from '@halfhour/contract';
import type { Clock, CourierId, Id, IdSource, StoreId, UserId } from '@halfhour/kernel';
import { insertCouriers } from '@halfhour/platform/couriers';
import { type SecretSource, hashPassword, insertUsers } from '@halfhour/platform/identity';
import type { Database } from '@halfhour/platform/postgres';
import type { DemoMarket, DemoStore } from '@halfhour/twin/demo';
import { z } from 'zod';
import type { CastFile } from './cast-file.ts';
import { readPrivateJson, writePrivateJson } from './private-json.ts';

/** Whoever looks at the demo is one of these: nobody plays them. */
export interface Guests {
  readonly shopper: Guest;
  readonly merchant: Guest & { readonly storeId: StoreId; readonly storeName: string };
  readonly courier: Guest & { readonly courierId: CourierId };
}

export interface Guest {
  readonly userId: UserId;
  readonly email: string;
}

const id = <P extends string>(prefix: P) =>
  z.custom<Id<never>>((value) => typeof value === 'string' && value.startsWith(`${prefix}_`));
const schema = z.object({
  shopperId: id('usr'),
  merchantId: id('usr'),
  courierUserId: id('usr'),
  courierId: id('cou'),
});

interface GuestIds {
  readonly shopperId: UserId;
  readonly merchantId: UserId;
  readonly courierUserId: UserId;
  readonly courierId: CourierId;
}

/**
 * Adds the demo's guests to its market, once: a shopper, the owner of a restaurant whose orders wait for them, and a courier off
 * shift. They sign in with the operator's password.
 */
export async function loadGuests(
  {
    db,
    clock,
    ids,
    secrets,
    path,
  }: { db: Database; clock: Clock; ids: IdSource; secrets: SecretSource; path: string },
  demo: DemoMarket,
  cast: CastFile,
): Promise<Guests> {
  const earlier = (await readPrivateJson(path, schema)) as GuestIds | undefined;
  const guests: GuestIds = earlier ?? {
    shopperId: ids.next('usr'),
    merchantId: ids.next('usr'),
    courierUserId: ids.next('usr'),
    courierId: ids.next('cou'),
  };
  const { marketId } = cast;
  const store = guestStore(demo);
  const shopper = { userId: guests.shopperId, email: 'shopper@halfhour.local' };
  const merchant = { userId: guests.merchantId, email: 'merchant@halfhour.local' };
  const courier = { userId: guests.courierUserId, email: 'courier@halfhour.local' };
  if (earlier === undefined) await writePrivateJson(path, guests);
  const passwordHash = await hashPassword(cast.operatorPassword, secrets);
  const user = ({ userId, email }: Guest, name: string, grant: Grant) => ({
    id: userId,
    name,
    email,
    passwordHash,
    grants: [grant],
  });
  await db.transaction(async (tx) => {
    // Where a start before was interrupted between file and commit, all are made now; else they are there already.
    const [isNew] = await insertUsers(tx, clock.now(), [
      user(shopper, 'Demo shopper', { role: 'shopper' }),
      user(merchant, 'Demo merchant', {
        role: 'merchant',
        marketId,
        merchantId: cast.merchants[store.merchantKey]!,
      }),
      user(courier, 'Demo courier', { role: 'courier', marketId, courierId: guests.courierId }),
    ]);
    if (!isNew) return;
    await insertCouriers(tx, marketId, [
      { id: guests.courierId, name: 'Demo courier', vehicle: 'motorcycle' },
    ]);
  });
  return {
    shopper,
    merchant: { ...merchant, storeId: cast.stores[store.key]!, storeName: store.name },
    courier: { ...courier, courierId: guests.courierId },
  };
}

/** The most popular restaurant whose merchant has no other store. */
function guestStore({ stores }: DemoMarket): DemoStore {
  const isAlone = ({ merchantKey }: DemoStore): boolean =>
    stores.filter((each) => each.merchantKey === merchantKey).length === 1;
  const [first] = stores
    .filter((store) => store.kind === 'restaurant' && isAlone(store))
    .toSorted((a, b) => b.popularity - a.popularity);
  if (first === undefined) throw new Error('the demo has no restaurant of a merchant of one store');
  return first;
}
