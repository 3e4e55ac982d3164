export { type Shortage, type StockLine, grantInTurn } from './stock.ts';
export {
  type Reservation,
  type StockLevel,
  countUnexplainedStock,
  releaseStock,
  reserveStock,
  selectStock,
  sellStock,
  setOnHand,
} from './stock-store.ts';
