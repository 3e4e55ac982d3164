/** Items for one reader, who may be slower than those who write. */
export interface ChangeQueue<Item> extends AsyncIterable<Item> {
  push(item: Item): void;
  /** No more items: the reader gets what is there, then the end. */
  end(): void;
}

/**
 * A queue of at most `capacity` items. One more ends it and frees what waits: a reader that far behind is cut off,
 * connects again and resumes from the position it has, instead of holding memory for everyone.
 */
export function createChangeQueue<Item>(capacity: number): ChangeQueue<Item> {
  let items: Item[] = [];
  let ended = false;
  let wake: (() => void) | undefined;

  function end(): void {
    ended = true;
    wake?.();
  }

  return {
    push(item) {
      if (ended) return;
      if (items.length >= capacity) {
        items = [];
        return end();
      }
      items.push(item);
      wake?.();
    },
    end,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const ready = items;
        items = [];
        yield* ready;
        if (items.length > 0) continue;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    },
  };
}
