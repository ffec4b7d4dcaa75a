// Colours of cells: each label's own, or a scale over a measurement. Packed as 0xAABBGGRR, as canvases have them.

/** Which cells are shown, and how. Index: the label. */
export interface CellColours {
  interior: Uint32Array;
  edge: Uint32Array;
}

export interface MaskStyle {
  mode: 'fill' | 'outline';
  /** Of the masks, 0 to 1. */
  opacity: number;
}

const WHITE = 0xffffff;

/** A well-mixed number of a label, 32 bits. Source: "lowbias32" of Chris Wellons' hash prospector. */
export function hash(label: number): number {
  let x = label >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/**
 * A label's own colour. Labels near each other in number are mostly near each other in the image, so the hue goes on by
 * the golden angle, which keeps any few labels in a row apart; the hash varies lightness and saturation.
 */
export function labelColour(label: number): number {
  const hue = (label * 0.6180339887) % 1;
  const mix = hash(label);
  return hsl(hue, 0.72 + 0.28 * ((mix & 0xff) / 255), 0.52 + 0.16 * (((mix >>> 8) & 0xff) / 255));
}

/** Hue, saturation and lightness, each 0 to 1, as 0xBBGGRR. */
export function hsl(hue: number, saturation: number, lightness: number): number {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const part = (n: number) => {
    const k = (n + hue * 12) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return part(0) | (part(8) << 8) | (part(4) << 16);
}

// Source: viridis of matplotlib (CC0), nine points of it.
const VIRIDIS = [0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725];

/** A colour of viridis at `share`, 0 to 1, as 0xBBGGRR. */
export function scaleColour(share: number): number {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const lower = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [VIRIDIS[lower]!, VIRIDIS[lower + 1]!];
  const part = (shift: number) => {
    const [a, b] = [(from >>> shift) & 0xff, (to >>> shift) & 0xff];
    return Math.round(a + (b - a) * (at - lower));
  };
  return part(16) | (part(8) << 8) | (part(0) << 16);
}

export function packed(color: number, opacity: number): number {
  return ((Math.round(255 * Math.min(1, Math.max(0, opacity))) << 24) | color) >>> 0;
}

/** `0xBBGGRR` as a CSS colour. */
export function css(color: number): string {
  return `rgb(${color & 0xff} ${(color >>> 8) & 0xff} ${(color >>> 16) & 0xff})`;
}

/**
 * The tables of all cells, for labels up to `most`. `shown` and `colourOf` are asked once a label; cells of `marked`
 * are drawn in white.
 */
export function cellColours(
  most: number,
  style: MaskStyle,
  shown: (label: number) => boolean,
  colourOf: (label: number) => number,
  marked: Iterable<number> = [],
): CellColours {
  const colours = { interior: new Uint32Array(most + 1), edge: new Uint32Array(most + 1) };
  for (let label = 1; label <= most; label++) {
    if (shown(label)) {
      setCell(colours, label, style, colourOf(label));
    }
  }
  for (const label of marked) {
    mark(colours, label);
  }
  return colours;
}

/** Sets one cell to its plain look. */
export function setCell(colours: CellColours, label: number, style: MaskStyle, colour: number): void {
  const edge = style.opacity * 0.55 + 0.45;
  colours.interior[label] = style.mode === 'fill' ? packed(colour, style.opacity) : 0;
  colours.edge[label] = style.opacity > 0 ? packed(colour, edge) : 0;
}

/** Draws a cell as the one that is meant: a white edge on a light veil. Labels without colours are left out. */
export function mark(colours: CellColours, label: number, veil = 0.35): void {
  if (label > 0 && label < colours.edge.length) {
    colours.interior[label] = packed(WHITE, veil);
    colours.edge[label] = packed(WHITE, 1);
  }
}
