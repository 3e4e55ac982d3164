import type { Command } from 'commander';
import {
  type BasisPoints,
  type Currency,
  type LatLng,
  InvariantViolation,
  basisPoints,
  currency,
} from '@halfhour/kernel';
import type { CityMap } from '@halfhour/engines/city';
import { drawToken } from '@halfhour/platform/identity';
import {
  type CourierTerms,
  type MarketDraft,
  type MarketPolicy,
  insertMarket,
  parseCourierTerms,
} from '@halfhour/platform/markets';
import { sqlState } from '@halfhour/platform/postgres';
import { CITY_MAP_SOURCES, openCityMap } from '../city-maps.ts';
import { fillSandbox } from '../fill-sandbox.ts';
import { registerMove } from './market-move.ts';
import { Refusal } from '../refusal.ts';
import type { CommandOptions } from '../settings.ts';
import { type SetUp, onDatabase } from './on-database.ts';

interface MarketOptions extends CommandOptions {
  readonly name: string;
  readonly currency: string;
  readonly map: string;
  readonly slug?: string;
  readonly timeZone?: string;
  readonly centre?: string;
  readonly languages: string;
  readonly commission: string;
  readonly serviceFee: string;
  readonly tax: string;
  readonly deliveryFee: string;
  readonly deliveryFeePerKm: string;
  readonly freeDistance: string;
  readonly courierPay: string;
  readonly courierPayPerKm: string;
  readonly courierTerms?: string;
  readonly promiseWindow: string;
  readonly paymentExpiry: string;
  readonly sandbox?: true;
}

/** `halfhour market create`: a city to be served, which running servers take up within seconds. */
export function register(program: Command): void {
  const market = program.command('market').description('the cities that are served');
  registerMove(market);
  market
    .command('create')
    .description('make a market; servers that run take it up within seconds')
    .requiredOption('--name <name>', 'as people read it, such as Montevideo')
    .requiredOption('--currency <code>', 'ISO 4217, such as UYU')
    .option(
      '--map <source>',
      `where streets and addresses come from: ${CITY_MAP_SOURCES.join(' or ')}`,
      'montevideo',
    )
    .option('--slug <slug>', 'short name for commands (from the name)')
    .option('--time-zone <zone>', 'IANA name, such as America/Montevideo (that of the map)')
    .option('--centre <lat,lng>', 'where the map opens (the middle of the map)')
    .option('--languages <list>', 'languages of its articles, with commas', 'en')
    .option('--commission <percent>', 'the platform’s share of the items', '20')
    .option('--service-fee <percent>', 'of the items, paid by the shopper', '5')
    .option('--tax <percents>', 'contained in the prices: standard and reduced', '0,0')
    .option('--delivery-fee <amount>', 'in the market’s currency, such as 69.00', '0')
    .option('--delivery-fee-per-km <amount>', 'for each kilometre beyond the free distance', '0')
    .option('--free-distance <metres>', 'that the delivery fee covers', '2000')
    .option('--courier-pay <amount>', 'for each order', '0')
    .option('--courier-pay-per-km <amount>', 'for the way from the store over all doors', '0')
    .option(
      '--courier-terms <json>',
      'what else couriers are paid: waiting, hourlyGuaranteeMinor, peaks (see the README)',
    )
    .option('--promise-window <minutes>', 'width of the window that a shopper is promised', '15')
    .option('--payment-expiry <minutes>', 'after which an unanswered payment is given up', '10')
    .option('--sandbox', 'for integrators: they drive its orders; with a store, couriers and an API key')
    .option('--data <folder>', 'folder of the embedded Postgres (.halfhour)')
    .action(createMarket);
}

async function createMarket(options: MarketOptions): Promise<void> {
  // Before the database is opened: what cannot be used is told at once.
  const draft = draftOf(options, await openCityMap(options.map));
  await onDatabase(options, (setUp) => addMarket(setUp, draft));
}

async function addMarket(setUp: SetUp, draft: Omit<MarketDraft, 'id'>): Promise<string> {
  const { db, ids, clock } = setUp;
  const market: MarketDraft = { id: ids.next('mkt'), ...draft };
  const token = drawToken(setUp.secrets, 'key');
  try {
    await db.transaction(async (tx) => {
      await insertMarket(tx, market);
      if (market.sandbox === true) await fillSandbox(tx, { ids, at: clock.now(), token }, market);
    });
  } catch (error) {
    if (sqlState(error) !== '23505') throw error;
    throw new Refusal(`There is a market "${market.slug}" already. Choose another one with --slug.`);
  }
  const made = `
  Market ${market.name} is made: ${market.slug}, ${market.id}
${termsOf(market)}`;
  if (market.sandbox === true) {
    return `${made}
  API key      ${token}
               (shown once; places orders and runs the sandbox: docs/sandbox.md)
`;
  }
  return `${made}
  Next, someone who runs it:

    halfhour operator create --market ${market.slug} --name …
`;
}

/** The market that the options ask for. Throws Refusal where they cannot be used. */
function draftOf(options: MarketOptions, map: CityMap): Omit<MarketDraft, 'id'> {
  const code = currencyOf(options.currency);
  const centre = options.centre === undefined ? middleOf(map) : placeOf(options.centre);
  const { south, west, north, east } = map.bounds;
  if (centre.lat < south || centre.lat > north || centre.lng < west || centre.lng > east) {
    throw new Refusal(
      `--centre ${options.centre} is not on the map "${options.map}", which reaches from ${south.toFixed(3)},${west.toFixed(3)} ` +
        `to ${north.toFixed(3)},${east.toFixed(3)}. Without streets nothing can be delivered there; choose another --map.`,
    );
  }
  const name = options.name.trim();
  if (name === '' || name.length > 100) throw new Refusal('--name must have 1 to 100 characters.');
  return {
    name,
    slug: slugOf(options.slug ?? name),
    currency: code,
    timeZone: timeZoneOf(options.timeZone ?? map.timeZone),
    languages: languagesOf(options.languages),
    centre,
    bounds: map.bounds,
    attribution: map.attribution,
    mapSource: options.map,
    sandbox: options.sandbox === true,
    policy: policyOf(options, code),
  };
}

function policyOf(options: MarketOptions, code: Currency): MarketPolicy {
  const [standard, reduced, ...more] = options.tax.split(',');
  if (standard === undefined || reduced === undefined || more.length > 0) {
    throw new Refusal(`--tax must be two percentages such as 22,10 (it is ${JSON.stringify(options.tax)}).`);
  }
  return {
    commissionBp: percentOf('--commission', options.commission),
    serviceFeeBp: percentOf('--service-fee', options.serviceFee),
    deliveryFeeMinor: amountOf('--delivery-fee', options.deliveryFee, code),
    deliveryFeePerKmMinor: amountOf('--delivery-fee-per-km', options.deliveryFeePerKm, code),
    freeDistanceMetres: wholeOf('--free-distance', options.freeDistance, 100_000),
    taxBp: {
      standard: percentOf('--tax', standard),
      reduced: percentOf('--tax', reduced),
      exempt: basisPoints(0),
    },
    courierPayPerOrderMinor: amountOf('--courier-pay', options.courierPay, code),
    courierPayPerKmMinor: amountOf('--courier-pay-per-km', options.courierPayPerKm, code),
    ...(options.courierTerms === undefined ? {} : { courierTerms: courierTermsOf(options.courierTerms) }),
    promiseWindowSeconds: 60 * wholeOf('--promise-window', options.promiseWindow, 240),
    paymentExpirySeconds: 60 * wholeOf('--payment-expiry', options.paymentExpiry, 1_440),
  };
}

function courierTermsOf(json: string): CourierTerms {
  try {
    return parseCourierTerms(JSON.parse(json));
  } catch (error) {
    if (!(error instanceof InvariantViolation) && !(error instanceof SyntaxError)) throw error;
    throw new Refusal(`--courier-terms cannot be used: ${error.message}.`);
  }
}

function currencyOf(text: string): Currency {
  if (!Intl.supportedValuesOf('currency').includes(text)) {
    throw new Refusal(`--currency must be an ISO 4217 code such as UYU (it is ${JSON.stringify(text)}).`);
  }
  return currency(text);
}

function timeZoneOf(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Refusal(
      `--time-zone must be an IANA name such as America/Montevideo (it is ${JSON.stringify(text)}).`,
    );
  }
}

function placeOf(text: string): LatLng {
  const [, lat, lng] = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*$/.exec(text) ?? [];
  const place = { lat: Number(lat), lng: Number(lng) };
  if (!(Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180)) {
    throw new Refusal(
      `--centre must be latitude and longitude such as -34.9,-56.16 (it is ${JSON.stringify(text)}).`,
    );
  }
  return place;
}

function middleOf({ bounds }: CityMap): LatLng {
  return { lat: (bounds.south + bounds.north) / 2, lng: (bounds.west + bounds.east) / 2 };
}

function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (!/^[a-z0-9-]{1,60}$/.test(slug)) {
    throw new Refusal('--slug must be of letters, digits and hyphens, such as montevideo; 60 at most.');
  }
  return slug;
}

function languagesOf(text: string): string[] {
  const languages = text.split(',').map((each) => each.trim());
  if (!languages.every((each) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(each))) {
    throw new Refusal(`--languages must be codes with commas such as es,en (it is ${JSON.stringify(text)}).`);
  }
  return languages;
}

/** `12.5` percent is 1,250 basis points. */
function percentOf(name: string, text: string): BasisPoints {
  const [, whole, fraction = ''] = /^\s*(\d{1,3})(?:\.(\d{1,2}))?\s*$/.exec(text) ?? [];
  const value = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
  if (!(value <= 10_000)) {
    throw new Refusal(
      `${name} must be a percentage from 0 to 100 such as 12.5 (it is ${JSON.stringify(text)}).`,
    );
  }
  return basisPoints(value);
}

function digitsOf(code: Currency): number {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code,
  }).resolvedOptions();
  return maximumFractionDigits ?? 2;
}

/** `69.50` UYU is 6,950 minor units; `690` JPY is 690. Digits are moved, nothing is multiplied as a fraction. */
function amountOf(name: string, text: string, code: Currency): number {
  const digits = digitsOf(code);
  const [, whole, fraction = ''] = /^\s*(\d{1,9})(?:\.(\d+))?\s*$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > digits) {
    throw new Refusal(
      `${name} must be an amount in ${code} with ${digits} decimals at most (it is ${JSON.stringify(text)}).`,
    );
  }
  return Number(whole + fraction.padEnd(digits, '0'));
}

function wholeOf(name: string, text: string, maximum: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= maximum)) {
    throw new Refusal(`${name} must be a whole number from 0 to ${maximum} (it is ${JSON.stringify(text)}).`);
  }
  return value;
}

function termsOf({ policy, currency: code }: MarketDraft): string {
  const percent = (bp: BasisPoints): string => `${bp / 100} %`;
  const amount = (minor: number): string =>
    new Intl.NumberFormat('en', { style: 'currency', currency: code, currencyDisplay: 'code' }).format(
      minor / 10 ** digitsOf(code),
    );
  return `
  Commission     ${percent(policy.commissionBp)}, service fee ${percent(policy.serviceFeeBp)}
  Tax            ${percent(policy.taxBp.standard)}, reduced ${percent(policy.taxBp.reduced)}
  Delivery       ${amount(policy.deliveryFeeMinor)}, and ${amount(policy.deliveryFeePerKmMinor)} a km beyond ${policy.freeDistanceMetres} m
  Courier pay    ${amount(policy.courierPayPerOrderMinor)} an order, and ${amount(policy.courierPayPerKmMinor)} a km
`;
}
