export { MoveRefused, type MoveReport, moveMarket } from './move-market.ts';
