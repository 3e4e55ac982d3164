import { z } from 'zod';
import { type Id, type MarketId, currency } from '@halfhour/kernel';
import { drawToken } from '@halfhour/platform/identity';
import { type MarketDraft, insertMarket, selectMarkets } from '@halfhour/platform/markets';
import { openCityMap } from '../city-maps.ts';
import { fillSandbox } from '../fill-sandbox.ts';
import { readPrivateJson, writePrivateJson } from './private-json.ts';
import { type LoadDeps, POLICY } from './load-demo-market.ts';

/** The demo's sandbox market and the key of its integrator, kept in the data folder for the next start. */
export interface SandboxFile {
  readonly marketId: MarketId;
  readonly token: string;
}

const MAP_SOURCE = 'synthetic:sandbox';
const schema = z.object({
  marketId: z.custom<Id<never>>((value) => typeof value === 'string' && value.startsWith('mkt_')),
  token: z.string(),
});

/** Puts a sandbox market beside the demo's, once; like `loadDemoMarket`. */
export async function loadSandbox(
  deps: Omit<LoadDeps, 'castPath'> & { readonly path: string },
): Promise<SandboxFile> {
  const { db, ids, path } = deps;
  const earlier = (await readPrivateJson(path, schema)) as SandboxFile | undefined;
  if (earlier !== undefined && (await selectMarkets(db, earlier.marketId)).length > 0) return earlier;
  const sandbox = earlier ?? { marketId: ids.next('mkt'), token: drawToken(deps.secrets, 'key') };
  await writePrivateJson(path, sandbox);
  const map = await openCityMap(MAP_SOURCE);
  const { south, west, north, east } = map.bounds;
  const market: MarketDraft = {
    id: sandbox.marketId,
    slug: 'sandbox',
    name: 'Sandbox',
    currency: currency('UYU'),
    timeZone: map.timeZone,
    languages: ['en'],
    centre: { lat: (south + north) / 2, lng: (west + east) / 2 },
    bounds: map.bounds,
    attribution: map.attribution,
    mapSource: MAP_SOURCE,
    sandbox: true,
    policy: POLICY,
  };
  await db.transaction(async (tx) => {
    await insertMarket(tx, market);
    await fillSandbox(tx, { ids, at: deps.clock.now(), token: sandbox.token }, market);
  });
  return sandbox;
}
