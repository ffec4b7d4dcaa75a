// The panel of cells: the filter with its histogram, what is selected, and the table.

import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon } from '../../components/icons';
import { count, whole } from '../../format';
import { bins, range } from '../cells';
import { css, scaleColour } from '../colours';
import type { Model } from '../model';
import { columnName, mainColumns, shortNumber } from '../names';
import { CellTable } from './cell_table';
import { Histogram, Limits } from './histogram';

const BINS = 56;

export function CellsPanel({ model }: { model: Model }): JSX.Element {
  const cells = model.cells.value;
  if (!cells) return <Waiting model={model} />;
  if (cells.count === 0)
    return (
      <div class="vw-panel">
        <p class="muted" role="status">
          No cells were found in this image.
        </p>
      </div>
    );
  return (
    <div class="vw-panel vw-cells">
      <Filter model={model} />
      <Counts model={model} />
      <CellTable model={model} />
      <Details model={model} />
    </div>
  );
}

function Waiting({ model }: { model: Model }): JSX.Element {
  const share = model.measured.value;
  const none =
    model.result && !model.result.artifacts.some(({ kind }) => kind === 'label_mask') && !model.state.value.source;
  return (
    <div class="vw-panel">
      <p class="muted" role="status">
        {none
          ? 'This inference kept no label mask of this image. Run it with label_mask among its outputs to see cells.'
          : share < 1
            ? `Measuring cells… ${Math.floor(share * 100)} %`
            : 'Loading cells…'}
      </p>
    </div>
  );
}

function Counts({ model }: { model: Model }): JSX.Element {
  const total = model.cells.value?.count ?? 0;
  const shown = model.rows.value.length;
  const { filters } = model.state.value;
  return (
    <div class="vw-counts">
      <p role="status" class="number">
        <strong>{whole(shown)}</strong>
        <span class="muted">
          {shown === total ? ` ${total === 1 ? 'cell' : 'cells'}` : ` of ${count(total, 'cell')}`}
        </span>
      </p>
      {[...filters].map(([column, [low, high]]) => (
        <button key={column} class="vw-chip" title="Remove this filter" onClick={() => model.setFilter(column, null)}>
          <span class="visually-hidden">Remove the filter </span>
          {columnName(column, model.channelNames)} {shortNumber(low)}–{shortNumber(high)}
          <Icon name="close" />
        </button>
      ))}
    </div>
  );
}

function Filter({ model }: { model: Model }): JSX.Element | null {
  const cells = model.cells.value!;
  const columns = cells.measurements;
  const chosen = useSignal('');
  const first = [...model.state.value.filters.keys()][0];
  const column = columns.includes(chosen.value)
    ? chosen.value
    : first && columns.includes(first)
      ? first
      : (mainColumns(columns)[0] ?? columns[0] ?? '');
  const values = cells.columns.get(column);
  const limits = useComputed(() => model.cells.value?.columns.get(column)).value;
  if (!values || !limits) return null;
  const all = range(values);
  const value = model.state.value.filters.get(column) ?? all;
  const set = (now: [number, number]) => model.setFilter(column, now[0] <= all[0] && now[1] >= all[1] ? null : now);
  const name = columnName(column, model.channelNames);
  const colourBy = model.state.value.colourBy === column;
  return (
    <section class="vw-filter" aria-label="Filter">
      <div class="vw-row">
        <select
          class="select"
          aria-label="Filter cells by"
          value={column}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
            if (model.state.peek().colourBy) model.change({ colourBy: chosen.value });
          }}
        >
          {columns.map((one) => (
            <option key={one} value={one}>
              {columnName(one, model.channelNames)}
            </option>
          ))}
        </select>
        <button
          class="button small vw-colour-by"
          aria-pressed={colourBy}
          title={`Colour cells by ${name}`}
          onClick={() => model.change({ colourBy: colourBy ? '' : column })}
        >
          <span class="vw-scale" style={{ background: gradient() }} />
          Colour
        </button>
      </div>
      <Histogram key={column} label={name} counts={bins(values, all, BINS)} range={all} value={value} onChange={set} />
      <Limits label={name} value={value} onChange={set} />
    </section>
  );
}

function gradient(): string {
  return `linear-gradient(90deg, ${[0, 0.25, 0.5, 0.75, 1].map((share) => css(scaleColour(share))).join(', ')})`;
}

function Details({ model }: { model: Model }): JSX.Element | null {
  const cells = model.cells.value;
  const [cell] = model.selected.value;
  if (!cells || !cell || cells.row(cell) < 0) return null;
  const box = cells.box(cell);
  return (
    <section class="vw-details" aria-label={`Cell ${cell}`}>
      <header class="vw-row">
        <h2>Cell {cell}</h2>
        {model.selected.value.length > 1 ? <span class="faint">and {model.selected.value.length - 1} more</span> : null}
        <button class="button ghost small" disabled={!box} onClick={() => box && model.show(box)}>
          Show
        </button>
        <button class="button ghost small icon" aria-label="Select nothing" onClick={() => model.select([])}>
          <Icon name="close" />
        </button>
      </header>
      <dl class="number">
        {cells.measurements.map((column) => (
          <div key={column}>
            <dt>{columnName(column, model.channelNames)}</dt>
            <dd>{shortNumber(cells.value(cell, column))}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
