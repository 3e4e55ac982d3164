import type { Market } from '@halfhour/contract';
import {
  type BasisPoints,
  type Currency,
  type LatLng,
  type MarketId,
  basisPoints,
  invariant,
} from '@halfhour/kernel';
import { type CourierTerms, parseCourierTerms } from './courier-terms.ts';

export interface MarketRecord {
  readonly id: MarketId;
  /** For people and folders: `montevideo`. Unique. */
  readonly slug: string;
  readonly name: string;
  readonly currency: Currency;
  /** IANA name; opening hours and the day of account are told in it. */
  readonly timeZone: string;
  readonly languages: readonly string[];
  readonly centre: LatLng;
  readonly bounds: Market['bounds'];
  /** Whom the map data belongs to, shown wherever the map is. */
  readonly attribution: string;
  /** Where streets and addresses come from: `montevideo`, or `synthetic:` and a seed. */
  readonly mapSource: string;
  /** For integrators: nothing moves there by itself. Decided when it is made. */
  readonly sandbox: boolean;
  readonly policy: MarketPolicy;
}

/** A market to be made; no sandbox unless it says so. */
export type MarketDraft = Omit<MarketRecord, 'sandbox'> & Partial<Pick<MarketRecord, 'sandbox'>>;

/** What the market charges and pays. Amounts in minor units of the market's currency. */
export interface MarketPolicy {
  /** The platform's share of the items. */
  readonly commissionBp: BasisPoints;
  readonly serviceFeeBp: BasisPoints;
  readonly deliveryFeeMinor: number;
  /** For each kilometre beyond `freeDistanceMetres`. */
  readonly deliveryFeePerKmMinor: number;
  readonly freeDistanceMetres: number;
  /** Contained in the prices. */
  readonly taxBp: {
    readonly standard: BasisPoints;
    readonly reduced: BasisPoints;
    readonly exempt: BasisPoints;
  };
  readonly courierPayPerOrderMinor: number;
  readonly courierPayPerKmMinor: number;
  /** Absent where couriers are paid for orders and distance alone. */
  readonly courierTerms?: CourierTerms;
  /** Width of the window that a shopper is promised. */
  readonly promiseWindowSeconds: number;
  /** A payment that the provider has not answered by then is given up. */
  readonly paymentExpirySeconds: number;
}

/** Reads a stored policy. Throws InvariantViolation where a field is missing or beyond its range. */
export function parsePolicy(stored: unknown): MarketPolicy {
  const fields = fieldsOf(stored, 'policy');
  const tax = fieldsOf(fields['taxBp'], 'policy.taxBp');
  const courierTerms = fields['courierTerms'];
  return {
    commissionBp: rate(fields, 'commissionBp'),
    serviceFeeBp: rate(fields, 'serviceFeeBp'),
    deliveryFeeMinor: whole(fields, 'deliveryFeeMinor'),
    deliveryFeePerKmMinor: whole(fields, 'deliveryFeePerKmMinor'),
    freeDistanceMetres: whole(fields, 'freeDistanceMetres'),
    taxBp: {
      standard: rate(tax, 'standard'),
      reduced: rate(tax, 'reduced'),
      exempt: rate(tax, 'exempt'),
    },
    courierPayPerOrderMinor: whole(fields, 'courierPayPerOrderMinor'),
    courierPayPerKmMinor: whole(fields, 'courierPayPerKmMinor'),
    ...(courierTerms === undefined ? {} : { courierTerms: parseCourierTerms(courierTerms) }),
    promiseWindowSeconds: whole(fields, 'promiseWindowSeconds'),
    paymentExpirySeconds: whole(fields, 'paymentExpirySeconds'),
  };
}

/** The market as the API shows it: its policy is not for everyone. */
export function toMarket(record: MarketRecord): Market {
  return {
    id: record.id,
    slug: record.slug,
    name: record.name,
    currency: record.currency,
    timeZone: record.timeZone,
    languages: [...record.languages],
    centre: record.centre,
    bounds: record.bounds,
    attribution: record.attribution,
    sandbox: record.sandbox,
  };
}

function fieldsOf(value: unknown, name: string): Readonly<Record<string, unknown>> {
  invariant(typeof value === 'object' && value !== null, `${name} is not an object`);
  return value as Readonly<Record<string, unknown>>;
}

function whole(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  invariant(Number.isSafeInteger(value) && (value as number) >= 0, `policy has no valid ${name}: ${value}`);
  return value as number;
}

function rate(fields: Readonly<Record<string, unknown>>, name: string): BasisPoints {
  const value = whole(fields, name);
  invariant(value <= 10_000, `policy has no valid ${name}: ${value}`);
  return basisPoints(value);
}
