// @vitest-environment node
import { describe, expect, it } from 'vitest';
import {
  brushStroke,
  deleteCells,
  eachRun,
  growth,
  mergeCells,
  type Patch,
  patchBox,
  patchOf,
  reversed,
  splitCell,
} from './edits';
import { components, type Region } from './labels';

function region(rows: string[], left = 0, top = 0): Region {
  const width = rows[0]!.length;
  const labels = Uint32Array.from(rows.join(''), (character) => (character === '.' ? 0 : Number(character)));
  return { box: { left, top, right: left + width, bottom: top + rows.length }, width, height: rows.length, labels };
}

function apply({ box, width, labels }: Region, patch: Patch): string[] {
  const after = labels.slice();
  eachRun(patch, (x, y, length, before, then) => {
    for (let i = 0; i < length; i++) {
      const at = (y - box.top) * width + x - box.left + i;
      expect(after[at], 'what a patch was made of').toBe(before);
      after[at] = then;
    }
  });
  return Array.from({ length: after.length / width }, (_, y) =>
    [...after.subarray(y * width, (y + 1) * width)].map((v) => v || '.').join(''),
  );
}

const cells = ['11.22', '11.22', '.333.'];

describe('patches', () => {
  it("are runs within rows, in the image's coordinates", () => {
    const patch = patchOf('t', region(['1112', '1111'], 10, 20), Uint32Array.of(1, 5, 5, 5, 5, 5, 1, 1));
    expect([...patch.runs]).toEqual([11, 20, 2, 1, 5, 13, 20, 1, 2, 5, 10, 21, 2, 1, 5]);
    expect(patchBox(patch)).toEqual({ left: 10, top: 20, right: 14, bottom: 22 });
    expect([...growth(patch)]).toEqual([
      [1, -4],
      [5, 5],
      [2, -1],
    ]);
  });

  it('backwards put everything back', () => {
    const before = region(cells);
    const patch = deleteCells(before, new Set([1, 3]));
    const after = {
      ...before,
      labels: Uint32Array.from(apply(before, patch).join(''), (v) => (v === '.' ? 0 : Number(v))),
    };
    expect(apply(after, reversed(patch))).toEqual(cells);
  });

  it('of nothing have no box', () => expect(patchBox({ title: '', runs: new Uint32Array() })).toBeNull());
});

it('deleting leaves background', () => {
  expect(apply(region(cells), deleteCells(region(cells), new Set([2])))).toEqual(['11...', '11...', '.333.']);
});

it("merging gives all the first one's label", () => {
  expect(apply(region(cells), mergeCells(region(cells), new Set([3, 1]), 3))).toEqual(['33.22', '33.22', '.333.']);
});

describe('splitCell', () => {
  it('leaves the larger part its label, and no pixel to none', () => {
    const before = region(['1111111', '1111111', '2222222']);
    const after = apply(
      before,
      splitCell(
        before,
        1,
        [
          { x: 2.5, y: -3 },
          { x: 2.5, y: 5 },
        ],
        9,
      ),
    );
    expect(after[2]).toBe('2222222');
    expect(after.join('').match(/[^19]/g)?.join('')).toBe('2222222');
    expect(after[0]).toMatch(/^9{2,3}1{4,5}$/);
  });

  it.each([
    [
      [
        { x: 0, y: 0 },
        { x: 5.9, y: 5.9 },
      ],
    ],
    [
      [
        { x: 5.9, y: 0 },
        { x: 0, y: 5.9 },
      ],
    ],
    [
      [
        { x: 0, y: 3 },
        { x: 3, y: 1.2 },
        { x: 5.9, y: 4 },
      ],
    ],
  ])('cuts along a slant too, where pixels meet at corners (%#)', (line) => {
    const before = region(Array<string>(6).fill('111111'));
    const after = apply(before, splitCell(before, 1, line, 2)).join('');
    for (const label of ['1', '2']) {
      const mask = Uint8Array.from(after, (character) => Number(character === label));
      expect(components(mask, 6).sizes.length).toBe(1);
    }
  });

  it('does nothing when the line ends within, or is elsewhere', () => {
    const before = region(['11111', '11111', '11111']);
    expect(
      splitCell(
        before,
        1,
        [
          { x: 2, y: 0 },
          { x: 2, y: 1.5 },
        ],
        2,
      ).runs.length,
    ).toBe(0);
    expect(
      splitCell(
        before,
        1,
        [
          { x: 20, y: 0 },
          { x: 20, y: 9 },
        ],
        2,
      ).runs.length,
    ).toBe(0);
  });

  it('numbers three parts', () => {
    const before = region(['1111111111']);
    const after = apply(
      before,
      splitCell(
        before,
        1,
        [
          { x: 2.5, y: 0 },
          { x: 2.5, y: 0.9 },
        ],
        5,
      ),
    );
    expect(after[0]!.replace(/5+/, '5').replace(/1+/, '1')).toBe('51');
    const twice = splitCell(
      before,
      1,
      [
        { x: 1, y: -1 },
        { x: 1, y: 2 },
        { x: 8, y: 2 },
        { x: 8, y: -1 },
      ],
      5,
    );
    expect(apply(before, twice)[0]).toMatch(/^5+1+6+$/);
  });
});

describe('brushStroke', () => {
  it('draws on background alone', () => {
    const before = region(['.....', '..2..', '.....']);
    const patch = brushStroke(before, [{ x: 2.5, y: 1.5 }], { radius: 1.1, label: 7, only: 0 });
    expect(apply(before, patch)).toEqual(['..7..', '.727.', '..7..']);
  });

  it('goes along the line between points', () => {
    const before = region(['.......']);
    expect(
      apply(
        before,
        brushStroke(
          before,
          [
            { x: 1.5, y: 0.5 },
            { x: 5.5, y: 0.5 },
          ],
          { radius: 0.5, label: 3, only: 0 },
        ),
      ),
    ).toEqual(['.33333.']);
  });

  it('erases any cell, or only the one', () => {
    const before = region(['1122']);
    const point = [{ x: 2, y: 0.5 }];
    expect(apply(before, brushStroke(before, point, { radius: 1, label: null, only: 0 }))).toEqual(['1..2']);
    expect(apply(before, brushStroke(before, point, { radius: 1, label: null, only: 2 }))).toEqual(['11.2']);
  });

  it('takes places in the image', () => {
    const before = region(['....'], 100, 50);
    expect(apply(before, brushStroke(before, [{ x: 101.5, y: 50.5 }], { radius: 0.5, label: 4, only: 0 }))).toEqual([
      '.4..',
    ]);
  });
});
