export { guaranteeTopUp, payForWaiting, payForWork, sumOfParts } from './pay-route.ts';
export type { PayPlan, Peak, WaitingPay } from './types.ts';
