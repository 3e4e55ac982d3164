import { DAY_MS, epochMs, MINUTE_MS, sleep } from '@halfhour/kernel';
import { readOffers } from './play-shoppers.ts';
import type { Stage } from './stage.ts';

/** Before the shops open, as their suppliers come. */
const DELIVERY_MINUTE = 5 * 60;
const LOW_SHARE = 0.4;

/** Each night fills what has sold to below two fifths back up to what a store began with, by counting it in. */
export async function restockShelves(stage: Stage): Promise<void> {
  const { cast, clock, signal } = stage;
  for (;;) {
    const { minuteOfDay } = stage.local();
    const wait = (DELIVERY_MINUTE - minuteOfDay) * MINUTE_MS;
    await clock.until(epochMs(clock.now() + (wait > 0 ? wait : wait + DAY_MS)), signal);
    for (const [storeId, store] of stage.storeById) {
      const usual = new Map(
        store.offers.flatMap(({ names, onHand }) =>
          onHand === undefined ? [] : [[names.en, onHand] as const],
        ),
      );
      if (usual.size === 0) continue;
      for (const { articleId, names, inStock } of await readOffers(stage, stage.integrator, storeId)) {
        const onHand = usual.get(names.en);
        if (onHand === undefined || inStock === undefined || inStock >= onHand * LOW_SHARE) continue;
        const params = { marketId: cast.marketId, storeId, articleId };
        const answer = await stage.integrator.call('setStock', { params, body: { onHand }, signal });
        stage.count(answer.ok ? 'restocked' : `restock_${answer.error.code}`);
      }
    }
    await sleep(clock, MINUTE_MS, signal);
  }
}
