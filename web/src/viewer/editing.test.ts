// @vitest-environment node
import { inflateSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../api/client';
import type { FileView } from '../api/types';
import { Cells } from './cells';
import type { Draft } from './drafts';
import { type Drafts, Editing } from './editing';
import type { Patch } from './edits';
import type { Box } from './geometry';
import { LabelPlane } from './label_plane';
import { TileFile } from './tiles';

const WIDTH = 40;
const HEIGHT = 20;

/** Squares of 10 x 10 with one pixel between them, numbered 1 to 8; the server measured them with a confidence. */
const at = (x: number, y: number) =>
  x % 10 === 9 || y % 10 === 9 ? 0 : 1 + Math.floor(x / 10) + 4 * Math.floor(y / 10);

function plane(): LabelPlane {
  const view = {
    kind: 'labels',
    width: WIDTH,
    height: HEIGHT,
    levels: 1,
    sample: 'uint32',
    depth: 1,
    times: 1,
    channels: [],
  } as unknown as FileView;
  const labels = Uint32Array.from({ length: WIDTH * HEIGHT }, (_, i) => at(i % WIDTH, Math.floor(i / WIDTH)));
  const client = { response: async () => new Response(labels.slice().buffer) } as unknown as Client;
  return new LabelPlane(new TileFile(client, 'f', view));
}

function measured(): Cells {
  const rows = Array.from({ length: 8 }, (_, i) => i);
  const column = (value: (i: number) => number) => Float64Array.from(rows, value);
  return new Cells(
    new Map([
      ['label', column((i) => i + 1)],
      ['bbox-0', column((i) => 10 * Math.floor(i / 4))],
      ['bbox-1', column((i) => 10 * (i % 4))],
      ['bbox-2', column((i) => 10 * Math.floor(i / 4) + 9)],
      ['bbox-3', column((i) => 10 * (i % 4) + 9)],
      ['area', column(() => 81)],
      ['cell_probability', column((i) => i / 8)],
    ]),
  );
}

class MemoryDrafts implements Drafts {
  steps: Patch[] = [];
  done = 0;
  async load(): Promise<Draft> {
    return { steps: this.steps.slice(), done: this.done };
  }
  async add(index: number, step: Patch): Promise<void> {
    this.steps.splice(index, Infinity, step);
    this.done = index + 1;
  }
  async setDone(count: number): Promise<void> {
    this.done = count;
  }
  async clear(): Promise<void> {
    this.steps = [];
    this.done = 0;
  }
}

let drafts: MemoryDrafts;
let problems: string[];
let edits: { box: Box; changed: number[] }[];

function edit(labels = plane()): Editing {
  return new Editing(labels, measured(), drafts, {
    onEdit: (_cells, box, changed) => edits.push({ box, changed }),
    onProblem: (message) => problems.push(message),
  });
}

beforeEach(() => {
  drafts = new MemoryDrafts();
  problems = [];
  edits = [];
});

describe('Editing', () => {
  it('takes deleted cells out of the table, and undo brings them back as they were measured', async () => {
    const editing = edit();
    expect(await editing.delete([2, 3])).toBe(true);
    expect([...editing.cells.labels]).toEqual([1, 4, 5, 6, 7, 8]);
    expect(edits[0]).toEqual({ box: { left: 10, top: 0, right: 29, bottom: 9 }, changed: [2, 3] });
    await editing.undo();
    expect(editing.cells.value(3, 'cell_probability')).toBe(0.25);
    expect([editing.undoTitle, editing.redoTitle]).toEqual(['', 'Delete 2 cells']);
  });

  it('measures what it changed, and does not claim to know the rest', async () => {
    const editing = edit();
    await editing.merge([1, 2]);
    expect([editing.cells.value(1, 'area'), editing.cells.value(1, 'cell_probability')]).toEqual([162, NaN]);
    expect(editing.cells.box(1)).toEqual({ left: 0, top: 0, right: 19, bottom: 9 });
    expect(editing.cells.value(4, 'cell_probability')).toBe(0.375);
  });

  it('gives what is split off and drawn new labels', async () => {
    const editing = edit();
    expect(
      await editing.split(1, [
        { x: 3.5, y: -1 },
        { x: 3.5, y: 12 },
      ]),
    ).toBe(true);
    expect(editing.cells.value(1, 'area') + editing.cells.value(9, 'area')).toBe(81);
    expect(editing.nextLabel).toBe(10);
    await editing.stroke([{ x: 19.5, y: 19.5 }], { radius: 0.5, label: editing.nextLabel, only: 0 });
    expect(editing.cells.value(10, 'area')).toBe(1);
  });

  it('counts what changes nothing as no edit', async () => {
    const editing = edit();
    expect(
      await editing.split(1, [
        { x: 3, y: 3 },
        { x: 5, y: 5 },
      ]),
    ).toBe(false);
    expect(await editing.stroke([{ x: 9.5, y: 9.5 }], { radius: 0.4, label: null, only: 0 })).toBe(false);
    expect([editing.count, edits.length, problems.length]).toEqual([0, 0, 0]);
  });

  it('takes up after a reload where it was, with what can be done again', async () => {
    const first = edit();
    await first.delete([1]);
    await first.delete([2]);
    await first.delete([3]);
    await first.undo();
    const second = edit();
    expect(await second.restore()).toBe(2);
    expect([...second.cells.labels]).toEqual([3, 4, 5, 6, 7, 8]);
    expect(second.redoTitle).toBe('Delete cell 3');
    await second.undo();
    expect(second.cells.value(2, 'area')).toBe(81);
  });

  it('discards all', async () => {
    const editing = edit();
    await editing.delete([1]);
    await editing.merge([5, 6]);
    await editing.discard();
    expect([editing.cells.count, editing.count, editing.redoTitle, drafts.steps.length]).toEqual([8, 0, '', 0]);
    expect(editing.cells.value(6, 'cell_probability')).toBe(0.625);
  });

  it('does edits that were asked for at once one after the other', async () => {
    const editing = edit();
    await Promise.all([editing.delete([1]), editing.merge([2, 3]), editing.undo(), editing.delete([4])]);
    expect([...editing.cells.labels]).toEqual([2, 3, 5, 6, 7, 8]);
    expect(editing.count).toBe(2);
  });

  it('writes labels without gaps', async () => {
    const editing = edit();
    await editing.delete([1, 3]);
    const bytes = Buffer.from(await (await editing.image()).arrayBuffer());
    const parts: Buffer[] = [];
    for (let chunk = bytes.indexOf('IDAT'); chunk >= 0; chunk = bytes.indexOf('IDAT', chunk + 4)) {
      parts.push(bytes.subarray(chunk + 4, chunk + 4 + bytes.readUInt32BE(chunk - 4)));
    }
    const rows = inflateSync(Buffer.concat(parts));
    const firstRow = Array.from({ length: WIDTH }, (_, x) => rows.readUInt16BE(1 + 2 * x));
    expect([firstRow[0], firstRow[10], firstRow[20], firstRow[30]]).toEqual([0, 1, 0, 2]);
  });

  it('goes on when the browser keeps nothing, and says so', async () => {
    drafts.add = () => Promise.reject(new Error('full'));
    const editing = edit();
    expect(await editing.delete([1])).toBe(true);
    expect(problems).toEqual(['This browser does not keep your edits: save them before you close the page.']);
  });

  it('says what to do without a cell', async () => {
    const editing = edit();
    expect(await editing.delete([])).toBe(false);
    expect(problems).toEqual(['Select a cell first.']);
  });
});
