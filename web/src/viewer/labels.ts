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
export function measure(region: Region, shapes: Map<number, Shape>): void {
  const { box, width, labels } = region;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === 0) continue;
    const [x, y] = [box.left + (i % width), box.top + Math.floor(i / width)];
    const shape = shapes.get(label);
    if (shape) {
      include(shape, x, y);
    } else {
      shapes.set(label, { area: 1, box: { left: x, top: y, right: x + 1, bottom: y + 1 }, sumX: x, sumY: y });
    }
  }
}

function include(shape: Shape, x: number, y: number): void {
  const { box } = shape;
  shape.area++;
  shape.sumX += x;
  shape.sumY += y;
  if (x < box.left) box.left = x;
  if (y < box.top) box.top = y;
  if (x >= box.right) box.right = x + 1;
  if (y >= box.bottom) box.bottom = y + 1;
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
