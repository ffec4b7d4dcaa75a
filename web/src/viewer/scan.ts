// Measures labels in the browser, for masks that came without measurements.

import type { Client } from '../api/client';
import { Cells } from './cells';
import { parseColumns } from './csv';
import { levelSize, TILE } from './geometry';
import type { LabelPlane } from './label_plane';
import { measure, type Shape } from './labels';

const AT_ONCE = 6;

/** All tiles of level 0 of one or more labellings of a size, six at once; `use` is called with one place's tiles. */
export async function eachTile(
  planes: LabelPlane[],
  use: (tiles: Uint32Array[], x: number, y: number) => void,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<void> {
  const [columns, rows] = [planes[0]!.width, planes[0]!.height].map((size) => Math.ceil(levelSize(size, 0) / TILE));
  const count = columns! * rows!;
  let [next, done] = [0, 0];
  const walk = async () => {
    while (next < count) {
      signal.throwIfAborted();
      const [x, y] = [next % columns!, Math.floor(next++ / columns!)];
      use(await Promise.all(planes.map((plane) => plane.tile({ level: 0, x, y }, signal))), x, y);
      progress(++done / count);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, walk));
}

/** Area, box and centroid of every label. */
export async function scanCells(
  plane: LabelPlane,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<Cells> {
  const shapes = new Map<number, Shape>();
  await eachTile(
    [plane],
    ([labels], x, y) => {
      const width = Math.min(TILE, plane.width - x * TILE);
      const height = labels!.length / width;
      const [left, top] = [x * TILE, y * TILE];
      measure(
        { box: { left, top, right: left + width, bottom: top + height }, width, height, labels: labels! },
        shapes,
      );
    },
    signal,
    progress,
  );
  return cellsOf(shapes);
}

/** The cells of a labelling: as the server measured them (in the file `csv`), else as they can be measured here. */
export async function readCells(
  client: Client,
  plane: LabelPlane,
  csv: string,
  signal: AbortSignal,
  progress: (share: number) => void,
): Promise<Cells> {
  if (csv) {
    const response = await client.response(`/api/files/${csv}`, { signal });
    return new Cells(parseColumns(await response.text()));
  }
  progress(0);
  const cells = await scanCells(plane, signal, progress);
  progress(1);
  return cells;
}

/** A table of shapes, by label. */
export function cellsOf(shapes: Map<number, Shape>): Cells {
  const all = [...shapes].sort(([a], [b]) => a - b);
  const column = (value: (shape: Shape, label: number) => number) =>
    Float64Array.from(all, ([label, shape]) => value(shape, label));
  return new Cells(
    new Map([
      ['label', column((_, label) => label)],
      ['bbox-0', column(({ box }) => box.top)],
      ['bbox-1', column(({ box }) => box.left)],
      ['bbox-2', column(({ box }) => box.bottom)],
      ['bbox-3', column(({ box }) => box.right)],
      ['area', column(({ area }) => area)],
      ['centroid-0', column(({ area, sumY }) => sumY / area)],
      ['centroid-1', column(({ area, sumX }) => sumX / area)],
    ]),
  );
}

/**
 * A table with the rows of some labels put in anew: `shapes` has what they are now, null for those that are gone. What
 * cannot be told of them in the browser is NaN.
 */
export function withShapes(cells: Cells, shapes: Map<number, Shape | null>): Cells {
  const kept = Array.from(cells.labels.keys()).filter((row) => !shapes.has(cells.labels[row]!));
  const there = new Map([...shapes].filter((entry): entry is [number, Shape] => entry[1] !== null));
  const changed = cellsOf(there);
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of cells.columns) {
    const column = new Float64Array(kept.length + changed.count).fill(NaN);
    kept.forEach((row, i) => (column[i] = values[row]!));
    const now = changed.columns.get(name);
    if (now) column.set(now, kept.length);
    columns.set(name, column);
  }
  return new Cells(columns);
}
