import type { Region } from '../api/types';

/** Labels of a region from [label, run, label, run, ...], row by row; runs beyond the region are cut off. */
export function decodeLabels(rle: readonly number[], region: Region): Uint32Array {
  const labels = new Uint32Array(region.width * region.height);
  let at = 0;
  for (let index = 0; index + 1 < rle.length; index += 2) {
    const run = rle[index + 1] ?? 0;
    labels.fill(rle[index] ?? 0, at, at + run);
    at += run;
  }
  return labels;
}

export interface OutlineStyle {
  /** 0xRRGGBB */
  color: number;
  /** 0 to 255, of the inside. */
  fill: number;
}

/** RGBA of the cells: their border opaque, their inside faint. */
export function paintLabels(
  labels: Uint32Array,
  width: number,
  height: number,
  style: OutlineStyle,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(new ArrayBuffer(width * height * 4));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      const label = labels[at];
      if (!label) continue;
      const border =
        (x > 0 && labels[at - 1] !== label) ||
        (x < width - 1 && labels[at + 1] !== label) ||
        (y > 0 && labels[at - width] !== label) ||
        (y < height - 1 && labels[at + width] !== label);
      pixels[at * 4] = style.color >> 16;
      pixels[at * 4 + 1] = (style.color >> 8) & 255;
      pixels[at * 4 + 2] = style.color & 255;
      pixels[at * 4 + 3] = border ? 255 : style.fill;
    }
  }
  return pixels;
}
