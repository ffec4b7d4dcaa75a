// The table of cells: any number of rows, of which only those seen are in the document.

import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Model } from '../model';
import { columnName, mainColumns, shortNumber } from '../names';

const ROW_PX = 26;
const OVERSCAN = 6;

/** The rows to have in the document. */
export function visibleRows(count: number, scrollTop: number, height: number): [number, number] {
  const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - OVERSCAN);
  return [Math.min(first, count), Math.min(count, Math.ceil((scrollTop + height) / ROW_PX) + OVERSCAN)];
}

/** The columns shown: the main ones first, then all others, by scrolling to the right. */
function tableColumns(model: Model): string[] {
  const all = model.cells.value?.measurements ?? [];
  const { colourBy, filters } = model.state.value;
  const first = [...new Set([...mainColumns(all), ...filters.keys(), ...(colourBy ? [colourBy] : [])])];
  return [...first.filter((column) => all.includes(column)), ...all.filter((column) => !first.includes(column))];
}

export function CellTable({ model }: { model: Model }): JSX.Element | null {
  const cells = model.cells.value;
  const body = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400 });
  const rows = model.rows.value;
  const [selected = 0] = model.selected.value;
  const position = cells ? rows.indexOf(cells.row(selected)) : -1;

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setView((old) => ({ ...old, height: entry!.contentRect.height })));
    observer.observe(body.current!);
    return () => observer.disconnect();
  }, []);
  // What is selected in the image comes into sight in the table.
  useEffect(() => {
    const element = body.current;
    if (!element || position < 0) return;
    const [top, room] = [position * ROW_PX, element.clientHeight - 2 * ROW_PX];
    if (top < element.scrollTop || top > element.scrollTop + room) element.scrollTop = top - room / 2;
  }, [position, rows]);

  if (!cells) return null;
  const columns = tableColumns(model);
  const [first, last] = visibleRows(rows.length, view.top, view.height);
  const { sort } = model.state.value;
  const sortBy = (column: string) =>
    model.change({ sort: { column, descending: sort.column === column && !sort.descending } });
  const key = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / ROW_PX) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (step === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    model.step(step);
  };
  return (
    <div
      class="vw-table"
      ref={body}
      role="grid"
      tabIndex={0}
      aria-label="Cells"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      onKeyDown={key}
      {...(position >= first && position < last ? { 'aria-activedescendant': `cell-row-${selected}` } : {})}
      onScroll={(event) => {
        const { scrollTop: top } = event.currentTarget;
        setView((old) => ({ ...old, top }));
      }}
    >
      <div class="vw-tr vw-thead" role="row" aria-rowindex={1}>
        {['label', ...columns].map((column) => (
          <div
            key={column}
            role="columnheader"
            class="vw-td"
            aria-sort={sort.column !== column ? 'none' : sort.descending ? 'descending' : 'ascending'}
          >
            <button
              class="truncate"
              tabIndex={column === 'label' ? 0 : -1}
              onKeyDown={moveInHead}
              title={`Sort by ${columnName(column, model.channelNames)}`}
              onClick={() => sortBy(column)}
            >
              {columnName(column, model.channelNames)}
              {sort.column === column ? (sort.descending ? ' ↓' : ' ↑') : ''}
            </button>
          </div>
        ))}
      </div>
      <div class="vw-tbody" role="presentation" style={{ height: `${rows.length * ROW_PX}px` }}>
        {Array.from(rows.subarray(first, last), (row, i) => (
          <Row key={cells.labels[row]} model={model} row={row} index={first + i} columns={columns} />
        ))}
      </div>
    </div>
  );
}

// Left and right lead from one column's name to the next.
function moveInHead(event: KeyboardEvent): void {
  const step = { ArrowLeft: 'previousElementSibling', ArrowRight: 'nextElementSibling' }[event.key];
  if (step !== 'previousElementSibling' && step !== 'nextElementSibling') return;
  event.preventDefault();
  event.stopPropagation();
  (event.currentTarget as HTMLElement).parentElement?.[step]?.querySelector('button')?.focus();
}

interface RowProps {
  model: Model;
  row: number;
  index: number;
  columns: string[];
}

function Row({ model, row, index, columns }: RowProps): JSX.Element {
  const cells = model.cells.value!;
  const label = cells.labels[row]!;
  const isSelected = model.selected.value.includes(label);
  return (
    <div
      id={`cell-row-${label}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      class={`vw-tr${isSelected ? ' selected' : ''}${model.hovered.value === label ? ' hovered' : ''}`}
      style={{ transform: `translateY(${index * ROW_PX}px)` }}
      onPointerEnter={() => (model.hovered.value = label)}
      onPointerLeave={() => (model.hovered.value = 0)}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) model.toggle(label);
        else model.select([label], true);
      }}
    >
      <div role="gridcell" class="vw-td number">
        {label}
      </div>
      {columns.map((column) => (
        <div key={column} role="gridcell" class="vw-td number">
          {shortNumber(cells.columns.get(column)?.[row] ?? NaN)}
        </div>
      ))}
    </div>
  );
}
