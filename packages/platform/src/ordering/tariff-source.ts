import { type PreparedTariff, type Tariff, prepareTariff } from '@halfhour/engines/pricing';
import type { EpochMs } from '@halfhour/kernel';
import type { MarketPolicy, MarketRecord } from '../markets/index.ts';

/** A tariff of a market, made ready. */
export interface TariffVersion {
  readonly version: number;
  readonly prepared: PreparedTariff;
}

/** The tariffs of a market, from memory. */
export interface MarketTariffs {
  /** The one in force at a moment. */
  at(moment: EpochMs): TariffVersion;
  /** One that was or will be in force; undefined where there is none of this number. */
  version(version: number): TariffVersion | undefined;
}

/** What markets charge. Asked for every group of placements, so it answers from memory after the first time. */
export interface TariffSource {
  of(market: MarketRecord): Promise<MarketTariffs>;
}

/** The first tariff of every market, from the beginning of time. */
export const FIRST_VERSION = 1;

/** Whom tax is owed to where a market's policy is its tariff. */
const AUTHORITY = 'state';

/** What a market's policy charges, as a tariff: its first one. */
export function tariffOfPolicy(policy: MarketPolicy): Tariff {
  const { taxBp, commissionBp, serviceFeeBp } = policy;
  return {
    shopperTax: 'contained',
    areas: [],
    taxes: (['standard', 'reduced', 'exempt'] as const).map((taxClass) => ({
      when: { classes: [taxClass] },
      rateBp: taxBp[taxClass],
      authority: AUTHORITY,
      owedBy: 'marketplace',
    })),
    commission: [{ rateBp: commissionBp }],
    serviceFee: [{ payer: 'shopper', rateBp: serviceFeeBp, taxClass: 'standard' }],
    deliveryFee: [
      {
        baseMinor: policy.deliveryFeeMinor,
        includedMetres: policy.freeDistanceMetres,
        perKmMinor: policy.deliveryFeePerKmMinor,
        surges: true,
        taxClass: 'standard',
        to: 'platform',
      },
    ],
    smallOrderFee: [],
    packaging: [],
    serviceCharge: [],
    feeStepMinor: 1,
    cashStepMinor: 1,
  };
}

/** For markets whose policy is all that they charge. */
export function createPolicyTariffs(): TariffSource {
  const known = new WeakMap<MarketPolicy, MarketTariffs>();
  return {
    of({ policy }) {
      let tariffs = known.get(policy);
      if (tariffs === undefined) {
        const first = { version: FIRST_VERSION, prepared: prepareTariff(tariffOfPolicy(policy)) };
        tariffs = { at: () => first, version: (version) => (version === FIRST_VERSION ? first : undefined) };
        known.set(policy, tariffs);
      }
      return Promise.resolve(tariffs);
    },
  };
}
