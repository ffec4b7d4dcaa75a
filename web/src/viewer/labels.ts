// What can be told of, and done to, a plane of labels. 0 is background.

import type { Box } from './geometry';

/** A rectangle of labels cut out of an image. */
export interface Region {
  box: Box;
  width: number;
  height: number;
  labels: Uint32Array;
}

/** What is known of a cell without the server. Centroids are sums until divided by the area. */
export interface Shape {
  area: number;
  box: Box;
  sumX: number;
  sumY: number;
}

/** Adds the pixels of a region to the shapes of its labels. */
export function measure({ box, width, labels }: Region, shapes: Map<number, Shape>): void {
  for (let row = 0, y = box.top; row < labels.length; row += width, y++) {
    // Pixel by pixel, looking up the shapes would take most of the time; a row of a cell is one run of its label.
    for (let start = row, i = row; i < row + width; start = i) {
      const label = labels[start]!;
      while (i < row + width && labels[i] === label) i++;
      if (label !== 0) includeRun(shapes, label, box.left + start - row, y, i - start);
    }
  }
}

function includeRun(shapes: Map<number, Shape>, label: number, x: number, y: number, length: number): void {
  let shape = shapes.get(label);
  if (!shape) {
    shape = { area: 0, box: { left: x, top: y, right: x, bottom: y }, sumX: 0, sumY: 0 };
    shapes.set(label, shape);
  }
  shape.area += length;
  shape.sumX += length * x + (length * (length - 1)) / 2;
  shape.sumY += length * y;
  const { box } = shape;
  box.left = Math.min(box.left, x);
  box.top = Math.min(box.top, y);
  box.right = Math.max(box.right, x + length);
  box.bottom = Math.max(box.bottom, y + 1);
}

/**
 * Numbers labels anew as 1, 2, 3, ... in the order of the old ones, without gaps. `present` are the labels that have
 * pixels, in any order. The answer's index is the old label.
 */
export function renumbering(present: Iterable<number>): Uint32Array {
  const sorted = Uint32Array.from(present).sort();
  const numbers = new Uint32Array((sorted.at(-1) ?? 0) + 1);
  let next = 0;
  for (const label of sorted) {
    if (label > 0 && numbers[label] === 0) numbers[label] = ++next;
  }
  return numbers;
}

/** Pixels of the straight line between two points, both ends within. Source: Bresenham. */
export function linePixels(x0: number, y0: number, x1: number, y1: number): [number, number][] {
  const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
  const [sx, sy] = [Math.sign(x1 - x0), Math.sign(y1 - y0)];
  const pixels: [number, number][] = [];
  for (let [x, y, error] = [x0, y0, dx + dy]; ;) {
    pixels.push([x, y]);
    if (x === x1 && y === y1) return pixels;
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += sx;
    }
    if (twice <= dx) {
      error += dx;
      y += sy;
    }
  }
}

/** Parts of a mask (1 where it is set) that hang together over edges, numbered from 1; 0 elsewhere. */
export function components(mask: Uint8Array, width: number): { parts: Uint32Array; sizes: number[] } {
  const parts = new Uint32Array(mask.length);
  const sizes: number[] = [];
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || parts[start]) continue;
    const part = sizes.push(0);
    parts[start] = part;
    stack.push(start);
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      sizes[part - 1]!++;
      for (const next of beside(i, width, mask.length)) {
        if (mask[next] && !parts[next]) {
          parts[next] = part;
          stack.push(next);
        }
      }
    }
  }
  return { parts, sizes };
}

function beside(i: number, width: number, length: number): number[] {
  const x = i % width;
  const next = [];
  if (x > 0) next.push(i - 1);
  if (x < width - 1) next.push(i + 1);
  if (i >= width) next.push(i - width);
  if (i + width < length) next.push(i + width);
  return next;
}

/** Gives each pixel of `mask` without a part that of the nearest pixel (by steps) that has one. */
export function spread(parts: Uint32Array, mask: Uint8Array, width: number): void {
  let front = Array.from(parts.keys()).filter((i) => parts[i]);
  while (front.length > 0) {
    const next: number[] = [];
    for (const i of front) {
      for (const n of beside(i, width, mask.length)) {
        if (mask[n] && !parts[n]) {
          parts[n] = parts[i]!;
          next.push(n);
        }
      }
    }
    front = next;
  }
}
