import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * A day of the Meal Delivery Routing Problem (Reyes, Erera, Savelsbergh, Sahasrabudhe, O'Neil 2018).
 * Coordinates in metres, times in whole minutes from the start of the day.
 */
export interface Instance {
  readonly name: string;
  readonly orders: readonly InstanceOrder[];
  readonly couriers: readonly InstanceCourier[];
  readonly restaurants: readonly InstanceRestaurant[];
  readonly parameters: InstanceParameters;
}

export interface InstanceOrder {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly placedMinute: number;
  readonly restaurant: string;
  readonly readyMinute: number;
}

export interface InstanceCourier {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly onMinute: number;
  readonly offMinute: number;
}

export interface InstanceRestaurant {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface InstanceParameters {
  readonly metresPerMinute: number;
  readonly pickupServiceMinutes: number;
  readonly dropServiceMinutes: number;
  readonly targetMinutes: number;
  readonly maximumMinutes: number;
  /** In the benchmark's own money: whole units. */
  readonly payPerOrder: number;
  readonly guaranteedPayPerHour: number;
}

export interface InstanceFiles {
  readonly orders: string;
  readonly couriers: string;
  readonly restaurants: string;
  readonly parameters: string;
}

/** Thrown on a file that is not of the benchmark's format; says which file, line and column. */
export class MalformedInstance extends Error {
  override readonly name = 'MalformedInstance';
}

const COLUMNS = {
  orders: ['order', 'x', 'y', 'placement_time', 'restaurant', 'ready_time'],
  couriers: ['courier', 'x', 'y', 'on_time', 'off_time'],
  restaurants: ['restaurant', 'x', 'y'],
  parameters: [
    'meters_per_minute',
    'pickup service minutes',
    'dropoff service minutes',
    'target click-to-door',
    'maximum click-to-door',
    'pay per order',
    'guaranteed pay per hour',
  ],
} as const;

/** Reads the four files of an instance. Throws MalformedInstance. */
export function readInstance(files: InstanceFiles, name = 'instance'): Instance {
  const restaurants = readTable('restaurants', files.restaurants).map((row) => ({
    id: row.text(0),
    x: row.number(1),
    y: row.number(2),
  }));
  const couriers = readTable('couriers', files.couriers).map((row) => {
    const onMinute = row.minute(3);
    const offMinute = row.minute(4);
    if (offMinute < onMinute) row.fail('goes off shift before it comes on');
    return { id: row.text(0), x: row.number(1), y: row.number(2), onMinute, offMinute };
  });
  const restaurantIds = new Set(restaurants.map(({ id }) => id));
  const orders = readTable('orders', files.orders).map((row) => {
    const placedMinute = row.minute(3);
    const restaurant = row.text(4);
    const readyMinute = row.minute(5);
    if (!restaurantIds.has(restaurant)) row.fail(`no restaurant ${restaurant}`);
    if (readyMinute < placedMinute) row.fail('is ready before it is placed');
    return { id: row.text(0), x: row.number(1), y: row.number(2), placedMinute, restaurant, readyMinute };
  });
  const ids = new Set<string>();
  for (const { id } of [...restaurants, ...couriers, ...orders]) {
    // '0' means a courier's start in the solution files.
    if (ids.has(id) || id === '0') throw new MalformedInstance(`the id ${id} is taken twice`);
    ids.add(id);
  }
  const rows = readTable('parameters', files.parameters);
  if (rows.length !== 1) throw new MalformedInstance(`parameters: one row expected, found ${rows.length}`);
  const row = rows[0]!;
  const parameters = {
    metresPerMinute: row.number(0),
    pickupServiceMinutes: row.minute(1),
    dropServiceMinutes: row.minute(2),
    targetMinutes: row.minute(3),
    maximumMinutes: row.minute(4),
    payPerOrder: row.number(5),
    guaranteedPayPerHour: row.number(6),
  };
  if (parameters.metresPerMinute <= 0) row.fail('meters_per_minute must be more than 0');
  return { name, orders, couriers, restaurants, parameters };
}

/** Reads an instance from its folder; its name is the folder's. Throws MalformedInstance, or the file system's error. */
export function loadInstance(folder: string): Instance {
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
  return readInstance(
    {
      orders: read('orders.txt'),
      couriers: read('couriers.txt'),
      restaurants: read('restaurants.txt'),
      parameters: read('instance_parameters.txt'),
    },
    basename(folder),
  );
}

interface Row {
  text(column: number): string;
  number(column: number): number;
  minute(column: number): number;
  fail(reason: string): never;
}

function readTable(file: keyof typeof COLUMNS, content: string): Row[] {
  const columns = COLUMNS[file];
  const lines = content.split(/\r?\n/);
  const header = lines[0]!.split('\t');
  if (header.length !== columns.length || columns.some((column, index) => header[index] !== column)) {
    throw new MalformedInstance(`${file}: the first line must be ${columns.join(', ')} (tabs between)`);
  }
  const rows: Row[] = [];
  for (let index = 1; index < lines.length; index++) {
    if (lines[index]!.trim() === '') continue;
    const cells = lines[index]!.split('\t');
    const fail = (reason: string): never => {
      throw new MalformedInstance(`${file}, line ${index + 1}: ${reason}`);
    };
    if (cells.length !== columns.length) fail(`${columns.length} columns expected, found ${cells.length}`);
    const number = (column: number): number => {
      const cell = cells[column]!.trim();
      const value = Number(cell);
      if (cell === '' || !Number.isFinite(value)) fail(`${columns[column]} is not a number: ${cell}`);
      return value;
    };
    rows.push({
      text: (column) => (/^\S+$/.test(cells[column]!) ? cells[column]! : fail(`${columns[column]} is no id`)),
      number,
      minute(column) {
        const value = number(column);
        if (!Number.isInteger(value) || value < 0) fail(`${columns[column]} is not a whole minute: ${value}`);
        return value;
      },
      fail,
    });
  }
  return rows;
}
