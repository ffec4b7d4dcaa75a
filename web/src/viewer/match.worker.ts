// Counts the overlaps of two labellings off the page's thread. Told pairs of tiles, then 'match'; answers `Matched`.

import { type Box, TILE } from './geometry';
import { measure, type Shape } from './labels';
import { type Match, Overlaps } from './matching';

/** The labels of one tile in both, and its place among the tiles. */
export interface TilePair {
  a: Uint32Array;
  b: Uint32Array;
  x: number;
  y: number;
  width: number;
}

export interface Matched {
  match: Match;
  /** Where the cells are that only b has. */
  boxes: [number, Box][];
}

const overlaps = new Overlaps();
const shapes = new Map<number, Shape>();

self.addEventListener('message', ({ data }: MessageEvent<TilePair | 'match'>) => {
  if (data === 'match') {
    const match = overlaps.match();
    const boxes = match.onlyB.map((label): [number, Box] => [label, shapes.get(label)!.box]);
    self.postMessage({ match, boxes } satisfies Matched);
    return;
  }
  const { a, b, x, y, width } = data;
  const [left, top, height] = [x * TILE, y * TILE, b.length / width];
  overlaps.add(a, b);
  measure({ box: { left, top, right: left + width, bottom: top + height }, width, height, labels: b }, shapes);
});
