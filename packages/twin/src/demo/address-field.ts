import type { Address } from '@halfhour/contract';
import { addressAt, type AddressTable, type CityMap } from '@halfhour/engines/city';
import { distanceMetres, type LatLng } from '@halfhour/kernel';

const CELL_METRES = 150;
const METRES_PER_DEGREE = 111_195;

/** Where people live, coarsely: doors counted in cells of 150 m, with the rows of the table in each. */
export interface AddressField {
  readonly table: AddressTable;
  /** Row of the door nearest to `place` within 600 m. */
  nearest(place: LatLng): number | undefined;
  /** Calls back for each cell that has doors within `radiusMetres` of `place`. */
  forEachCell(
    place: LatLng,
    radiusMetres: number,
    visit: (centre: LatLng, metres: number, doors: number) => void,
  ): void;
  doorsWithin(place: LatLng, radiusMetres: number): number;
}

export function createAddressField(city: CityMap): AddressField {
  const { addresses: table, bounds } = city;
  const latStep = CELL_METRES / METRES_PER_DEGREE;
  const lngStep = latStep / Math.cos((((bounds.south + bounds.north) / 2) * Math.PI) / 180);
  const columns = Math.ceil((bounds.east - bounds.west) / lngStep) + 1;
  const cellOf = (lat: number, lng: number): number =>
    Math.floor((lat - bounds.south) / latStep) * columns + Math.floor((lng - bounds.west) / lngStep);
  const cells = new Map<number, number[]>();
  for (let row = 0; row < table.length; row++) {
    const cell = cellOf(table.lat[row]!, table.lng[row]!);
    const rows = cells.get(cell);
    if (rows === undefined) cells.set(cell, [row]);
    else rows.push(row);
  }

  const forEach = (
    place: LatLng,
    radiusMetres: number,
    visit: (rows: number[], centre: LatLng) => void,
  ): void => {
    const reach = Math.ceil(radiusMetres / CELL_METRES);
    const line = Math.floor((place.lat - bounds.south) / latStep);
    const column = Math.floor((place.lng - bounds.west) / lngStep);
    for (let y = line - reach; y <= line + reach; y++) {
      for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++) {
        const rows = cells.get(y * columns + x);
        if (rows === undefined) continue;
        visit(rows, { lat: bounds.south + (y + 0.5) * latStep, lng: bounds.west + (x + 0.5) * lngStep });
      }
    }
  };
  const forEachCell: AddressField['forEachCell'] = (place, radiusMetres, visit) =>
    forEach(place, radiusMetres, (rows, centre) => {
      const metres = distanceMetres(place, centre);
      if (metres <= radiusMetres) visit(centre, metres, rows.length);
    });
  return {
    table,
    forEachCell,
    nearest(place) {
      let best: number | undefined;
      let bestMetres = 600;
      forEach(place, 600, (rows) => {
        for (const row of rows) {
          const metres = distanceMetres(place, { lat: table.lat[row]!, lng: table.lng[row]! });
          if (metres < bestMetres) {
            bestMetres = metres;
            best = row;
          }
        }
      });
      return best;
    },
    doorsWithin(place, radiusMetres) {
      let doors = 0;
      forEachCell(place, radiusMetres, (_, __, count) => (doors += count));
      return doors;
    },
  };
}

/** An address of the table as the contract shows it. */
export function contractAddress(table: AddressTable, row: number, note?: string): Address {
  const { street, houseNumber, lat, lng } = addressAt(table, row);
  return { label: `${street} ${houseNumber}`, lat, lng, ...(note === undefined ? {} : { note }) };
}
