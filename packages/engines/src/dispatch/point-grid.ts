/**
 * Points in square cells, about two a cell, for searches that widen ring by ring from a place. Built once from
 * all points by counting sort.
 */
export class PointGrid {
  readonly cellMetres: number;
  private readonly left: number;
  private readonly bottom: number;
  private readonly columns: number;
  private readonly rows: number;
  private readonly starts: Int32Array;
  private readonly items: Int32Array;

  /** `members` are the points that are held; coordinates are finite metres. */
  constructor(xs: Float64Array, ys: Float64Array, members: ArrayLike<number>) {
    const count = members.length;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let k = 0; k < count; k++) {
      const point = members[k]!;
      left = Math.min(left, xs[point]!);
      right = Math.max(right, xs[point]!);
      bottom = Math.min(bottom, ys[point]!);
      top = Math.max(top, ys[point]!);
    }
    if (count === 0) [left, right, bottom, top] = [0, 0, 0, 0];
    const side = Math.max(1, Math.ceil(Math.sqrt(count / 2)));
    this.cellMetres = Math.max(1, (right - left) / side, (top - bottom) / side);
    this.left = left;
    this.bottom = bottom;
    this.columns = Math.floor((right - left) / this.cellMetres) + 1;
    this.rows = Math.floor((top - bottom) / this.cellMetres) + 1;
    this.starts = new Int32Array(this.columns * this.rows + 1);
    this.items = new Int32Array(count);
    const cells = new Int32Array(count);
    for (let k = 0; k < count; k++) {
      const point = members[k]!;
      cells[k] = this.rowOf(ys[point]!) * this.columns + this.columnOf(xs[point]!);
      this.starts[cells[k]! + 1] = this.starts[cells[k]! + 1]! + 1;
    }
    for (let cell = 0; cell < this.columns * this.rows; cell++) {
      this.starts[cell + 1] = this.starts[cell + 1]! + this.starts[cell]!;
    }
    const filled = this.starts.slice();
    for (let k = 0; k < count; k++) {
      const cell = cells[k]!;
      this.items[filled[cell]!] = members[k]!;
      filled[cell] = filled[cell]! + 1;
    }
  }

  /**
   * Visits points around a place, nearer cells first, until `enough` says of a distance in metres that no point
   * at least so far away matters any more.
   */
  search(x: number, y: number, visit: (point: number) => void, enough: (metres: number) => boolean): void {
    const column = Math.floor((x - this.left) / this.cellMetres);
    const row = Math.floor((y - this.bottom) / this.cellMetres);
    // A place outside begins at the ring that first touches the grid.
    const first = Math.max(0, -column, column - this.columns + 1, -row, row - this.rows + 1);
    const last = Math.max(column, this.columns - 1 - column, row, this.rows - 1 - row);
    for (let ring = first; ring <= last; ring++) {
      if (ring > 0 && enough((ring - 1) * this.cellMetres)) return;
      this.visitRow(row - ring, column - ring, column + ring, visit);
      if (ring > 0) this.visitRow(row + ring, column - ring, column + ring, visit);
      for (let each = Math.max(0, row - ring + 1); each < Math.min(this.rows, row + ring); each++) {
        this.visitRow(each, column - ring, column - ring, visit);
        this.visitRow(each, column + ring, column + ring, visit);
      }
    }
  }

  private visitRow(row: number, from: number, to: number, visit: (point: number) => void): void {
    if (row < 0 || row >= this.rows) return;
    const begin = Math.max(0, from);
    const end = Math.min(this.columns - 1, to);
    if (begin > end) return;
    const last = this.starts[row * this.columns + end + 1]!;
    for (let k = this.starts[row * this.columns + begin]!; k < last; k++) visit(this.items[k]!);
  }

  private columnOf(x: number): number {
    return Math.min(this.columns - 1, Math.floor((x - this.left) / this.cellMetres));
  }

  private rowOf(y: number): number {
    return Math.min(this.rows - 1, Math.floor((y - this.bottom) / this.cellMetres));
  }
}
