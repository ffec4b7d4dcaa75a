// The edits of a correction, as patches that can be undone. Pure: they read a region and say what changes.

import type { Box } from './geometry';
import { components, linePixels, type Region, spread } from './labels';

export interface Point {
  x: number;
  y: number;
}

/** Runs of pixels in a row that change from one label to another: x, y, length, before, after, x, y, ... */
export interface Patch {
  /** For a person: "Delete cell 12". */
  title: string;
  runs: Uint32Array;
}

const FIELDS = 5;

/** What changes a region into `after`, which has its size. No runs: nothing does. */
export function patchOf(title: string, region: Region, after: Uint32Array): Patch {
  const runs: number[] = [];
  const { box, width, labels } = region;
  for (let i = 0; i < after.length;) {
    const [before, then] = [labels[i]!, after[i]!];
    const end = i - (i % width) + width;
    let next = i + 1;
    while (next < end && labels[next] === before && after[next] === then) next++;
    if (before !== then) runs.push(box.left + (i % width), box.top + Math.floor(i / width), next - i, before, then);
    i = next;
  }
  return { title, runs: Uint32Array.from(runs) };
}

/** The same patch backwards. */
export function reversed(patch: Patch): Patch {
  const runs = patch.runs.slice();
  for (let i = 0; i < runs.length; i += FIELDS) {
    runs[i + 3] = patch.runs[i + 4]!;
    runs[i + 4] = patch.runs[i + 3]!;
  }
  return { title: patch.title, runs };
}

/** Calls back for each run: x, y, length, before, after. */
export function eachRun(
  { runs }: Patch,
  call: (x: number, y: number, length: number, before: number, after: number) => void,
): void {
  for (let i = 0; i < runs.length; i += FIELDS) {
    call(runs[i]!, runs[i + 1]!, runs[i + 2]!, runs[i + 3]!, runs[i + 4]!);
  }
}

/** What a patch touches; null when it changes nothing. */
export function patchBox(patch: Patch): Box | null {
  let box: Box | null = null;
  eachRun(patch, (x, y, length) => {
    box = {
      left: Math.min(box?.left ?? x, x),
      top: Math.min(box?.top ?? y, y),
      right: Math.max(box?.right ?? 0, x + length),
      bottom: Math.max(box?.bottom ?? 0, y + 1),
    };
  });
  return box;
}

/** By how many pixels each label grows (or, below 0, shrinks). */
export function growth(patch: Patch): Map<number, number> {
  const by = new Map<number, number>();
  eachRun(patch, (_x, _y, length, before, after) => {
    by.set(before, (by.get(before) ?? 0) - length);
    by.set(after, (by.get(after) ?? 0) + length);
  });
  by.delete(0);
  return by;
}

export function deleteCells(region: Region, labels: Set<number>): Patch {
  const title = labels.size === 1 ? `Delete cell ${[...labels][0]}` : `Delete ${labels.size} cells`;
  return patchOf(
    title,
    region,
    region.labels.map((label) => (labels.has(label) ? 0 : label)),
  );
}

/** All of `labels` become `into`. */
export function mergeCells(region: Region, labels: Set<number>, into: number): Patch {
  const title = `Merge ${labels.size} cells`;
  return patchOf(
    title,
    region,
    region.labels.map((label) => (labels.has(label) ? into : label)),
  );
}

/**
 * Cuts a cell along a line of points. Its largest part keeps its label, the others are `next`, `next` + 1, ...; the
 * pixels under the line go to the part beside them. No runs: the line does not cut it.
 */
export function splitCell(region: Region, label: number, line: Point[], next: number): Patch {
  const mask = Uint8Array.from(region.labels, (value) => (value === label ? 1 : 0));
  const cut = mask.slice();
  const before = components(mask, region.width).sizes.length;
  for (const i of linesPixels(region, line)) cut[i] = 0;
  const { parts, sizes } = components(cut, region.width);
  const title = `Split cell ${label}`;
  if (sizes.length <= before) return { title, runs: new Uint32Array() };
  spread(parts, mask, region.width);
  const largest = sizes.indexOf(Math.max(...sizes)) + 1;
  const names = sizes.map((_, part) => (part + 1 === largest ? label : next + part - Number(part + 1 > largest)));
  return patchOf(
    title,
    region,
    region.labels.map((value, i) => (parts[i] ? names[parts[i]! - 1]! : value)),
  );
}

// Pixels of the lines, without gaps over edges: a step to the diagonal takes a neighbour with it.
function* linesPixels(region: Region, line: Point[]): Generator<number> {
  const { box, width, height } = region;
  const index = (x: number, y: number) =>
    x >= box.left && y >= box.top && x < box.left + width && y < box.top + height
      ? (y - box.top) * width + (x - box.left)
      : -1;
  for (let n = 1; n < line.length; n++) {
    const [from, to] = [line[n - 1]!, line[n]!];
    let last: [number, number] | null = null;
    for (const [x, y] of linePixels(Math.floor(from.x), Math.floor(from.y), Math.floor(to.x), Math.floor(to.y))) {
      const pixels = last && last[0] !== x && last[1] !== y ? [index(last[0], y), index(x, y)] : [index(x, y)];
      yield* pixels.filter((i) => i >= 0);
      last = [x, y];
    }
  }
}

export interface Brush {
  /** In pixels of the image; 0.5 is a single one. */
  radius: number;
  /** The label to draw with; null erases. */
  label: number | null;
  /** Erasing: only this cell, or 0 for any. Drawing takes background alone. */
  only: number;
}

/** What a brush changes that goes along the points. */
export function brushStroke(region: Region, points: Point[], brush: Brush): Patch {
  const after = region.labels.slice();
  points.forEach((point, n) => {
    sweep(region, points[Math.max(0, n - 1)]!, point, brush.radius, (i) => {
      if (takes(region.labels[i]!, brush)) after[i] = brush.label ?? 0;
    });
  });
  const title = brush.label === null ? 'Erase' : `Draw cell ${brush.label}`;
  return patchOf(title, region, after);
}

function takes(label: number, brush: Brush): boolean {
  return brush.label === null ? label !== 0 && (brush.only === 0 || label === brush.only) : label === 0;
}

// Calls back with each pixel of the region whose middle is within `radius` of the line from a to b.
function sweep({ box, width, height }: Region, a: Point, b: Point, radius: number, call: (i: number) => void): void {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const bottom = Math.min(height - 1, Math.floor(Math.max(a.y, b.y) + radius - box.top));
  const right = Math.min(width - 1, Math.floor(Math.max(a.x, b.x) + radius - box.left));
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - radius - box.left));
  for (let row = Math.max(0, Math.floor(Math.min(a.y, b.y) - radius - box.top)); row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [x, y] = [box.left + column + 0.5 - a.x, box.top + row + 0.5 - a.y];
      const t = length > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length)) : 0;
      if ((x - t * dx) ** 2 + (y - t * dy) ** 2 <= radius * radius) call(row * width + column);
    }
  }
}
