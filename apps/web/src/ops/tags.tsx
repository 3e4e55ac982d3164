import type { LatenessRisk, OrderState } from '@halfhour/contract';
import { text } from '../text/index.ts';
import { Tag, type Tone } from '../ui/tag.tsx';

const RISK_TONE: Readonly<Record<LatenessRisk, Tone>> = { on_time: 'good', at_risk: 'watch', late: 'bad' };

export const RISK_INK: Readonly<Record<LatenessRisk, string>> = {
  on_time: 'text-on-time',
  at_risk: 'text-at-risk',
  late: 'text-late',
};

export function RiskTag({ risk }: { risk: LatenessRisk }) {
  return <Tag tone={RISK_TONE[risk]}>{text.risk[risk]}</Tag>;
}

export function StateTag({ state }: { state: OrderState }) {
  return <Tag>{text.orderState[state]}</Tag>;
}
