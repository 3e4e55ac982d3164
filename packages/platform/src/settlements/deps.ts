import type { Clock, IdSource, MarketId } from '@halfhour/kernel';
import type { Markets } from '../markets/index.ts';
import type { Database } from '../postgres/index.ts';
import type { PayoutProvider } from './payouts/payout-provider.ts';

export interface SettlementDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly markets: Markets;
  /** Who sends payouts; where absent they go to the bank by file. */
  readonly provider?: PayoutProvider | undefined;
  readonly onCommit: (marketId: MarketId) => void;
}
