// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { components, linePixels, measure, renumbering, type Shape, spread } from './labels';

describe('renumbering', () => {
  it('leaves no gaps and keeps the order', () => {
    const numbers = renumbering([9, 2, 0, 5, 2]);
    expect([numbers[0], numbers[2], numbers[5], numbers[9]]).toEqual([0, 1, 2, 3]);
  });

  it('of nothing is nothing', () => expect([...renumbering([])]).toEqual([0]));

  it('sorts by number, not by text', () => {
    const numbers = renumbering([10, 9, 100000]);
    expect([numbers[9], numbers[10], numbers[100000]]).toEqual([1, 2, 3]);
  });
});

describe('measure', () => {
  it('adds regions up to areas, boxes and centroids', () => {
    const shapes = new Map<number, Shape>();
    measure(
      { box: { left: 0, top: 0, right: 2, bottom: 1 }, width: 2, height: 1, labels: Uint32Array.of(0, 7) },
      shapes,
    );
    measure(
      { box: { left: 2, top: 0, right: 4, bottom: 2 }, width: 2, height: 2, labels: Uint32Array.of(7, 0, 0, 3) },
      shapes,
    );
    expect(shapes.get(7)).toEqual({ area: 2, box: { left: 1, top: 0, right: 3, bottom: 1 }, sumX: 3, sumY: 0 });
    expect(shapes.get(3)?.box).toEqual({ left: 3, top: 1, right: 4, bottom: 2 });
    expect(shapes.has(0)).toBe(false);
  });

  it('of runs is that of pixels', () => {
    const [width, height] = [9, 40];
    const labels = Uint32Array.from({ length: width * height }, (_, i) => ((i * 7919) % 31) % 4);
    const shapes = new Map<number, Shape>();
    measure({ box: { left: 5, top: 3, right: 5 + width, bottom: 3 + height }, width, height, labels }, shapes);
    for (const label of [1, 2, 3]) {
      const pixels = [...labels.keys()].filter((i) => labels[i] === label);
      const [xs, ys] = [pixels.map((i) => 5 + (i % width)), pixels.map((i) => 3 + Math.floor(i / width))];
      const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
      expect(shapes.get(label)).toEqual({
        area: pixels.length,
        box: {
          left: Math.min(...xs),
          top: Math.min(...ys),
          right: Math.max(...xs) + 1,
          bottom: Math.max(...ys) + 1,
        },
        sumX: sum(xs),
        sumY: sum(ys),
      });
    }
  });
});

describe('linePixels', () => {
  it.each([
    [0, 0, 5, 2],
    [5, 2, 0, 0],
    [3, -4, 3, 4],
    [2, 2, 2, 2],
    [-1, 6, 8, -3],
  ])('goes from %i,%i to %i,%i step by step', (x0, y0, x1, y1) => {
    const pixels = linePixels(x0, y0, x1, y1);
    expect(pixels[0]).toEqual([x0, y0]);
    expect(pixels.at(-1)).toEqual([x1, y1]);
    expect(pixels.length).toBe(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) + 1);
    pixels.slice(1).forEach(([x, y], n) => {
      expect(Math.max(Math.abs(x - pixels[n]![0]), Math.abs(y - pixels[n]![1]))).toBe(1);
    });
  });
});

describe('components', () => {
  it('hang together over edges, not corners nor around the border', () => {
    const { parts, sizes } = components(Uint8Array.of(1, 0, 1, 1, 0, 1, 0, 1, 0), 3);
    expect([...parts]).toEqual([1, 0, 2, 1, 0, 2, 0, 3, 0]);
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('spread to the rest of their mask by steps', () => {
    const parts = Uint32Array.of(1, 0, 0, 0, 2);
    spread(parts, Uint8Array.of(1, 1, 1, 0, 1), 5);
    expect([...parts]).toEqual([1, 1, 1, 0, 2]);
  });
});
