// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import type { FileView } from '../api/types';
import { patchOf } from './edits';
import { levelSize, TILE } from './geometry';
import { LabelPlane } from './label_plane';
import { TileFile } from './tiles';

const [WIDTH, HEIGHT] = [600, 300];

/** Label of a pixel: its block of 10 x 10. */
const at = (x: number, y: number) => 1 + Math.floor(x / 10) + 60 * Math.floor(y / 10);

/** A server's tiles, made when they are asked for. */
function plane(asked: string[] = []): LabelPlane {
  const view = {
    kind: 'labels',
    width: WIDTH,
    height: HEIGHT,
    levels: 3,
    sample: 'uint32',
    depth: 1,
    times: 1,
    channels: [],
  } as unknown as FileView;
  const client = {
    response: async (path: string) => {
      asked.push(path);
      const [level, x, y] = path.split('/').slice(-3).map(Number) as [number, number, number];
      const [w, h] = [
        Math.min(TILE, levelSize(WIDTH, level) - x * TILE),
        Math.min(TILE, levelSize(HEIGHT, level) - y * TILE),
      ];
      const labels = Uint32Array.from({ length: w * h }, (_, i) =>
        at((x * TILE + (i % w)) << level, (y * TILE + Math.floor(i / w)) << level),
      );
      return new Response(labels.buffer);
    },
  } as unknown as Client;
  return new LabelPlane(new TileFile(client, 'f', view));
}

describe('LabelPlane', () => {
  it('puts regions together over the borders of tiles', async () => {
    const region = await plane().region({ left: 250, top: -5, right: 530, bottom: 270 });
    expect(region.box).toEqual({ left: 250, top: 0, right: 530, bottom: 270 });
    region.labels.forEach((label, i) => {
      if (label !== at(250 + (i % 280), Math.floor(i / 280))) throw new Error(`pixel ${i}`);
    });
  });

  it('lays edits over all levels, those fetched before and after', async () => {
    const labels = plane();
    const early = await labels.tile({ level: 1, x: 0, y: 0 });
    const region = await labels.region({ left: 200, top: 100, right: 320, bottom: 140 });
    await labels.apply(
      patchOf(
        'all',
        region,
        region.labels.map(() => 9999),
      ),
    );
    const late = await labels.tile({ level: 2, x: 0, y: 0 });
    expect([early[60 * 256 + 120], early[60 * 256 + 99], early[49 * 256 + 120]]).toEqual([
      9999,
      at(198, 120),
      at(240, 98),
    ]);
    expect([late[30 * 150 + 60], late[30 * 150 + 49]]).toEqual([9999, at(196, 120)]);
    const now = await labels.region({ left: 199, top: 139, right: 321, bottom: 141 });
    expect([now.labels[0], now.labels[1], now.labels[120], now.labels[121], now.labels[123]]).toEqual([
      at(199, 139),
      9999,
      9999,
      at(320, 139),
      at(200, 140),
    ]);
  });

  it('fetches a tile once', async () => {
    const asked: string[] = [];
    const labels = plane(asked);
    await labels.region({ left: 0, top: 0, right: 10, bottom: 10 });
    await labels.region({ left: 5, top: 5, right: 20, bottom: 20 });
    expect(asked).toEqual(['/api/files/f/tiles/0/0/0']);
  });

  it('gives all rows in bands, numbered anew', async () => {
    const labels = plane();
    const numbers = new Uint32Array(4000);
    numbers[at(599, 299)] = 5;
    const bands = [];
    for await (const band of labels.bands(numbers)) bands.push(band);
    expect(bands.map((band) => band.length)).toEqual([WIDTH * 256, WIDTH * 44]);
    expect([bands[1]!.at(-1), bands[1]!.at(-11), bands[0]![0]]).toEqual([5, 0, 0]);
  });
});
