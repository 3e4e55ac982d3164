import type { SupportPolicy } from '@halfhour/contract';
import type { Authority } from '../api/index.ts';

/** As what a person acts in support: operators and admins, and of the role `support` agents and leads. */
export type Level = keyof SupportPolicy['levels'];

/** What holds where a market has decided nothing, in minor units of a currency of two decimals. */
export const DEFAULT_POLICY: SupportPolicy = {
  levels: {
    agent: { perOrderMinor: 50_000, perDayMinor: 300_000, mayApprove: false },
    lead: { perOrderMinor: 300_000, perDayMinor: 2_000_000, mayApprove: true },
    operator: { perOrderMinor: 2_000_000, perDayMinor: 20_000_000, mayApprove: true },
  },
  fourEyesAboveMinor: 200_000,
  proposalHours: 48,
  goodwillDays: 180,
  caseWithinDays: 30,
  signals: {
    refundedShare: { above: 3_000, needsSecond: true },
    compensations30Days: { above: 3, needsSecond: true },
    newAccountDays: { above: 0, needsSecond: false },
    othersAtAddress: { above: 2, needsSecond: false },
  },
};

/** The level of a caller; whoever has the role `support` and no rank is an agent. */
export function levelOf({ role }: Pick<Authority, 'role'>, rank: 'agent' | 'lead' | undefined): Level {
  return role === 'operator' || role === 'admin' ? 'operator' : (rank ?? 'agent');
}

/** Why a second person is needed. */
export type Need = 'order_limit' | 'day_limit' | 'four_eyes' | `signal_${keyof SupportPolicy['signals']}`;

/** What is wanted, and what was given on the order before. */
export interface Asked {
  readonly amountMinor: number;
  readonly givenOnOrderMinor: number;
  readonly givenTodayMinor: number;
}

/** Which of a level's own limits stand against giving so much. */
export function overLimits(policy: SupportPolicy, level: Level, asked: Asked): Need[] {
  const { perOrderMinor, perDayMinor } = policy.levels[level];
  const needs: Need[] = [];
  if (asked.givenOnOrderMinor + asked.amountMinor > perOrderMinor) needs.push('order_limit');
  if (asked.givenTodayMinor + asked.amountMinor > perDayMinor) needs.push('day_limit');
  return needs;
}

/** Whether anybody may give so much on one order: what nobody could approve is not proposed. */
export function isBeyondAll(policy: SupportPolicy, { amountMinor, givenOnOrderMinor }: Asked): boolean {
  return Object.values(policy.levels).every(
    ({ perOrderMinor, perDayMinor }) =>
      givenOnOrderMinor + amountMinor > perOrderMinor || amountMinor > perDayMinor,
  );
}
