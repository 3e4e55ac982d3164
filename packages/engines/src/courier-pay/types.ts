/** What couriers of a market are paid, as data. Amounts are whole minor units of the market's currency. */
export interface PayPlan {
  readonly perOrderMinor: number;
  /** For the way from the store over all doors. */
  readonly perKmMinor: number;
  readonly waiting?: WaitingPay;
  /** What an hour on shift brings at least, without tips. */
  readonly hourlyGuaranteeMinor?: number;
  /** Supplements; one that overlaps another adds to it. */
  readonly peaks?: readonly Peak[];
}

/** What a courier is paid for standing at a store whose order is late. */
export interface WaitingPay {
  /** From the arrival on; not paid. */
  readonly freeMinutes: number;
  readonly perMinuteMinor: number;
}

/** A time of the week in which a route brings more: a share of its pay for orders and distance, or so much an order. */
export type Peak = PeakTime & ({ readonly rateBp: number } | { readonly perOrderMinor: number });

export interface PeakTime {
  /** 0 = Sunday … 6 = Saturday. */
  readonly weekdays: readonly number[];
  /** Minutes of the day by the market's clock: from this one on, before that one; 1,440 ends the day. */
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** A route when it is laid out. */
export interface RouteWork {
  readonly orders: number;
  /** From the store over all doors; asked only where the plan pays for them. */
  readonly metres: () => number;
  /** By the market's clock, when the courier is given the route. */
  readonly weekday: number;
  readonly minuteOfDay: number;
}

/** A pickup, in milliseconds of one clock. */
export interface Pickup {
  readonly arrivedAt: number;
  readonly pickedUpAt: number;
  /** When the last of its orders was promised to be ready; absent where nobody has promised. */
  readonly promisedReadyAt?: number | undefined;
}

/** One reason why a route is paid, with what it was worked out from. */
export type PayPart = { readonly amountMinor: number } & (
  | { readonly kind: 'orders'; readonly orders: number; readonly perOrderMinor: number }
  | { readonly kind: 'distance'; readonly metres: number; readonly perKmMinor: number }
  | { readonly kind: 'peak'; readonly peak: Peak }
  | { readonly kind: 'waiting'; readonly seconds: number; readonly perMinuteMinor: number }
);
