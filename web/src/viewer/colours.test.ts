// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { recolour, tables, type Looks } from './cell_looks';
import { Cells } from './cells';
import { cellColours, labelColour, mark, packed, scaleColour } from './colours';

function distance(a: number, b: number): number {
  return Math.hypot(...[0, 8, 16].map((shift) => ((a >>> shift) & 255) - ((b >>> shift) & 255)));
}

describe('labelColour', () => {
  it('differs between labels that follow each other, as neighbours in the image mostly do', () => {
    for (let label = 1; label < 5000; label++) {
      for (const other of [1, 2, 3, 4]) {
        expect(distance(labelColour(label), labelColour(label + other)), `${label}, ${label + other}`).toBeGreaterThan(
          25,
        );
      }
    }
  });

  it('is never dark, so that it is seen on dark ground', () => {
    for (let label = 1; label < 5000; label++) {
      const colour = labelColour(label);
      expect(Math.max(colour & 255, (colour >>> 8) & 255, colour >>> 16)).toBeGreaterThan(140);
    }
  });
});

it("the scale goes from viridis' first to its last colour", () => {
  expect([scaleColour(-1), scaleColour(0), scaleColour(1)]).toEqual([0x540144, 0x540144, 0x25e7fd]);
});

describe('cellColours', () => {
  const style = { mode: 'fill', opacity: 0.5 } as const;

  it('has nothing for cells that are not shown, and for background', () => {
    const { interior, edge } = cellColours(
      3,
      style,
      (label) => label !== 2,
      () => 0xff,
    );
    expect([...interior].map(Boolean)).toEqual([false, true, false, true]);
    expect([...edge].map(Boolean)).toEqual([false, true, false, true]);
  });

  it('marks only labels that it has', () => {
    const colours = cellColours(
      1,
      style,
      () => true,
      () => 0xff,
    );
    [0, 1, 9].forEach((label) => mark(colours, label));
    expect(colours.edge[0]).toBe(0);
    expect(colours.edge[1]).toBe(packed(0xffffff, 1));
  });
});

describe('recolour', () => {
  const cells = new Cells(
    new Map([
      ['label', Float64Array.of(1, 2, 3)],
      ['area', Float64Array.of(5, 6, 7)],
    ]),
  );
  const looks = (change: Partial<Looks>): Looks => ({
    most: 5,
    style: { mode: 'outline', opacity: 0.5 },
    cells,
    shown: Uint8Array.of(1, 0, 1),
    colourBy: 'area',
    alone: null,
    selected: [],
    hovered: 0,
    ...change,
  });

  it.each([
    [looks({}), looks({ selected: [1], hovered: 3 }), [1, 3]],
    [looks({ selected: [1, 2] }), looks({ hovered: 1 }), [1, 2]],
    [
      looks({ alone: { labels: new Set([3]), colour: 0xff } }),
      looks({ alone: { labels: new Set([3]), colour: 0xff }, selected: [3] }),
      [3],
    ],
    [looks({ hovered: 2 }), looks({}), [2]],
  ])('makes the same of a few cells as new tables would (%#)', (before, after, changed) => {
    const colours = tables(before);
    recolour(colours, after, changed);
    expect(colours).toEqual(tables(after));
  });
});
