import { expect, test } from 'vitest';
import type { FileView } from '../api/types';
import { decodeLabels, paintLabels } from './outlines';
import { addTile, regionAround, tilesOf } from './pixels';

test('labels come from their runs, and a run too long is cut off', () => {
  const region = { x: 0, y: 0, width: 3, height: 2 };
  expect([...decodeLabels([0, 2, 7, 3, 0, 1], region)]).toEqual([0, 0, 7, 7, 7, 0]);
  expect([...decodeLabels([1, 100], region)]).toEqual([1, 1, 1, 1, 1, 1]);
});

test('the border of a cell is opaque, its inside faint, and cells that touch have borders', () => {
  const labels = new Uint32Array(25).fill(1);
  for (const at of [0, 1, 2, 3, 4]) labels[at] = 2;
  const alpha = (x: number, y: number): number | undefined =>
    paintLabels(labels, 5, 5, { color: 0xffffff, fill: 40 })[(y * 5 + x) * 4 + 3];
  expect(alpha(2, 0)).toBe(255);
  expect(alpha(2, 1)).toBe(255);
  expect(alpha(2, 3)).toBe(40);
});

test('a region is put together from the parts of its tiles', () => {
  const parts = tilesOf({ x: 200, y: 0, width: 100, height: 50 }, { width: 300, height: 40, tile_size: 256 });
  expect(parts).toEqual([
    { column: 0, row: 0, tileWidth: 256, tileHeight: 40, x: 200, y: 0, toX: 0, toY: 0, width: 56, height: 40 },
    { column: 1, row: 0, tileWidth: 44, tileHeight: 40, x: 0, y: 0, toX: 56, toY: 0, width: 44, height: 40 },
  ]);
});

test('samples of 16 bits are shown by their contrast, in the colours of their channels', () => {
  const channel = (color: string): FileView['channels'][0] => ({
    name: '',
    color,
    minimum: 0,
    maximum: 4095,
    low: 1000,
    high: 3000,
    histogram: [],
  });
  const view: FileView = {
    kind: 'image',
    width: 2,
    height: 1,
    tile_size: 256,
    levels: 1,
    sample: 'uint16',
    depth: 1,
    times: 1,
    pixel_size_um: null,
    rgb: false,
    channels: [channel('#ff0000'), channel('#00ff00')],
  };
  const [part] = tilesOf({ x: 0, y: 0, width: 2, height: 1 }, view);
  const picture = new Uint8ClampedArray(8);
  addTile(picture, 2, part!, new Uint16Array([2000, 500, 3000, 4000]).buffer, { view, mapped: false });
  expect([...picture]).toEqual([128, 255, 0, 255, 0, 255, 0, 255]);
});

test('the region of a preview stays in the image', () => {
  expect(regionAround(0, 0, 512, 1000, 800)).toEqual({ x: 0, y: 0, width: 512, height: 512 });
  expect(regionAround(999, 400, 512, 1000, 800)).toEqual({ x: 488, y: 144, width: 512, height: 512 });
  expect(regionAround(10, 10, 512, 100, 80)).toEqual({ x: 0, y: 0, width: 100, height: 80 });
});
