import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

/** Rows drawn beyond what is visible, so that a quick scroll does not show blanks. */
const SPARE_ROWS = 6;

/**
 * A list of rows of one height of which only the visible are drawn, so thousands cost no more than twenty.
 * One tab stop: arrows, Page, Home and End move, Enter chooses.
 */
export function VirtualList<T extends { readonly id: string }>({
  items,
  rowHeight,
  label,
  chosenId,
  onChoose,
  renderRow,
  testId,
}: {
  items: readonly T[];
  /** Pixels. */
  rowHeight: number;
  label: string;
  chosenId: string | undefined;
  onChoose: (id: string) => void;
  renderRow: (item: T) => ReactNode;
  testId: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const listId = useId();
  const [view, setView] = useState({ top: 0, height: 600 });
  const [activeId, setActiveId] = useState<string>();

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - SPARE_ROWS);
  const last = Math.min(items.length, Math.ceil((view.top + view.height) / rowHeight) + SPARE_ROWS);
  const active = items.findIndex((item) => item.id === (activeId ?? chosenId));

  const move = (to: number): void => {
    const index = Math.max(0, Math.min(items.length - 1, to));
    const item = items[index];
    const element = scroller.current;
    if (item === undefined || element === null) return;
    setActiveId(item.id);
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + rowHeight - element.clientHeight;
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const steps: Record<string, number> = {
      ArrowDown: active + 1,
      ArrowUp: active === -1 ? 0 : active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: items.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) move(to);
    else if ((event.key === 'Enter' || event.key === ' ') && items[active] !== undefined) {
      onChoose(items[active].id);
    } else return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(active >= first && active < last && { 'aria-activedescendant': `${listId}-${active}` })}
      onKeyDown={onKeyDown}
      data-testid={testId}
      className="group relative min-h-0 flex-1 overflow-y-auto overscroll-contain -outline-offset-2"
    >
      <div style={{ height: items.length * rowHeight }}>
        {items.slice(first, last).map((item, offset) => {
          const index = first + offset;
          return (
            <div
              key={item.id}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={item.id === chosenId}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              data-id={item.id}
              onClick={() => {
                setActiveId(item.id);
                onChoose(item.id);
              }}
              style={{ top: index * rowHeight, height: rowHeight }}
              className={`absolute inset-x-0 cursor-pointer border-b border-line ${
                item.id === chosenId ? 'bg-accent-soft' : 'hover:bg-surface-2'
              } ${index === active ? 'group-focus-visible:ring-2 group-focus-visible:ring-inset group-focus-visible:ring-(--focus)' : ''}`}
            >
              {renderRow(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
