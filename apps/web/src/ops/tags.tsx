import type { LatenessRisk, OrderState } from '@halfhour/contract';
import { text } from '../text/index.ts';

const RISK_LOOK: Readonly<Record<LatenessRisk, string>> = {
  on_time: 'bg-on-time-soft text-on-time',
  at_risk: 'bg-at-risk-soft text-at-risk',
  late: 'bg-late-soft text-late',
};

export const RISK_INK: Readonly<Record<LatenessRisk, string>> = {
  on_time: 'text-on-time',
  at_risk: 'text-at-risk',
  late: 'text-late',
};

export function RiskTag({ risk }: { risk: LatenessRisk }) {
  return (
    <span className={`rounded px-1.5 py-0.5 text-xs font-medium whitespace-nowrap ${RISK_LOOK[risk]}`}>
      {text.risk[risk]}
    </span>
  );
}

export function StateTag({ state }: { state: OrderState }) {
  return (
    <span className="rounded bg-surface-3 px-1.5 py-0.5 text-xs font-medium whitespace-nowrap text-ink-2">
      {text.orderState[state]}
    </span>
  );
}
