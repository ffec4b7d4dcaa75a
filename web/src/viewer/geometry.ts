// Levels and tiles of an image pyramid, and lengths on the screen.

export const TILE = 256;

/** A rectangle of whole pixels; `right` and `bottom` are one past its last ones. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Width or height of level `level`, of an image that has `size` at level 0. */
export function levelSize(size: number, level: number): number {
  return Math.ceil(size / 2 ** level);
}

/** Tiles along an axis of a level. */
export function tileCount(size: number, level: number): number {
  return Math.ceil(levelSize(size, level) / TILE);
}

/** Pixels of tile `index` along an axis of a level; 0 outside. */
export function tileSpan(size: number, level: number, index: number): number {
  return Math.max(0, Math.min(TILE, levelSize(size, level) - index * TILE));
}

export function tileKey(level: number, x: number, y: number): string {
  return `${level}/${x}/${y}`;
}

/** The tiles of level 0 that a box touches, within an image of width x height. */
export function tilesOf(box: Box, width: number, height: number): { x: number; y: number }[] {
  const tiles = [];
  const inner = clip(box, width, height);
  if (isEmpty(inner)) return [];
  for (let y = Math.floor(inner.top / TILE); y * TILE < inner.bottom; y++) {
    for (let x = Math.floor(inner.left / TILE); x * TILE < inner.right; x++) {
      tiles.push({ x, y });
    }
  }
  return tiles;
}

export function clip(box: Box, width: number, height: number): Box {
  return {
    left: Math.max(0, box.left),
    top: Math.max(0, box.top),
    right: Math.min(width, box.right),
    bottom: Math.min(height, box.bottom),
  };
}

export function isEmpty(box: Box): boolean {
  return box.right <= box.left || box.bottom <= box.top;
}

export function union(a: Box, b: Box): Box {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

export function grow(box: Box, by: number): Box {
  return { left: box.left - by, top: box.top - by, right: box.right + by, bottom: box.bottom + by };
}

/** The longest of 1, 2, 5 x 10^n micrometres that fits `limit` screen pixels, and its name. */
export function scaleBar(umPerPixel: number, limit: number): { pixels: number; text: string } {
  const most = umPerPixel * limit;
  const power = 10 ** Math.floor(Math.log10(most));
  const um = [5, 2, 1].map((step) => step * power).find((length) => length <= most * (1 + 1e-9)) ?? power;
  return { pixels: um / umPerPixel, text: lengthText(um) };
}

function lengthText(um: number): string {
  const [value, unit] = um >= 1000 ? [um / 1000, 'mm'] : um >= 1 ? [um, 'µm'] : [um * 1000, 'nm'];
  return `${Number(value.toPrecision(6))} ${unit}`;
}
