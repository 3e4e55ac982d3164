import type { StoreKind } from '@halfhour/contract';
import type { StoreFormatName } from './demo-market.ts';
import type { HoursPattern } from './opening-hours.ts';

/** What the stores of a format have in common. */
export interface StoreFormat {
  readonly kind: StoreKind;
  /** How many of 120 stores. */
  readonly share: number;
  readonly hours: HoursPattern;
  readonly radiusMetres: number;
  readonly preparationSeconds: number;
  readonly minimumPesos: number;
  /** Fewest and most articles of the main catalogue, as shares of it. */
  readonly assortment: readonly [number, number];
  /** Usual units on hand of an article; absent where the store does not count. */
  readonly usualStock?: number;
  readonly priceLevel: number;
}

const kitchen = (
  share: number,
  radiusMetres: number,
  minutes: number,
  minimumPesos: number,
): StoreFormat => ({
  kind: 'restaurant',
  share,
  hours: 'kitchen',
  radiusMetres,
  preparationSeconds: minutes * 60,
  minimumPesos,
  assortment: [0.85, 1],
  priceLevel: 1,
});
const shop = (share: number, hours: HoursPattern, minutes: number, usualStock: number): StoreFormat => ({
  kind: 'shop',
  share,
  hours,
  radiusMetres: 3_000,
  preparationSeconds: minutes * 60,
  minimumPesos: 250,
  assortment: [0.75, 1],
  usualStock,
  priceLevel: 1,
});

/** Radii of 2.5 to 5 km: ice cream melts, medicine does not. Preparation times are a kitchen's on a usual evening. */
export const STORE_FORMATS: Readonly<Record<StoreFormatName, StoreFormat>> = {
  parrilla: kitchen(10, 3_500, 24, 400),
  chivito: kitchen(9, 3_200, 17, 300),
  burgers: kitchen(5, 3_500, 13, 300),
  pizzeria: kitchen(11, 3_500, 16, 300),
  pasta: kitchen(6, 3_500, 17, 350),
  sushi: kitchen(3, 4_500, 20, 400),
  cafe: { ...kitchen(8, 2_600, 8, 200), hours: 'cafe' },
  chinese: kitchen(3, 4_000, 16, 350),
  empanadas: kitchen(2, 3_500, 14, 300),
  ice_cream: { ...kitchen(5, 2_500, 5, 200), hours: 'ice_cream' },
  vegetarian: kitchen(3, 3_500, 13, 300),
  levant: kitchen(3, 4_000, 15, 300),
  seafood: kitchen(4, 3_800, 20, 450),
  mexican: kitchen(2, 4_200, 15, 350),
  bakery: { ...shop(5, 'bakery', 5, 40), radiusMetres: 2_500, minimumPesos: 150, assortment: [0.8, 1] },
  supermarket: { ...shop(8, 'supermarket', 14, 70), minimumPesos: 400, assortment: [0.4, 0.47] },
  convenience: {
    ...shop(9, 'convenience', 8, 24),
    radiusMetres: 2_500,
    assortment: [0.3, 0.45],
    priceLevel: 1.1,
  },
  greengrocer: { ...shop(3, 'greengrocer', 8, 45), radiusMetres: 2_600 },
  electronics: { ...shop(3, 'office_hours', 8, 12), radiusMetres: 5_000, minimumPesos: 300 },
  pets: { ...shop(2, 'office_hours', 7, 20), radiusMetres: 4_000, assortment: [0.9, 1] },
  florist: { ...shop(2, 'florist', 12, 18), radiusMetres: 4_500, minimumPesos: 400, assortment: [0.88, 1] },
  pharmacy: { ...shop(10, 'pharmacy', 5, 35), kind: 'pharmacy', minimumPesos: 150 },
  front_warehouse: {
    ...shop(2, 'front_warehouse', 6, 160),
    kind: 'front_warehouse',
    radiusMetres: 4_000,
    minimumPesos: 300,
    assortment: [1, 1],
    priceLevel: 0.97,
  },
  lightning_warehouse: {
    ...shop(2, 'lightning_warehouse', 3, 160),
    kind: 'lightning_warehouse',
    radiusMetres: 2_800,
    minimumPesos: 200,
    assortment: [1, 1],
    priceLevel: 1.03,
  },
};

export const FORMAT_NAMES = Object.keys(STORE_FORMATS) as readonly StoreFormatName[];

/** Ours, not found on the map. */
export function isWarehouse(format: StoreFormatName): boolean {
  return format === 'front_warehouse' || format === 'lightning_warehouse';
}
