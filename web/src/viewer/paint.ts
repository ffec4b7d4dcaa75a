// Composes a tile's pixels: channels through their tables, then cells over them. The inner loops of the viewer.

import type { CellColours } from './colours';

/** Channels of one tile, in the file's order. */
export type Plane = Uint8Array | Uint16Array;

/** Label planes of the tiles around one, for edges that fall on its border; undefined where there is none (yet). */
export interface Neighbours {
  left?: Uint32Array | undefined;
  right?: Uint32Array | undefined;
  above?: Uint32Array | undefined;
  below?: Uint32Array | undefined;
}

/** Adds up the channels' colours. `tables` of `colourTable`, one a plane; pixels are 0xffBBGGRR. */
export function paintChannels(planes: Plane[], tables: Uint32Array[], out: Uint32Array): void {
  const [plane, table] = [planes[0], tables[0]];
  if (!plane || !table) {
    out.fill(0xff000000);
  } else if (planes.length === 1) {
    for (let i = 0; i < out.length; i++) {
      out[i] = table[plane[i]!]! | 0xff000000;
    }
  } else {
    addUp(planes, tables, out);
  }
}

function addUp(planes: Plane[], tables: Uint32Array[], out: Uint32Array): void {
  for (let i = 0; i < out.length; i++) {
    let [red, green, blue] = [0, 0, 0];
    for (let c = 0; c < planes.length; c++) {
      const color = tables[c]![planes[c]![i]!]!;
      red += color & 0xff;
      green += (color >>> 8) & 0xff;
      blue += color >>> 16;
    }
    out[i] = 0xff000000 | (Math.min(255, blue) << 16) | (Math.min(255, green) << 8) | Math.min(255, red);
  }
}

/** Lays the cells of a tile over its base. Pixels whose label has no colour stay as they are. */
export function paintCells(
  base: Uint32Array,
  labels: Uint32Array,
  width: number,
  around: Neighbours,
  colours: CellColours,
  out: Uint32Array,
): void {
  const { interior, edge } = colours;
  const height = labels.length / width;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i]!;
      if (label === 0 || label >= edge.length) {
        out[i] = base[i]!;
        continue;
      }
      const inner = x > 0 && x < width - 1 && y > 0 && y < height - 1;
      const isEdge = inner
        ? labels[i - 1] !== label ||
          labels[i + 1] !== label ||
          labels[i - width] !== label ||
          labels[i + width] !== label
        : isBorderEdge(labels, width, height, x, y, around);
      const color = isEdge ? edge[label]! : interior[label]!;
      out[i] = color === 0 ? base[i]! : blend(base[i]!, color);
    }
  }
}

function isBorderEdge(
  labels: Uint32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  around: Neighbours,
): boolean {
  const i = y * width + x;
  const label = labels[i];
  const { left, right, above, below } = around;
  const rightWidth = right ? right.length / height : 0;
  const beside = [
    x > 0 ? labels[i - 1] : left?.[y * (left.length / height) + left.length / height - 1],
    x < width - 1 ? labels[i + 1] : right?.[y * rightWidth],
    y > 0 ? labels[i - width] : above?.[above.length - width + x],
    y < height - 1 ? labels[i + width] : below?.[x],
  ];
  return beside.some((other) => other !== undefined && other !== label);
}

function blend(under: number, over: number): number {
  const share = over >>> 24;
  const [r, g, b] = [under & 0xff, (under >>> 8) & 0xff, (under >>> 16) & 0xff];
  const red = r + ((((over & 0xff) - r) * share) >> 8);
  const green = g + (((((over >>> 8) & 0xff) - g) * share) >> 8);
  const blue = b + (((((over >>> 16) & 0xff) - b) * share) >> 8);
  return 0xff000000 | (blue << 16) | (green << 8) | red;
}
