import { z } from 'zod';
import type { Id, IdPrefix } from '@halfhour/kernel';

/** A prefixed id: `ord_` and 13 characters of base32hex. */
export function idSchema<P extends IdPrefix>(prefix: P): z.ZodType<Id<P>, string> {
  return z.string().regex(new RegExp(`^${prefix}_[0-7][0-9a-v]{12}$`)) as unknown as z.ZodType<Id<P>, string>;
}

export const marketId = idSchema('mkt');
export const merchantId = idSchema('mer');
export const storeId = idSchema('sto');
export const articleId = idSchema('art');
export const offerId = idSchema('off');
export const orderId = idSchema('ord');
export const courierId = idSchema('cou');
export const routeId = idSchema('rte');
export const userId = idSchema('usr');
export const apiKeyId = idSchema('api');
export const webhookId = idSchema('whk');
export const webhookMessageId = idSchema('msg');

/** RFC 3339 with an offset. */
export const moment = z.iso.datetime({ offset: true });
/** A day of the market's calendar: `2026-11-23`. */
export const day = z.iso.date();
/** Whole minor units of the market's currency (ISO 4217). */
export const minor = z.int().min(-1_000_000_000_000).max(1_000_000_000_000);
export const priceMinor = z.int().min(0).max(1_000_000_000);

export const place = z.strictObject({
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
});

export const address = z.strictObject({
  label: z.string().min(1).max(200),
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  /** For the courier: floor, door bell. */
  note: z.string().max(200).optional(),
});

/** A name in the languages that the market speaks; `en` is always there. */
export const names = z.strictObject({
  en: z.string().min(1).max(120),
  es: z.string().min(1).max(120).optional(),
  zh: z.string().min(1).max(120).optional(),
});

export const cursor = z.string().max(200);
export const pageQuery = z.object({
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A page of a list; `next` is absent on the last one. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: cursor.optional() });
}

export const inMarket = z.object({ marketId });

export type Place = z.output<typeof place>;
export type Address = z.output<typeof address>;
export type Names = z.output<typeof names>;
