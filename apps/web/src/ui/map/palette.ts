export type Theme = 'light' | 'dark';

/** Colours of the map. The base map is quiet so that couriers and orders are what the eye finds. */
export interface MapPalette {
  readonly ground: string;
  readonly water: string;
  readonly park: string;
  readonly beach: string;
  readonly street: string;
  readonly streetCasing: string;
  readonly mainStreet: string;
  readonly mainCasing: string;
  readonly path: string;
  readonly label: string;
  readonly labelHalo: string;
  readonly outline: string;
  readonly courier: string;
  readonly courierText: string;
  readonly store: string;
  readonly storeIcon: string;
  readonly way: string;
  readonly ring: string;
  readonly onTime: string;
  readonly atRisk: string;
  readonly late: string;
}

export const PALETTES: Readonly<Record<Theme, MapPalette>> = {
  light: {
    ground: '#eceae5',
    water: '#bfdae8',
    park: '#d3e4c8',
    beach: '#f2e8cf',
    street: '#ffffff',
    streetCasing: '#dcd9d1',
    mainStreet: '#fdf3d7',
    mainCasing: '#d9cba4',
    path: '#dedad1',
    label: '#6b6a63',
    labelHalo: '#fbfaf7',
    outline: '#ffffff',
    courier: '#2456c8',
    courierText: '#ffffff',
    store: '#66707b',
    storeIcon: '#ffffff',
    way: '#2456c8',
    ring: '#111827',
    onTime: '#17915a',
    atRisk: '#d98a00',
    late: '#d32f2f',
  },
  dark: {
    ground: '#15191e',
    water: '#0f2634',
    park: '#18261e',
    beach: '#2a2619',
    street: '#2a3038',
    streetCasing: '#15191e',
    mainStreet: '#3a424d',
    mainCasing: '#15191e',
    path: '#22272e',
    label: '#8d96a1',
    labelHalo: '#15191e',
    outline: '#0d1013',
    courier: '#6ea0ff',
    courierText: '#0b1220',
    store: '#7d8894',
    storeIcon: '#15191e',
    way: '#8fb5ff',
    ring: '#f8fafc',
    onTime: '#35c483',
    atRisk: '#ffb52e',
    late: '#ff6259',
  },
};
