/** What was done in a day, as the public evaluator reads it; times in whole minutes. */
export interface Solution {
  readonly assignments: readonly SolutionAssignment[];
  /** The delivered orders; an order that is not here was not delivered. */
  readonly orders: readonly SolutionOrder[];
  /** Moves of a courier stand together, in time order. */
  readonly moves: readonly SolutionMove[];
}

export interface SolutionAssignment {
  /** When the contents became final. */
  readonly assignedMinute: number;
  readonly pickupMinute: number;
  readonly courier: string;
  /** In delivery sequence. */
  readonly orders: readonly string[];
}

export interface SolutionOrder {
  readonly order: string;
  readonly placedMinute: number;
  readonly readyMinute: number;
  readonly pickupMinute: number;
  readonly dropMinute: number;
  readonly courier: string;
}

export interface SolutionMove {
  readonly courier: string;
  readonly departureMinute: number;
  /** `0` is the courier's start. */
  readonly origin: string;
  readonly destination: string;
}

export const SOLUTION_FILES = {
  assignments: 'solution_info_assignments.txt',
  orders: 'solution_info_orders.txt',
  couriers: 'solution_info_couriers.txt',
} as const;

/** The text of the three solution files. */
export interface SolutionFiles {
  readonly assignments: string;
  readonly orders: string;
  readonly couriers: string;
}

const HEADERS = {
  assignments: 'assignment_time pickup_time courier order(s)',
  orders: 'order placement_time ready_time pickup_time dropoff_time courier',
  couriers: 'courier departure_time origin destination',
} as const;

/** The three files' text in the format of the public evaluator (grubhub/mdrplib). */
export function writeSolution(solution: Solution): SolutionFiles {
  const text = (header: string, rows: readonly (readonly (string | number)[])[]): string =>
    [header, ...rows.map((row) => row.join(' '))].join('\n') + '\n';
  return {
    assignments: text(
      HEADERS.assignments,
      solution.assignments.map((row) => [row.assignedMinute, row.pickupMinute, row.courier, ...row.orders]),
    ),
    orders: text(
      HEADERS.orders,
      solution.orders.map((row) => [
        row.order,
        row.placedMinute,
        row.readyMinute,
        row.pickupMinute,
        row.dropMinute,
        row.courier,
      ]),
    ),
    couriers: text(
      HEADERS.couriers,
      solution.moves.map((row) => [row.courier, row.departureMinute, row.origin, row.destination]),
    ),
  };
}

/** Thrown on a solution file that cannot be read; says which file and line. */
export class MalformedSolution extends Error {
  override readonly name = 'MalformedSolution';
}

/** Reads the three files back. Rows of undelivered orders (`nan` times) are skipped. Throws MalformedSolution. */
export function parseSolution(files: SolutionFiles): Solution {
  return {
    assignments: rowsOf('assignments', files.assignments, 3).map(({ cells, minute }) => ({
      assignedMinute: minute(0),
      pickupMinute: minute(1),
      courier: cells[2]!,
      orders: cells.slice(3),
    })),
    orders: rowsOf('orders', files.orders, 5)
      .filter(({ cells }) => !cells.some((cell) => /^nan$/i.test(cell)))
      .map(({ cells, minute, fail }) => {
        if (cells.length !== 6) fail(`6 columns expected, found ${cells.length}`);
        return {
          order: cells[0]!,
          placedMinute: minute(1),
          readyMinute: minute(2),
          pickupMinute: minute(3),
          dropMinute: minute(4),
          courier: cells[5]!,
        };
      }),
    moves: rowsOf('couriers', files.couriers, 4).map(({ cells, minute }) => ({
      courier: cells[0]!,
      departureMinute: minute(1),
      origin: cells[2]!,
      destination: cells[3]!,
    })),
  };
}

interface SolutionRow {
  readonly cells: readonly string[];
  minute(column: number): number;
  fail(reason: string): never;
}

function rowsOf(file: keyof SolutionFiles, content: string, minimum: number): SolutionRow[] {
  const rows: SolutionRow[] = [];
  content.split('\n').forEach((line, index) => {
    if (index === 0 || line.trim() === '') return;
    const cells = line.trim().split(/\s+/);
    const fail = (reason: string): never => {
      throw new MalformedSolution(`${SOLUTION_FILES[file]}, line ${index + 1}: ${reason}`);
    };
    if (cells.length < minimum) fail(`at least ${minimum} columns expected, found ${cells.length}`);
    rows.push({
      cells,
      fail,
      minute(column) {
        const value = Number(cells[column]);
        return Number.isInteger(value) ? value : fail(`not a whole minute: ${cells[column]}`);
      },
    });
  });
  return rows;
}
