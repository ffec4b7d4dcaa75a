// A correction while it is made: edits one after the other, undone and done again, kept in the browser until saved.

import { signal } from '@preact/signals';
import type { Cells } from './cells';
import type { DraftStore } from './drafts';
import {
  type Brush,
  brushStroke,
  deleteCells,
  eachRun,
  growth,
  mergeCells,
  type Patch,
  patchBox,
  type Point,
  reversed,
  splitCell,
} from './edits';
import { encodeLabels } from './encode';
import { type Box, grow, union } from './geometry';
import { History } from './history';
import type { LabelPlane } from './label_plane';
import { measure, type Region, renumbering, type Shape } from './labels';
import { withShapes } from './scan';

// Cells are edited in a piece of the image that is held whole, 4 bytes a pixel.
const REGION_PIXELS = 4096 * 4096;

/** Where edits are kept until they are saved. */
export type Drafts = Pick<DraftStore, 'load' | 'add' | 'setDone' | 'clear'>;

/** What an edit tells the view. */
export interface EditEvents {
  /** Labels within the box changed; `cells` are those of now. */
  onEdit(cells: Cells, box: Box, changed: number[]): void;
  onProblem(message: string): void;
}

export class Editing {
  /** Grows with each change of what can be undone, done again or saved. */
  readonly version = signal(0);
  readonly #plane: LabelPlane;
  readonly #original: Cells;
  readonly #drafts: Drafts;
  readonly #events: EditEvents;
  #history = new History<Patch>();
  #cells: Cells;
  #next: number;
  // Labels that steps in force have touched: how many, and what became of them.
  readonly #touched = new Map<number, number>();
  readonly #shapes = new Map<number, Shape | null>();
  #last: Promise<void> = Promise.resolve();

  /** `cells` are those of the plane before any edit. */
  constructor(plane: LabelPlane, cells: Cells, drafts: Drafts, events: EditEvents) {
    this.#plane = plane;
    this.#original = this.#cells = cells;
    this.#drafts = drafts;
    this.#events = events;
    this.#next = cells.labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  }

  get cells(): Cells {
    return this.#cells;
  }

  get undoTitle(): string {
    return this.#history.canUndo ? this.#history.steps[this.#history.done - 1]!.title : '';
  }

  get redoTitle(): string {
    return this.#history.canRedo ? this.#history.steps[this.#history.done]!.title : '';
  }

  /** Edits in force, not saved. */
  get count(): number {
    return this.#history.done;
  }

  /** The label that a new cell gets. */
  get nextLabel(): number {
    return this.#next;
  }

  /** Takes up what was kept in the browser. Resolves with the number of edits in force. */
  restore(): Promise<number> {
    return this.#queue(async () => {
      const { steps, done } = await this.#drafts.load();
      this.#history = new History(steps, done);
      for (const step of steps.slice(0, this.#history.done)) await this.#apply(step, 1);
      for (const step of steps) eachRun(step, (_x, _y, _n, _before, after) => this.#claim(after));
      this.version.value++;
      return this.#history.done;
    }, 0);
  }

  delete(labels: number[]): Promise<boolean> {
    return this.#edit(this.#boxOf(labels), (region) => deleteCells(region, new Set(labels)));
  }

  /** Makes one cell of several; it has the first one's label. */
  merge(labels: number[]): Promise<boolean> {
    return this.#edit(this.#boxOf(labels), (region) => mergeCells(region, new Set(labels), labels[0]!));
  }

  /** False: the line does not cut the cell in two. */
  split(label: number, line: Point[]): Promise<boolean> {
    return this.#edit(this.#boxOf([label]), (region) => splitCell(region, label, line, this.#next));
  }

  /** Draws or erases along points. */
  stroke(points: Point[], brush: Brush): Promise<boolean> {
    const boxes = points.map(({ x, y }): Box => ({
      left: Math.floor(x),
      top: Math.floor(y),
      right: Math.ceil(x),
      bottom: Math.ceil(y),
    }));
    return this.#edit(grow(boxes.reduce(union), Math.ceil(brush.radius) + 1), (region) =>
      brushStroke(region, points, brush),
    );
  }

  undo(): Promise<boolean> {
    return this.#step(() => this.#history.undo(), -1);
  }

  redo(): Promise<boolean> {
    return this.#step(() => this.#history.redo(), 1);
  }

  /** Takes all edits back and forgets them. */
  discard(): Promise<boolean> {
    return this.#queue(async () => {
      for (let step = this.#history.undo(); step; step = this.#history.undo()) await this.#apply(reversed(step), -1);
      return this.#forget();
    }, false);
  }

  /** The label image of now, numbered 1, 2, 3, ... */
  async image(): Promise<Blob> {
    await this.#last;
    const numbers = renumbering(this.#cells.labels);
    const { width, height } = this.#plane;
    return encodeLabels(width, height, this.#cells.count, this.#plane.bands(numbers));
  }

  /** After saving: there is nothing left to keep in the browser. */
  saved(): Promise<boolean> {
    return this.#queue(() => this.#forget(), false);
  }

  async #forget(): Promise<boolean> {
    this.#history = new History();
    this.version.value++;
    await this.#drafts.clear().catch(() => {});
    return true;
  }

  #step(take: () => Patch | undefined, direction: 1 | -1): Promise<boolean> {
    return this.#queue(async () => {
      const step = take();
      if (!step) return false;
      await this.#apply(direction > 0 ? step : reversed(step), direction);
      this.version.value++;
      await this.#keep(() => this.#drafts.setDone(this.#history.done));
      return true;
    }, false);
  }

  #edit(box: Box | string, make: (region: Region) => Patch): Promise<boolean> {
    return this.#queue(async () => {
      if (typeof box === 'string') throw new Error(box);
      if ((box.right - box.left) * (box.bottom - box.top) > REGION_PIXELS) {
        throw new Error('That is too far apart to be edited in one go. Choose cells, or draw, closer together.');
      }
      const patch = make(await this.#plane.region(box));
      if (patch.runs.length === 0) return false;
      await this.#apply(patch, 1);
      this.#history.push(patch);
      this.version.value++;
      await this.#keep(() => this.#drafts.add(this.#history.done - 1, patch));
      return true;
    }, false);
  }

  #boxOf(labels: number[]): Box | string {
    const boxes = labels.map((label) => this.#cells.box(label));
    if (boxes.length === 0) return 'Select a cell first.';
    if (boxes.some((box) => !box))
      return 'It is not known yet where that cell ends. Wait until all cells are measured.';
    return (boxes as Box[]).reduce(union);
  }

  // One at a time, in order; what fails is told and leaves things as they were.
  #queue<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    const run = this.#last.then(work).catch((error: unknown) => {
      this.#events.onProblem(error instanceof Error ? error.message : String(error));
      return otherwise;
    });
    this.#last = run.then(() => {});
    return run;
  }

  async #keep(write: () => Promise<void>): Promise<void> {
    await write().catch(() => {
      this.#events.onProblem('This browser does not keep your edits: save them before you close the page.');
    });
  }

  #claim(label: number): void {
    this.#next = Math.max(this.#next, label + 1);
  }

  async #apply(patch: Patch, direction: 1 | -1): Promise<void> {
    const box = patchBox(patch);
    if (!box) return;
    const labels = [...growth(patch).keys()];
    const around = labels.map((label) => this.#cells.box(label)).filter((other): other is Box => other !== null);
    await this.#plane.apply(patch);
    const shapes = new Map<number, Shape>();
    measure(await this.#plane.region(around.reduce(union, box)), shapes);
    for (const label of labels) this.#touch(label, shapes.get(label) ?? null, direction);
    this.#cells = withShapes(this.#original, this.#shapes);
    this.#events.onEdit(this.#cells, box, labels);
  }

  #touch(label: number, shape: Shape | null, direction: 1 | -1): void {
    this.#claim(label);
    const times = (this.#touched.get(label) ?? 0) + direction;
    this.#touched.set(label, times);
    // Nothing in force has touched it: it is again what the server has measured.
    if (times > 0) this.#shapes.set(label, shape);
    else this.#shapes.delete(label);
  }
}
