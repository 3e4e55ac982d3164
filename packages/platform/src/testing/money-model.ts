/**
 * The money of a market as a few sums on paper, for `money-days.pg.test.ts`: written without a look at the code that it
 * judges, for the one tariff of the test market: dishes at 10.00 with 22 % tax contained, 20 % commission, delivery 3.00,
 * service fee 4 %, tip 0.50. Debits are positive, credits negative; accounts of one owner each are added up by kind.
 */
export const DISH_MINOR = 1_000;
const DELIVERY_MINOR = 300;
const TIP_MINOR = 50;
const PROVIDER_FEE_SHARE = 0.01;

export type Account =
  | 'bank'
  | 'clearing'
  | 'float'
  | 'merchant'
  | 'courier'
  | 'wallet'
  | 'tax'
  | 'commission'
  | 'service-fees'
  | 'delivery-fees'
  | 'losses'
  | 'goodwill'
  | 'refunds'
  | 'provider-fees'
  | 'in-transit';
export type Balances = Readonly<Partial<Record<Account, number>>>;

/** What an order of so many dishes brings to whom. */
interface Shares {
  readonly total: number;
  readonly merchant: number;
  readonly commission: number;
  readonly delivery: number;
  readonly service: number;
  readonly tax: number;
}

/** Of what is charged with 22 % in it. */
const withoutTax = (minor: number): number => Math.round(minor / 1.22);

export function sharesOf(dishes: number): Shares {
  const items = dishes * DISH_MINOR;
  const serviceGross = items / 25;
  const commission = items / 5;
  const delivery = withoutTax(DELIVERY_MINOR);
  const service = withoutTax(serviceGross);
  const merchant = withoutTax(items) - commission;
  const charged = items + DELIVERY_MINOR + serviceGross;
  return {
    total: charged + TIP_MINOR,
    merchant,
    commission,
    delivery,
    service,
    tax: charged - merchant - commission - delivery - service,
  };
}

/** What dishes given back so far take from whom, of an order of `dishes`: each dish its part, the last one the rest. */
function partOf(dishes: number, back: number) {
  const items = sharesOf(dishes);
  const itemTax = dishes * DISH_MINOR - items.merchant - items.commission;
  const tax = Math.round((itemTax * back) / dishes);
  const commission = (back * DISH_MINOR) / 5;
  return { tax, commission, merchant: back * DISH_MINOR - tax - commission };
}

export interface ModelOrder {
  readonly dishes: number;
  readonly method: string;
  dishesBack: number;
  isRefundedWhole: boolean;
}

/** The books as they should be. */
export class MoneyModel {
  readonly #balances = new Map<Account, number>();
  /** Of the provider's day. */
  #captured = 0;
  #refunded = 0;

  balances(): Balances {
    return Object.fromEntries([...this.#balances].filter(([, minor]) => minor !== 0));
  }

  of(account: Account): number {
    return this.#balances.get(account) ?? 0;
  }

  #move(amounts: Balances): void {
    let sum = 0;
    for (const [account, minor] of Object.entries(amounts) as [Account, number][]) {
      this.#balances.set(account, this.of(account) + minor);
      sum += minor;
    }
    if (Math.abs(sum) > 0) throw new Error(`the model does not balance: ${JSON.stringify(amounts)}`);
  }

  topUp(minor: number): void {
    this.#move({ bank: minor, wallet: -minor });
  }

  deliver({ dishes, method }: ModelOrder): void {
    const { total, merchant, commission, delivery, service, tax } = sharesOf(dishes);
    const earned = {
      merchant: -merchant,
      courier: -TIP_MINOR,
      tax: -tax,
      commission: -commission,
      'delivery-fees': -delivery,
      'service-fees': -service,
    };
    if (method === 'cash') this.#move({ ...earned, float: total });
    else if (method === 'wallet') this.#move({ ...earned, wallet: total });
    // Its shopper pays by the bank in the end.
    else if (method === 'test_refuse_capture') this.#move({ ...earned, bank: total });
    else {
      this.#captured += total;
      // A lost dispute is a loss; that the provider takes it is in clearing, as it is in none of its payouts.
      if (method === 'test_dispute_lost') this.#move({ ...earned, losses: total });
      else this.#move({ ...earned, clearing: total });
    }
  }

  /** Cancelled on its way: nobody pays, the merchant has its share. */
  loseOnTheWay({ dishes }: ModelOrder): void {
    const { merchant } = sharesOf(dishes);
    this.#move({ losses: merchant, merchant: -merchant });
  }

  refundDish(order: ModelOrder): void {
    const before = partOf(order.dishes, order.dishesBack);
    order.dishesBack++;
    const now = partOf(order.dishes, order.dishesBack);
    const back = {
      merchant: now.merchant - before.merchant,
      tax: now.tax - before.tax,
      commission: now.commission - before.commission,
    };
    this.#giveBack(order, DISH_MINOR, back);
  }

  refundRest(order: ModelOrder): void {
    const all = sharesOf(order.dishes);
    const before = partOf(order.dishes, order.dishesBack);
    order.isRefundedWhole = true;
    this.#giveBack(order, all.total - order.dishesBack * DISH_MINOR, {
      merchant: all.merchant - before.merchant,
      tax: all.tax - before.tax,
      commission: all.commission - before.commission,
      'delivery-fees': all.delivery,
      'service-fees': all.service,
      // The courier keeps the tip.
      refunds: TIP_MINOR,
    });
  }

  #giveBack({ method }: ModelOrder, minor: number, from: Balances): void {
    const isByBank = method === 'cash' || method === 'test_refuse_refund' || method === 'test_refuse_capture';
    if (isByBank) return this.#move({ ...from, bank: -minor });
    if (method === 'wallet') return this.#move({ ...from, wallet: -minor });
    this.#refunded += minor;
    this.#move({ ...from, clearing: -minor });
  }

  goodwill(minor: number): void {
    this.#move({ goodwill: minor, wallet: -minor });
  }

  bringCash(): number {
    const minor = this.of('float');
    this.#move({ bank: minor, float: -minor });
    return minor;
  }

  /** The provider pays the day's captures less refunds and its fee. */
  providerPays(): void {
    const gross = this.#captured - this.#refunded;
    const fees = Math.round(this.#captured * PROVIDER_FEE_SHARE);
    this.#move({ bank: gross - fees, 'provider-fees': fees, clearing: -gross });
    this.#captured = 0;
    this.#refunded = 0;
  }

  /** Whoever is owed is paid, where the bank takes it: what it refuses stays owed. Whoever owes is carried. */
  settle(payee: 'merchant' | 'courier', bank: 'pays' | 'refuses' | 'pends'): void {
    const owed = -this.of(payee);
    if (owed <= 0 || bank === 'refuses') return;
    if (bank === 'pays') this.#move({ [payee]: owed, bank: -owed });
    else {
      this.#move({ [payee]: owed, 'in-transit': -owed });
    }
  }

  /** What was on its way has arrived. */
  arrive(): void {
    const minor = -this.of('in-transit');
    if (minor > 0) this.#move({ 'in-transit': minor, bank: -minor });
  }
}
