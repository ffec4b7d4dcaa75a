// The labels of one image as they are now: the server's tiles with the edits laid over them.

import { eachRun, type Patch, patchBox } from './edits';
import { type Box, clip, levelSize, TILE, tileKey, tilesOf } from './geometry';
import type { Region } from './labels';
import type { TileFile, TilePlace } from './tiles';

// 256 KiB a tile.
const KEPT_TILES = 300;

/** Labels by tile and by region. Tiles that are handed out change in place with edits. */
export class LabelPlane {
  readonly file: TileFile;
  // In the order of their last use.
  readonly #kept = new Map<string, Uint32Array>();
  // Level 0, never dropped.
  readonly #edited = new Map<string, TilePlace & { labels: Uint32Array }>();

  constructor(file: TileFile) {
    this.file = file;
  }

  get width(): number {
    return this.file.view.width;
  }

  get height(): number {
    return this.file.view.height;
  }

  async tile(place: TilePlace, signal?: AbortSignal): Promise<Uint32Array> {
    const known = this.peek(place);
    if (known) return known;
    const labels = await this.file.labels(place, signal);
    // Edits may have come meanwhile, even this tile.
    const edited = this.peek(place);
    if (edited) return edited;
    if (place.level > 0) {
      for (const tile of this.#edited.values()) this.#sample(tile, place, labels);
    }
    this.#keep(tileKey(place.level, place.x, place.y), labels);
    return labels;
  }

  /** A tile that is here already. */
  peek({ level, x, y }: TilePlace): Uint32Array | undefined {
    const key = tileKey(level, x, y);
    const edited = level === 0 ? this.#edited.get(key)?.labels : undefined;
    return edited ?? this.#kept.get(key);
  }

  /** The labels of a box, cut to the image. */
  async region(wanted: Box): Promise<Region> {
    const box = clip(wanted, this.width, this.height);
    const [width, height] = [Math.max(0, box.right - box.left), Math.max(0, box.bottom - box.top)];
    const region = { box, width, height, labels: new Uint32Array(width * height) };
    await Promise.all(
      tilesOf(box, this.width, this.height).map(async ({ x, y }) => {
        copy(await this.tile({ level: 0, x, y }), x, y, this.#tileWidth(0, x), region);
      }),
    );
    return region;
  }

  /** Lays a patch over the tiles of all levels. Its tiles of level 0 are fetched first. */
  async apply(patch: Patch): Promise<void> {
    const box = patchBox(patch);
    if (!box) return;
    const touched = tilesOf(box, this.width, this.height);
    await Promise.all(touched.map(async ({ x, y }) => this.#pin(x, y, await this.tile({ level: 0, x, y }))));
    eachRun(patch, (x, y, length, _before, after) => this.#fill(x, y, length, after));
    const edited = touched.map(({ x, y }) => this.#edited.get(tileKey(0, x, y))!);
    for (const [key, labels] of this.#kept) {
      const [level, x, y] = key.split('/').map(Number) as [number, number, number];
      if (level > 0) edited.forEach((tile) => this.#sample(tile, { level, x, y }, labels));
    }
  }

  /** All rows from the top down, in bands of a tile's height; `numbers` gives each label its new number. */
  async *bands(numbers: Uint32Array): AsyncGenerator<Uint32Array> {
    for (let top = 0; top < this.height; top += TILE) {
      const { labels } = await this.region({ left: 0, top, right: this.width, bottom: top + TILE });
      for (let i = 0; i < labels.length; i++) labels[i] = numbers[labels[i]!] ?? 0;
      yield labels;
    }
  }

  #tileWidth(level: number, x: number): number {
    return Math.min(TILE, levelSize(this.width, level) - x * TILE);
  }

  #keep(key: string, labels: Uint32Array): void {
    this.#kept.set(key, labels);
    if (this.#kept.size > KEPT_TILES) this.#kept.delete(this.#kept.keys().next().value!);
  }

  #pin(x: number, y: number, labels: Uint32Array): void {
    const key = tileKey(0, x, y);
    if (!this.#edited.has(key)) this.#edited.set(key, { level: 0, x, y, labels });
  }

  #fill(x: number, y: number, length: number, label: number): void {
    for (let at = x; at < x + length;) {
      const column = Math.floor(at / TILE);
      const end = Math.min(x + length, (column + 1) * TILE);
      const tile = this.#edited.get(tileKey(0, column, Math.floor(y / TILE)));
      const row = (y % TILE) * this.#tileWidth(0, column);
      tile?.labels.fill(label, row + at - column * TILE, row + end - column * TILE);
      at = end;
    }
  }

  // Sets the pixels of a higher level's tile that stand for those of an edited tile: one of 2 x 2, as the server does.
  #sample(from: TilePlace & { labels: Uint32Array }, { level, x, y }: TilePlace, labels: Uint32Array): void {
    const step = 2 ** level;
    const [width, fromWidth] = [this.#tileWidth(level, x), this.#tileWidth(0, from.x)];
    const [height, fromHeight] = [labels.length / width, from.labels.length / fromWidth];
    const first = (edge: number) => Math.ceil(edge / step);
    const bottom = Math.min(first(from.y * TILE + fromHeight), y * TILE + height);
    const right = Math.min(first(from.x * TILE + fromWidth), x * TILE + width);
    for (let row = Math.max(first(from.y * TILE), y * TILE); row < bottom; row++) {
      for (let column = Math.max(first(from.x * TILE), x * TILE); column < right; column++) {
        const source = (row * step - from.y * TILE) * fromWidth + column * step - from.x * TILE;
        labels[(row - y * TILE) * width + column - x * TILE] = from.labels[source]!;
      }
    }
  }
}

// Copies what a tile of level 0 shares with a region.
function copy(labels: Uint32Array, x: number, y: number, tileWidth: number, { box, width, labels: out }: Region): void {
  const [left, top] = [x * TILE, y * TILE];
  const bottom = Math.min(box.bottom, top + labels.length / tileWidth);
  const [from, to] = [Math.max(box.left, left), Math.min(box.right, left + tileWidth)];
  for (let row = Math.max(box.top, top); row < bottom; row++) {
    const start = (row - top) * tileWidth - left;
    out.set(labels.subarray(start + from, start + to), (row - box.top) * width + from - box.left);
  }
}
