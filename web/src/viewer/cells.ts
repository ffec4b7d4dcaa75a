// The cells of one image with their measurements, and what is chosen of them.

import type { Columns } from './csv';
import type { Box } from './geometry';

/** Limits of columns, both ends within. */
export type Filters = Map<string, [number, number]>;

/** What `GET .../tiles` cannot tell: each cell's place and measurements. Row r of every column is cell `labels[r]`. */
export class Cells {
  readonly columns: Columns;
  readonly labels: Uint32Array;
  readonly #rows = new Map<number, number>();

  /** Errors: throws if there is no column `label`. */
  constructor(columns: Columns) {
    const labels = columns.get('label');
    if (!labels) throw new Error('The measurements have no column "label".');
    this.columns = columns;
    this.labels = Uint32Array.from(labels);
    this.labels.forEach((label, row) => this.#rows.set(label, row));
  }

  get count(): number {
    return this.labels.length;
  }

  /** The row of a label, or -1. */
  row(label: number): number {
    return this.#rows.get(label) ?? -1;
  }

  /** A measurement of a label; NaN where there is none. */
  value(label: number, column: string): number {
    return this.columns.get(column)?.[this.row(label)] ?? NaN;
  }

  /** Where a cell is; null where that is not known. */
  box(label: number): Box | null {
    const [top, left, bottom, right] = [0, 1, 2, 3].map((n) => this.value(label, `bbox-${n}`)) as [
      number,
      number,
      number,
      number,
    ];
    return [top, left, bottom, right].every(Number.isFinite) ? { left, top, right, bottom } : null;
  }

  /** The columns a person filters, sorts and colours by: those that vary, without places. */
  get measurements(): string[] {
    return [...this.columns.keys()].filter((name) => name !== 'label' && !/^(bbox|centroid)-/.test(name));
  }
}

/** The smallest and the largest number of a column; [0, 0] when it has none. */
export function range(values: Float64Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** How many numbers fall in each of `count` equal parts of a range; those outside and NaN in none. */
export function bins(values: Float64Array, [low, high]: [number, number], count: number): Uint32Array {
  const counts = new Uint32Array(count);
  const scale = high > low ? count / (high - low) : 0;
  for (const value of values) {
    if (value >= low && value <= high) counts[Math.min(count - 1, Math.floor((value - low) * scale))]!++;
  }
  return counts;
}

/** 1 for each row that is within all limits; a limit of a column that is not there, or of NaN, holds nothing back. */
export function pass(cells: Cells, filters: Filters): Uint8Array {
  const shown = new Uint8Array(cells.count).fill(1);
  for (const [name, [low, high]] of filters) {
    const values = cells.columns.get(name);
    if (!values) continue;
    for (let row = 0; row < shown.length; row++) {
      if (values[row]! < low || values[row]! > high) shown[row] = 0;
    }
  }
  return shown;
}

/** All rows ordered by a column; rows without a number come last either way, ties by label. */
export function order(cells: Cells, column: string, descending: boolean): Uint32Array {
  const values = cells.columns.get(column) ?? cells.columns.get('label')!;
  const rows = Uint32Array.from({ length: cells.count }, (_, row) => row);
  const sign = descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return sign * (x - y) || a - b;
  });
}

/** `area:30..400,solidity:0.9..1`, as the address has it. */
export function filtersText(filters: Filters): string {
  return [...filters].map(([name, [low, high]]) => `${name}:${short(low)}..${short(high)}`).join(',');
}

/** Reads `filtersText`; what is no limit is left out. */
export function parseFilters(text: string): Filters {
  const filters: Filters = new Map();
  for (const part of text.split(',')) {
    const match = /^([\w-]+):([-+.\deE]+?)\.\.([-+.\deE]+)$/.exec(part);
    const [low, high] = [Number(match?.[2]), Number(match?.[3])];
    if (match && Number.isFinite(low) && Number.isFinite(high)) filters.set(match[1]!, [low, high]);
  }
  return filters;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
