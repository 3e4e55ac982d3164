import { invariant } from '@halfhour/kernel';

/** A rectangle of the plane in whole metres, both ends included. */
export interface PlaneArea {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

export interface NearestOptions {
  /** So many at most; 1 to 1,000. */
  readonly limit: number;
  /** Not further away than this; anywhere where absent. */
  readonly withinMetres?: number;
  /** Who counts: "on shift and free". All where absent. */
  readonly accepts?: (slot: number) => boolean;
}

/**
 * Where many things are on a plane, for those that move all the time. Coordinates are whole metres of 32 bits. A
 * thing is known by its slot, a small number, which is given again after it was removed.
 *
 * Throws InvariantViolation where a coordinate is not whole or too large, or a slot is not in use.
 */
export interface PositionIndex {
  readonly size: number;
  /** @returns the slot */
  add(x: number, y: number): number;
  move(slot: number, x: number, y: number): void;
  remove(slot: number): void;
  /** Slots, nearest first by straight distance, the lower slot first where two are as far. Exact. */
  nearest(x: number, y: number, options: NearestOptions): number[];
  /** From a thing to a place. */
  metresTo(slot: number, x: number, y: number): number;
}

/** Cells are squares of 256 m, so that a cell's number is a shift; larger ones where the area is. */
const CELL_SHIFT = 8;
const MAX_CELLS = 2 ** 20;
const MAX_LIMIT = 1_000;
const FIRST_CAPACITY = 64;
const NONE = -1;

/**
 * A uniform grid with a doubly linked list of slots in each cell, all in typed arrays (Šidlauskas et al. 2009,
 * "Trees or grids? Indexing moving objects in main memory"): most moves stay within a cell and are two stores. A
 * query looks at rings of cells around its own and ends when what lies outside of them is further than what it has.
 *
 * What is outside the area is kept in the outermost cells, so it is found as well: a cell at the edge reaches to
 * infinity, away from every cell that it could be skipped for. Far outliers cost time, never a wrong answer.
 */
export function createPositionIndex(area: PlaneArea): PositionIndex {
  const { minX, minY } = area;
  for (const edge of [minX, minY, area.maxX, area.maxY]) requireWhole(edge);
  invariant(area.maxX >= minX && area.maxY >= minY, 'an area ends where it begins, or later');
  let shift = CELL_SHIFT;
  const cells = (from: number, to: number): number => Math.floor((to - from) / 2 ** shift) + 1;
  while (cells(minX, area.maxX) * cells(minY, area.maxY) > MAX_CELLS) shift += 1;
  const columns = cells(minX, area.maxX);
  const rows = cells(minY, area.maxY);
  const side = 2 ** shift;
  const lastColumn = columns - 1;
  const lastRow = rows - 1;

  /** The first slot of each cell. */
  const heads = new Int32Array(columns * rows).fill(NONE);
  let xs = new Int32Array(FIRST_CAPACITY);
  let ys = new Int32Array(FIRST_CAPACITY);
  /** The cell of each slot; NONE where the slot is free. */
  let cellOf = new Int32Array(FIRST_CAPACITY);
  /** In the list of the cell, or of free slots. */
  let nextOf = new Int32Array(FIRST_CAPACITY);
  let previousOf = new Int32Array(FIRST_CAPACITY);
  let used = 0;
  let free = NONE;
  let size = 0;

  const found = new Int32Array(MAX_LIMIT);
  const foundSquares = new Float64Array(MAX_LIMIT);

  // Differences of 32-bit numbers can exceed 32 bits, so this is division and not a shift; it is exact.
  function columnOf(x: number): number {
    return x <= minX ? 0 : Math.min(Math.floor((x - minX) / side), lastColumn);
  }

  function rowOf(y: number): number {
    return y <= minY ? 0 : Math.min(Math.floor((y - minY) / side), lastRow);
  }

  function grow(): void {
    const larger = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const array = new Int32Array(old.length * 2);
      array.set(old);
      return array;
    };
    xs = larger(xs);
    ys = larger(ys);
    cellOf = larger(cellOf);
    nextOf = larger(nextOf);
    previousOf = larger(previousOf);
  }

  function link(slot: number, cell: number): void {
    const head = heads[cell]!;
    nextOf[slot] = head;
    previousOf[slot] = NONE;
    if (head !== NONE) previousOf[head] = slot;
    heads[cell] = slot;
    cellOf[slot] = cell;
  }

  function unlink(slot: number): void {
    const next = nextOf[slot]!;
    const previous = previousOf[slot]!;
    if (previous === NONE) heads[cellOf[slot]!] = next;
    else nextOf[previous] = next;
    if (next !== NONE) previousOf[next] = previous;
  }

  function requireUsed(slot: number): void {
    if (!(slot < used && cellOf[slot]! >= 0)) invariant(false, `no such slot: ${slot}`);
  }

  return {
    get size() {
      return size;
    },

    add(x, y) {
      requireWhole(x);
      requireWhole(y);
      let slot = free;
      if (slot !== NONE) free = nextOf[slot]!;
      else {
        if (used === xs.length) grow();
        slot = used++;
      }
      xs[slot] = x;
      ys[slot] = y;
      link(slot, rowOf(y) * columns + columnOf(x));
      size += 1;
      return slot;
    },

    move(slot, x, y) {
      requireWhole(x);
      requireWhole(y);
      requireUsed(slot);
      xs[slot] = x;
      ys[slot] = y;
      const cell = rowOf(y) * columns + columnOf(x);
      if (cell === cellOf[slot]) return;
      unlink(slot);
      link(slot, cell);
    },

    remove(slot) {
      requireUsed(slot);
      unlink(slot);
      cellOf[slot] = NONE;
      nextOf[slot] = free;
      free = slot;
      size -= 1;
    },

    nearest(x, y, { limit, withinMetres = Infinity, accepts }) {
      requireWhole(x);
      requireWhole(y);
      invariant(limit >= 1 && limit <= MAX_LIMIT, `limit is 1 to ${MAX_LIMIT}`);
      invariant(withinMetres >= 0, 'withinMetres is 0 or more');
      let count = 0;
      let seen = 0;
      /** Squared distance that a slot may have at most to be wanted. */
      let bound = withinMetres * withinMetres;

      function scan(row: number, column: number): void {
        for (let slot = heads[row * columns + column]!; slot !== NONE; slot = nextOf[slot]!) {
          seen += 1;
          const dx = xs[slot]! - x;
          const dy = ys[slot]! - y;
          const square = dx * dx + dy * dy;
          if (square > bound || (accepts !== undefined && !accepts(slot))) continue;
          let at = count;
          if (count === limit) {
            // As far as the last one: the lower slot is wanted.
            if (square === bound && slot > found[limit - 1]!) continue;
            at = limit - 1;
          } else count += 1;
          while (
            at > 0 &&
            (foundSquares[at - 1]! > square || (foundSquares[at - 1] === square && found[at - 1]! > slot))
          ) {
            foundSquares[at] = foundSquares[at - 1]!;
            found[at] = found[at - 1]!;
            at -= 1;
          }
          foundSquares[at] = square;
          found[at] = slot;
          if (count === limit) bound = foundSquares[limit - 1]!;
        }
      }

      const column = columnOf(x);
      const row = rowOf(y);
      for (let ring = 0; seen < size; ring++) {
        const [left, right] = [column - ring, column + ring];
        const [low, high] = [row - ring, row + ring];
        const [from, to] = [Math.max(left, 0), Math.min(right, lastColumn)];
        if (low >= 0) for (let each = from; each <= to; each++) scan(low, each);
        if (high <= lastRow && ring > 0) for (let each = from; each <= to; each++) scan(high, each);
        const [below, above] = [Math.max(low + 1, 0), Math.min(high - 1, lastRow)];
        if (left >= 0) for (let each = below; each <= above; each++) scan(each, left);
        if (right <= lastColumn) for (let each = below; each <= above; each++) scan(each, right);
        // How far away the nearest thing outside of the ring can be; beyond an edge of the area there is nothing.
        const reach = Math.min(
          left > 0 ? x - (minX + left * side) + 1 : Infinity,
          right < lastColumn ? minX + (right + 1) * side - x : Infinity,
          low > 0 ? y - (minY + low * side) + 1 : Infinity,
          high < lastRow ? minY + (high + 1) * side - y : Infinity,
        );
        if (reach === Infinity || reach * reach > bound) break;
      }
      return Array.from(found.subarray(0, count));
    },

    metresTo(slot, x, y) {
      requireUsed(slot);
      return Math.hypot(xs[slot]! - x, ys[slot]! - y);
    },
  };
}

/** The message is made only where it is thrown: it would be most of what a move costs. */
function requireWhole(metres: number): void {
  if ((metres | 0) !== metres) invariant(false, `not whole metres of 32 bits: ${metres}`);
}
