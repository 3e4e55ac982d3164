export { type Shortage, type StockLine, grantInTurn, stockName } from './stock.ts';
export {
  type Reservation,
  type StockLevel,
  countUnexplainedStock,
  lockStock,
  releaseStock,
  reserveStock,
  selectStock,
  sellStock,
  setOnHand,
  takeStock,
} from './stock-store.ts';
