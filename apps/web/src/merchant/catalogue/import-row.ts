import { call } from '../../api/index.ts';
import type { useStoreParams } from '../store-context.tsx';
import type { PlannedRow } from './catalogue-csv.ts';

/**
 * Does what a row says, by the routes that the pages use. The same row with the same key again ends the same: a new
 * offer is made once, and the others set what they say.
 */
export async function importRow(
  params: ReturnType<typeof useStoreParams>,
  row: PlannedRow,
  key: string,
): Promise<void> {
  const offer =
    row.create === undefined
      ? row.offer
      : await call('createOffer', { params, body: row.create, idempotencyKey: key });
  if (offer === undefined) return;
  if (row.update !== undefined) {
    await call('updateOffer', { params: { ...params, offerId: offer.id }, body: row.update });
  }
  if (row.onHand !== undefined) {
    const { articleId } = offer;
    await call('setStock', { params: { ...params, articleId }, body: { onHand: row.onHand } });
  }
}
