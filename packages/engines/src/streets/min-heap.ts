/** A priority queue of (key, item) with the smallest key on top. */
export interface MinHeap {
  size(): number;
  /** The smallest key; only where size() > 0. */
  topKey(): number;
  /** Takes the item with the smallest key away; only where size() > 0. */
  pop(): number;
  push(key: number, item: number): void;
  clear(): void;
}

/** A binary heap in two typed arrays that double when full. */
export function createMinHeap(capacity: number): MinHeap {
  let keys = new Float64Array(capacity);
  let items = new Uint32Array(capacity);
  let size = 0;
  return {
    size: () => size,
    topKey: () => keys[0]!,
    pop() {
      const top = items[0]!;
      size -= 1;
      const key = keys[size]!;
      const item = items[size]!;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child += 1;
        if (keys[child]! >= key) break;
        keys[hole] = keys[child]!;
        items[hole] = items[child]!;
        hole = child;
      }
      keys[hole] = key;
      items[hole] = item;
      return top;
    },
    push(key, item) {
      if (size === keys.length) {
        const moreKeys = new Float64Array(size * 2);
        moreKeys.set(keys);
        keys = moreKeys;
        const moreItems = new Uint32Array(size * 2);
        moreItems.set(items);
        items = moreItems;
      }
      let hole = size++;
      while (hole > 0) {
        const parent = (hole - 1) >> 1;
        if (keys[parent]! <= key) break;
        keys[hole] = keys[parent]!;
        items[hole] = items[parent]!;
        hole = parent;
      }
      keys[hole] = key;
      items[hole] = item;
    },
    clear() {
      size = 0;
    },
  };
}
