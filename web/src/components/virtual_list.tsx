import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Grid {
  columns: number;
  /** First and one past the last item that is rendered. */
  first: number;
  last: number;
  /** Height of all rows, and where the first rendered one begins; px. */
  height: number;
  top: number;
}

export interface GridInput {
  items: number;
  width: number;
  /** Narrowest column; 0: one column. */
  columnWidth: number;
  rowHeight: number;
  gap: number;
  /** The part of the list that is seen: from its top, px. */
  scrollTop: number;
  viewHeight: number;
}

const OVERSCAN_ROWS = 3;

/** Which items of a long list are rendered. */
export function layoutGrid(input: GridInput): Grid {
  const { items, width, columnWidth, rowHeight, gap, scrollTop, viewHeight } = input;
  const columns = columnWidth > 0 ? Math.max(1, Math.floor((width + gap) / (columnWidth + gap))) : 1;
  const rows = Math.ceil(items / columns);
  const step = rowHeight + gap;
  const firstRow = Math.min(Math.max(0, Math.floor(scrollTop / step) - OVERSCAN_ROWS), Math.max(0, rows - 1));
  const lastRow = Math.min(rows, Math.ceil((scrollTop + viewHeight) / step) + OVERSCAN_ROWS);
  return {
    columns,
    first: firstRow * columns,
    last: Math.max(firstRow * columns, Math.min(items, lastRow * columns)),
    height: Math.max(0, rows * step - gap),
    top: firstRow * step,
  };
}

/** Where an arrow key and its like lead from item `at`; `at` itself where they lead nowhere. */
export function moveIn(grid: Grid, items: number, at: number, key: string, pageRows: number): number {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -grid.columns,
    ArrowDown: grid.columns,
    PageUp: -grid.columns * pageRows,
    PageDown: grid.columns * pageRows,
    Home: -items,
    End: items,
  };
  const step = steps[key];
  if (step === undefined) return at;
  const to = at + step;
  if (key === 'ArrowUp' || key === 'ArrowDown') return to < 0 || to >= items ? at : to;
  return Math.min(items - 1, Math.max(0, to));
}

interface VirtualListProps<T> {
  items: readonly T[];
  itemKey: (item: T) => string;
  columnWidth?: number;
  rowHeight: number;
  gap?: number;
  label: string;
  class?: string;
  /** `tabIndex` belongs to the item's own link or button: arrow keys move between them. */
  children: (item: T, tabIndex: number) => ComponentChildren;
}

interface View {
  width: number;
  scrollTop: number;
  viewHeight: number;
}

function scrollParent(element: HTMLElement): HTMLElement {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return document.documentElement;
}

/** A list or grid of any length within a scrolling page, of which only what is seen is in the document. */
export function VirtualList<T>(props: VirtualListProps<T>): JSX.Element {
  const { items, rowHeight, gap = 0, columnWidth = 0 } = props;
  const root = useRef<HTMLUListElement>(null);
  const [view, setView] = useState<View>({ width: 0, scrollTop: 0, viewHeight: 800 });
  const [active, setActive] = useState(0);
  const focusNext = useRef(false);
  const grid = layoutGrid({ items: items.length, columnWidth, rowHeight, gap, ...view });

  useLayoutEffect(() => {
    const list = root.current;
    if (!list) return;
    const parent = scrollParent(list);
    const measure = (): void => {
      const box = list.getBoundingClientRect();
      const frame = parent.getBoundingClientRect();
      const next = { width: box.width, scrollTop: Math.max(0, frame.top - box.top), viewHeight: parent.clientHeight };
      setView((old) =>
        old.width === next.width && old.scrollTop === next.scrollTop && old.viewHeight === next.viewHeight ? old : next,
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(list);
    observer.observe(parent);
    parent.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      parent.removeEventListener('scroll', measure);
    };
  }, []);

  const focusItem = (index: number): boolean => {
    const control = root.current?.querySelector<HTMLElement>(`[data-index="${index}"] [tabindex]`);
    control?.focus();
    return !!control;
  };
  useEffect(() => {
    if (focusNext.current && focusItem(active)) focusNext.current = false;
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const list = root.current;
    if (!list || event.ctrlKey || event.metaKey || event.altKey) return;
    // An open menu, or a control that has use for arrow keys itself.
    if (event.defaultPrevented || event.target instanceof HTMLSelectElement) return;
    const pageRows = Math.max(1, Math.floor(view.viewHeight / (rowHeight + gap)) - 1);
    const to = moveIn(grid, items.length, active, event.key, pageRows);
    if (to === active) return;
    event.preventDefault();
    setActive(to);
    focusNext.current = true;
    const top = Math.floor(to / grid.columns) * (rowHeight + gap);
    const parent = scrollParent(list);
    if (top < view.scrollTop) parent.scrollBy({ top: top - view.scrollTop - 8 });
    const over = top + rowHeight - (view.scrollTop + view.viewHeight);
    if (over > 0) parent.scrollBy({ top: over + 24 });
  };
  const onFocus = (event: FocusEvent): void => {
    const index = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index'];
    if (index !== undefined) setActive(Number(index));
  };
  const tabStop = active >= grid.first && active < grid.last ? active : grid.first;
  return (
    <ul
      ref={root}
      class={`virtual ${props.class ?? ''}`}
      aria-label={props.label}
      style={{ height: `${grid.height}px` }}
      onKeyDown={onKeyDown}
      onFocusCapture={onFocus}>
      {items.slice(grid.first, grid.last).map((item, offset) => {
        const index = grid.first + offset;
        const column = index % grid.columns;
        const row = Math.floor(index / grid.columns);
        const width = (view.width - gap * (grid.columns - 1)) / grid.columns;
        return (
          <li
            key={props.itemKey(item)}
            data-index={index}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{
              height: `${rowHeight}px`,
              width: `${width}px`,
              transform: `translate(${column * (width + gap)}px, ${row * (rowHeight + gap)}px)`,
            }}>
            {props.children(item, index === tabStop ? 0 : -1)}
          </li>
        );
      })}
    </ul>
  );
}
