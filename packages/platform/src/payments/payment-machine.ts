/**
 * Where the payment of an order can be. What ends in `due`, and `authorising` and `challenged`, has something to ask
 * the provider; what ends in `refused` the provider has said no to for good, and a person looks at it.
 */
export const PAYMENT_STATES = [
  'authorising',
  'challenged',
  'authorised',
  'declined',
  'capture_due',
  'captured',
  'capture_refused',
  'void_due',
  'voided',
  'void_refused',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** What happens to a payment. */
export type PaymentStep =
  /** The provider wants the shopper to prove who pays (3-D Secure and the like). */
  | 'challenge'
  | 'approve'
  /** Approved when the order was given up already: what is held is released, or given back. */
  | 'approve_late'
  /** The order is handed over. */
  | 'hand_over'
  /** The order is handed over, and its courier has the money. */
  | 'collect'
  /** The order is cancelled, declined, or was not paid in time. */
  | 'give_up'
  | 'capture'
  | 'refuse_capture'
  | 'void'
  | 'refuse_void'
  /** A person has the provider asked once more. */
  | 'ask_again';

/**
 * The whole life of a payment. A step that is not here changes nothing: providers tell twice, late and in any order.
 * Money is taken once, since nothing leads back from `captured`; refunds and disputes are rows of their own, and no
 * state of the payment. The SQL of the store asks this table.
 */
const MOVES: Readonly<Record<PaymentState, Readonly<Partial<Record<PaymentStep, PaymentState>>>>> = {
  authorising: {
    challenge: 'challenged',
    approve: 'authorised',
    hand_over: 'capture_due',
    collect: 'captured',
    give_up: 'void_due',
  },
  challenged: { approve: 'authorised', hand_over: 'capture_due', give_up: 'void_due' },
  authorised: { hand_over: 'capture_due', collect: 'captured', give_up: 'void_due' },
  // No longer written: what is declined is given up, and voided in case the answer was wrong.
  declined: {},
  capture_due: { capture: 'captured', refuse_capture: 'capture_refused' },
  captured: {},
  capture_refused: { ask_again: 'capture_due' },
  void_due: { void: 'voided', refuse_void: 'void_refused' },
  voided: { approve_late: 'void_due' },
  void_refused: { ask_again: 'void_due' },
};

/** Where a step leads; undefined where it changes nothing. */
export function after(state: PaymentState, step: PaymentStep): PaymentState | undefined {
  return MOVES[state][step];
}

/** From which states a step leads somewhere. */
export function statesBefore(step: PaymentStep): PaymentState[] {
  return PAYMENT_STATES.filter((state) => MOVES[state][step] !== undefined);
}

/** In which a payment has something to ask its provider. */
export const DUE: readonly PaymentState[] = ['authorising', 'challenged', 'capture_due', 'void_due'];
