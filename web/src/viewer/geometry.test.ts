// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { levelSize, scaleBar, tileCount, tilesOf, tileSpan } from './geometry';

describe('levels', () => {
  it('halve and round up, to one tile', () => {
    expect([0, 1, 2, 3, 6].map((level) => levelSize(10001, level))).toEqual([10001, 5001, 2501, 1251, 157]);
    expect(tileCount(257, 0)).toBe(2);
    expect(tileCount(257, 1)).toBe(1);
  });

  it('have smaller tiles at their ends and none beyond', () => {
    expect([0, 1, 2].map((index) => tileSpan(300, 0, index))).toEqual([256, 44, 0]);
  });
});

describe('tilesOf', () => {
  it('are those that a box touches, within the image', () => {
    expect(tilesOf({ left: 250, top: -10, right: 257, bottom: 5 }, 1000, 1000)).toEqual([
      { x: 0, y: 0 },
      { x: 1, y: 0 },
    ]);
    expect(tilesOf({ left: 990, top: 990, right: 2000, bottom: 2000 }, 1000, 1000)).toEqual([{ x: 3, y: 3 }]);
    expect(tilesOf({ left: 10, top: 10, right: 10, bottom: 20 }, 100, 100)).toEqual([]);
  });
});

describe('scaleBar', () => {
  it.each([
    [0.325, 140, '20 µm'],
    [1, 100, '100 µm'],
    [10, 140, '1 mm'],
    [0.001, 140, '100 nm'],
    [0.65, 31, '20 µm'],
  ])('at %f µm a pixel within %i px is %s', (um, limit, text) => {
    const bar = scaleBar(um, limit);
    expect(bar.text).toBe(text);
    expect(bar.pixels).toBeLessThanOrEqual(limit * 1.000001);
    expect(bar.pixels).toBeGreaterThan(limit * 0.39);
  });
});
