// Which colour each cell has, by what the viewer shows.

import { range, type Cells } from './cells';
import { type CellColours, cellColours, labelColour, mark, type MaskStyle, scaleColour, setCell } from './colours';

// Apart for the colour-blind too: orange and sky blue of Okabe and Ito's palette, and grey. 0xBBGGRR.
export const ONLY_HERE = 0x009fe6;
export const ONLY_THERE = 0xe9b456;
const IN_BOTH = 0xb8b8b8;

export interface Looks {
  /** The largest label that occurs. */
  most: number;
  style: MaskStyle;
  cells: Cells | null;
  /** By row of `cells`. */
  shown: Uint8Array;
  /** A column, or '' for a colour of its own for each. */
  colourBy: string;
  /** In a comparison: those without a partner, and their colour. */
  alone: { labels: Set<number>; colour: number } | null;
  selected: number[];
  hovered: number;
}

/** The tables for all cells. */
export function tables(looks: Looks): CellColours {
  const { cells, shown, most, style } = looks;
  const isShown = (label: number) => {
    const row = cells ? cells.row(label) : -1;
    return row < 0 || shown[row] === 1;
  };
  const colours = cellColours(most, plainStyle(looks), isShown, colourFunction(looks), looks.selected);
  looks.alone?.labels.forEach(
    (label) => isShown(label) && setCell(colours, label, aloneStyle(style), looks.alone!.colour),
  );
  looks.selected.forEach((label) => mark(colours, label));
  if (looks.hovered > 0 && isShown(looks.hovered)) mark(colours, looks.hovered, 0.2);
  return colours;
}

/** Sets some cells of tables anew, as `tables` would. */
export function recolour(colours: CellColours, looks: Looks, labels: number[]): void {
  const colourOf = colourFunction(looks);
  for (const label of labels.filter((one) => one > 0 && one <= looks.most)) {
    const row = looks.cells ? looks.cells.row(label) : -1;
    colours.interior[label] = colours.edge[label] = 0;
    if (row >= 0 && looks.shown[row] !== 1 && !looks.selected.includes(label)) continue;
    const alone = looks.alone?.labels.has(label);
    setCell(
      colours,
      label,
      alone ? aloneStyle(looks.style) : plainStyle(looks),
      alone ? looks.alone!.colour : colourOf(label),
    );
    if (looks.selected.includes(label)) mark(colours, label);
    else if (label === looks.hovered) mark(colours, label, 0.2);
  }
}

// In a comparison what both sides have stays in the background.
function plainStyle({ alone, style }: Looks): MaskStyle {
  return alone ? { mode: 'outline', opacity: style.opacity * 0.4 } : style;
}

function aloneStyle(style: MaskStyle): MaskStyle {
  return { mode: 'fill', opacity: Math.max(0.45, style.opacity) };
}

function colourFunction({ alone, cells, colourBy }: Looks): (label: number) => number {
  if (alone) return () => IN_BOTH;
  const values = cells?.columns.get(colourBy);
  if (!cells || !values) return labelColour;
  const [low, high] = range(values);
  return (label) => {
    const value = values[cells.row(label)];
    return value === undefined || Number.isNaN(value) ? IN_BOTH : scaleColour((value - low) / (high - low || 1));
  };
}
