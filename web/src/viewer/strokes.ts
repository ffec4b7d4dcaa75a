// What a tool does with a press, moves and a release: strokes of the brush, lines that split.

import type { Point } from './edits';
import type { Model } from './model';

/** The stroke or line that is being drawn. Points in pixels of the image. */
export class Strokes {
  points: Point[] = [];
  /** The last one, until it has changed the labels. */
  ended: Point[] = [];
  /** Whether drags move the image for now. */
  hand = false;
  readonly #model: Model;
  readonly #changed: () => void;

  constructor(model: Model, changed: () => void) {
    this.#model = model;
    this.#changed = changed;
  }

  /** Whether the tool draws, so that a drag is its own. */
  get draws(): boolean {
    return this.#model.tool.peek() !== 'select' && this.#model.editing.peek() !== null;
  }

  press(point: Point): boolean {
    if (!this.draws || this.hand) return false;
    this.points = [point];
    this.#changed();
    return true;
  }

  move(point: Point): void {
    if (this.points.length === 0) return;
    this.points.push(point);
    this.#changed();
  }

  async release(): Promise<void> {
    const points = this.points;
    // The next stroke may begin before this one has changed the labels; until then it is still shown.
    this.points = [];
    if (points.length === 0) return;
    this.ended = points;
    await this.apply(points);
    if (this.ended === points) this.ended = [];
    this.#changed();
  }

  /** Forgets what is being drawn. */
  cancel(): void {
    this.points = [];
    this.#changed();
  }

  /** Enter at the crosshair: a dab of the brush; with the knife the first end of a line, then the other. */
  async key(point: Point): Promise<void> {
    if (this.#model.tool.peek() !== 'split') {
      await this.apply([point]);
    } else if (this.points.length === 0) {
      this.press(point);
      this.#model.notice.value = 'First end of the cut. Move on with the arrow keys and press Enter for the other end.';
    } else {
      this.points.push(point);
      await this.release();
    }
  }

  async apply(points: Point[]): Promise<void> {
    const model = this.#model;
    const editing = model.editing.peek();
    const [cell = 0] = model.selected.peek();
    if (!editing) return;
    if (model.tool.peek() === 'split') {
      if (points.length > 1) await this.#split(points, cell);
      return;
    }
    const draws = model.tool.peek() === 'draw';
    const label = draws ? cell || editing.nextLabel : null;
    const done = await editing.stroke(points, {
      radius: Math.max(0.5, model.brush.peek() / 2),
      label,
      only: draws ? 0 : cell,
    });
    if (done && draws && !cell) model.select([label!]);
  }

  async #split(points: Point[], selected: number): Promise<void> {
    const model = this.#model;
    const editing = model.editing.peek()!;
    const cell = selected || this.under(points);
    if (!cell) {
      model.notice.value = 'Draw the line across a cell, or select the cell first.';
    } else if (!(await editing.split(cell, points))) {
      model.notice.value = `The line does not cut cell ${cell} in two. Draw it from one side to the other.`;
    }
  }

  /** Set by the stage: the label that most of a line lies on. */
  under: (points: Point[]) => number = () => 0;
}

/** The label that occurs most along a line, looked up at steps of half a pixel; 0 for none. */
export function labelAlong(points: Point[], labelAt: (point: Point) => number): number {
  const counts = new Map<number, number>();
  points.slice(1).forEach((to, n) => {
    const from = points[n]!;
    const steps = Math.min(2000, Math.max(1, Math.ceil(2 * Math.hypot(to.x - from.x, to.y - from.y))));
    for (let step = 0; step <= steps; step++) {
      const share = step / steps;
      const label = labelAt({ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share });
      if (label > 0) counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  });
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
