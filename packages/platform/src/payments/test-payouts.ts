import { type EpochMs, DAY_MS, basisPoints, epochMs, shareOfMinor } from '@halfhour/kernel';
import type { ProviderOperation, ProviderPayout } from './provider.ts';

/** What the embedded provider keeps of what it captures. */
const FEE = basisPoints(100);

/** Captured less refunded, by day of UTC. */
export interface DayOfBooks {
  readonly startsAt: EpochMs;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
}

/**
 * The embedded provider pays each day what it took on the day before, less its fee, when that day has ended; a day of more
 * refunds than captures it takes from the bank.
 */
export function payoutsOf(days: readonly DayOfBooks[]): ProviderPayout[] {
  return days.map(({ startsAt, capturedMinor, refundedMinor }) => {
    const feesMinor = shareOfMinor(capturedMinor, FEE, 'half-up');
    const grossMinor = capturedMinor - refundedMinor;
    return {
      reference: `test_po_${new Date(startsAt).toISOString().slice(0, 10)}`,
      state: 'paid',
      at: epochMs(startsAt + DAY_MS),
      amountMinor: grossMinor - feesMinor,
      grossMinor,
      feesMinor,
    };
  });
}

/** Days that have ended before `to`, none of which began before `from`. */
export function daysOf(operations: readonly ProviderOperation[], from: EpochMs, to: EpochMs): DayOfBooks[] {
  const days = new Map<number, { capturedMinor: number; refundedMinor: number }>();
  for (const { kind, amountMinor, at } of operations) {
    const startsAt = Math.floor(at / DAY_MS) * DAY_MS;
    if (startsAt < from || startsAt + DAY_MS > to || kind === 'void') continue;
    const day = days.get(startsAt) ?? { capturedMinor: 0, refundedMinor: 0 };
    if (kind === 'capture') day.capturedMinor += amountMinor;
    else day.refundedMinor += amountMinor;
    days.set(startsAt, day);
  }
  return [...days].map(([startsAt, day]) => ({ startsAt: epochMs(startsAt), ...day }));
}
