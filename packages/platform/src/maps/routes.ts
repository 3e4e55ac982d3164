import { err, ok } from '@halfhour/kernel';
import type { Handlers } from '../api/index.ts';
import type { Markets } from '../markets/index.ts';
import type { Maps } from './create-maps.ts';

export interface MapRouteDeps {
  readonly maps: Maps;
  readonly markets: Pick<Markets, 'get'>;
}

export function createMapRoutes({ maps, markets }: MapRouteDeps): Handlers<'getStreets' | 'searchPlaces'> {
  return {
    async getStreets({ params }) {
      if ((await markets.get(params.marketId)) === undefined) return err({ code: 'not_found' });
      const { streets } = await maps.load(params.marketId);
      return ok(streets as unknown as Record<string, unknown>);
    },

    async searchPlaces({ params, query }) {
      if ((await markets.get(params.marketId)) === undefined) return err({ code: 'not_found' });
      const { lat, lng } = query;
      const near = lat === undefined || lng === undefined ? undefined : { lat, lng };
      const map = await maps.load(params.marketId);
      if (query.query !== undefined && query.query.trim() !== '') {
        return ok({ items: map.search(query.query, near, query.limit) });
      }
      if (near === undefined) {
        return err({ code: 'invalid_request', detail: 'Send `query`, or `lat` and `lng`, or all three.' });
      }
      const found = map.reverse(near);
      return ok({ items: found === undefined ? [] : [found] });
    },
  };
}
