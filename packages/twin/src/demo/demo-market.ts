import type {
  Address,
  Names,
  OpeningHours,
  OptionGroup,
  Place,
  StoreKind,
  TaxClass,
} from '@halfhour/contract';
import type { LatLng } from '@halfhour/kernel';

/** A market as plain data, in the shapes of the contract: who sells what where, who delivers, who orders. */
export interface DemoMarket {
  readonly slug: string;
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly languages: readonly (keyof Names)[];
  readonly centre: Place;
  readonly bounds: {
    readonly south: number;
    readonly west: number;
    readonly north: number;
    readonly east: number;
  };
  readonly attribution: string;
  readonly merchants: readonly DemoMerchant[];
  readonly stores: readonly DemoStore[];
  readonly couriers: readonly DemoCourier[];
  readonly shoppers: readonly DemoShopper[];
}

export interface DemoMerchant {
  readonly key: string;
  readonly name: string;
}

/** What the store feels like to a shopper; finer than the platform's kind of store. */
export type StoreFormatName =
  | 'parrilla'
  | 'chivito'
  | 'burgers'
  | 'pizzeria'
  | 'pasta'
  | 'sushi'
  | 'cafe'
  | 'chinese'
  | 'empanadas'
  | 'ice_cream'
  | 'vegetarian'
  | 'levant'
  | 'seafood'
  | 'mexican'
  | 'bakery'
  | 'supermarket'
  | 'convenience'
  | 'greengrocer'
  | 'pharmacy'
  | 'electronics'
  | 'pets'
  | 'florist'
  | 'front_warehouse'
  | 'lightning_warehouse';

export interface DemoStore {
  readonly key: string;
  readonly merchantKey: string;
  readonly name: string;
  readonly kind: StoreKind;
  readonly format: StoreFormatName;
  readonly address: Address;
  readonly hours: readonly OpeningHours[];
  /** Corners, the first not repeated. */
  readonly zone: readonly Place[];
  readonly preparationSeconds: number;
  readonly minimumOrderMinor: number;
  readonly offers: readonly DemoOffer[];
  /** How much more often shoppers choose it than an average store of its format. */
  readonly popularity: number;
}

export interface DemoOffer {
  /** Key of the article; the same in all stores of a merchant that sell it. */
  readonly key: string;
  readonly names: Names;
  readonly description?: Names;
  readonly category: string;
  readonly gtin?: string;
  readonly taxClass: TaxClass;
  readonly priceMinor: number;
  readonly optionGroups: readonly OptionGroup[];
  /** Absent in kitchens, which do not count. */
  readonly onHand?: number;
}

export interface DemoShift {
  /** 0 = Sunday … 6 = Saturday. */
  readonly weekday: number;
  readonly startMinute: number;
  /** Beyond 1440 reaches into the next day. */
  readonly endMinute: number;
}

export interface DemoCourier {
  readonly key: string;
  readonly name: string;
  readonly vehicle: 'bicycle' | 'motorcycle' | 'car';
  readonly home: LatLng;
  readonly shifts: readonly DemoShift[];
}

export interface DemoShopper {
  readonly key: string;
  readonly name: string;
  readonly address: Address;
}
