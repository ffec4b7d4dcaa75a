// One side of the view: a stage that follows the model. The right side is there in a comparison.

import { effect, untracked } from '@preact/signals';
import { ONLY_HERE, ONLY_THERE, recolour, type Looks, tables } from './cell_looks';
import type { CellColours } from './colours';
import type { Point } from './edits';
import type { Motion } from './frames';
import type { Box } from './geometry';
import type { Model } from './model';
import { Overlay } from './overlay';
import { type Camera, Stage } from './stage';
import { labelAlong, Strokes } from './strokes';
import type { TileFile } from './tiles';

export interface SideEvents {
  onCamera(side: Side, camera: Camera): void;
  onPointer(side: Side, point: Point | null, label: number): void;
  onMotion(motion: Motion | null): void;
}

export class Side {
  readonly stage: Stage;
  readonly strokes: Strokes;
  readonly #model: Model;
  readonly #right: boolean;
  readonly #overlay: Overlay;
  readonly #stop: (() => void)[] = [];
  #colours: CellColours | null = null;
  #pointer: Point | null = null;
  #twin: Point | null = null;
  #marked: number[] = [];

  constructor(
    element: HTMLElement,
    overlay: HTMLCanvasElement,
    model: Model,
    image: TileFile,
    right: boolean,
    events: SideEvents,
  ) {
    this.#model = model;
    this.#right = right;
    this.#overlay = new Overlay(overlay);
    this.strokes = new Strokes(model, () => this.#drawOverlay());
    this.strokes.under = (points) => labelAlong(points, (point) => this.stage.labelAt(point));
    this.stage = new Stage(element, image, model.look.peek(), {
      onHover: (point) => this.#hover(point, events),
      onClick: (point, event) => this.#click(point, event),
      onStroke: (kind, point) => this.#stroke(kind, point),
      onDraw: (camera) => {
        events.onCamera(this, camera);
        this.#drawOverlay();
      },
      onMotion: (motion) => events.onMotion(motion),
      onProblem: (error) => model.fail(error),
    });
    this.#follow();
  }

  destroy(): void {
    this.#stop.forEach((stop) => stop());
    this.stage.destroy();
  }

  /** Shows where the pointer is in the other side. */
  setTwin(point: Point | null): void {
    this.#twin = point;
    this.#drawOverlay();
  }

  /** Labels within a box changed in place. */
  edited(box: Box, labels: number[]): void {
    this.#recolour(labels);
    this.stage.pictures.labelsEdited(box);
    if (this.#pointer) this.#model.hovered.value = this.stage.labelAt(this.#pointer);
  }

  /** Acts at the middle, as a click there would. */
  async key(additional: boolean): Promise<void> {
    const { x, y } = this.stage.camera();
    if (this.strokes.draws && !this.#right) await this.strokes.key({ x, y });
    else this.#choose(this.stage.labelAt({ x, y }), additional);
  }

  #follow(): void {
    const model = this.#model;
    const { pictures } = this.stage;
    const on = (follow: () => void) => this.#stop.push(effect(follow));
    on(() => pictures.setLook(model.look.value));
    on(() => pictures.setLabels(this.#right ? (model.comparison.value?.labels ?? null) : model.labels.value));
    on(() => this.#colour());
    on(() => {
      const [selected, hovered] = [model.selected.value, model.hovered.value];
      untracked(() => this.#markAnew(selected, hovered));
    });
    on(() => {
      model.brush.value;
      model.keyboard.value;
      untracked(() => this.#drawOverlay());
    });
    on(() => {
      if (model.tool.value) untracked(() => this.strokes.cancel());
    });
  }

  // Follows all that all cells' colours depend on; what is selected and hovered is followed apart.
  #colour(): void {
    const model = this.#model;
    const looks = this.#looks(model.selected.peek(), model.hovered.peek());
    this.#marked = [...looks.selected, looks.hovered];
    this.#colours = model.masks.value.visible ? tables(looks) : null;
    this.stage.pictures.setColours(this.#colours);
  }

  #looks(selected: number[], hovered: number): Looks {
    const model = this.#model;
    const match = model.comparison.value?.match.value ?? null;
    const labels = this.#right ? model.comparison.value?.labels : model.labels.value;
    const cells = this.#right ? null : model.cells.value;
    const alone = match && new Set(this.#right ? match.onlyB : match.onlyA);
    // Room for the labels that edits make, so that not each of them makes new tables.
    const most = Math.max(labels?.file.view.objects ?? 0, cells?.labels.at(-1) ?? 0) + 256;
    return {
      most,
      cells,
      shown: model.shown.value,
      style: model.masks.value,
      colourBy: model.colourBy.value,
      alone: alone && { labels: alone, colour: this.#right ? ONLY_THERE : ONLY_HERE },
      selected: this.#right ? model.partners(selected) : selected,
      hovered: this.#right ? 0 : hovered,
    };
  }

  #markAnew(selected: number[], hovered: number): void {
    const marked = [...(this.#right ? this.#model.partners(selected) : selected), this.#right ? 0 : hovered];
    const before = this.#marked;
    this.#marked = marked;
    this.#recolour(
      [...new Set([...before, ...marked])].filter(
        (label) => before.includes(label) !== marked.includes(label) || marked.includes(label),
      ),
    );
  }

  #recolour(labels: number[]): void {
    const colours = this.#colours;
    if (!colours || labels.length === 0) return;
    const looks = this.#looks(this.#model.selected.peek(), this.#model.hovered.peek());
    if (labels.some((label) => label >= colours.edge.length)) {
      this.#colour();
    } else {
      recolour(colours, { ...looks, most: colours.edge.length - 1 }, labels);
      this.stage.pictures.cellsRecoloured(labels);
    }
  }

  #hover(point: Point | null, events: SideEvents): void {
    this.#pointer = point;
    const label = point && this.#model.masks.peek().visible ? this.stage.labelAt(point) : 0;
    if (!this.#right) this.#model.hovered.value = label;
    events.onPointer(this, point, label);
    this.#drawOverlay();
  }

  #click(point: Point, event: MouseEvent): void {
    if (this.strokes.draws && !this.#right) return;
    this.#choose(this.stage.labelAt(point), event.shiftKey || event.ctrlKey || event.metaKey);
  }

  #choose(found: number, additional: boolean): void {
    const label = this.#right ? this.#model.partnerOf(found) : found;
    if (additional && label) this.#model.toggle(label);
    else if (!additional) this.#model.select(label ? [label] : []);
  }

  #stroke(kind: 'press' | 'move' | 'release' | 'cancel', point: Point): boolean {
    if (this.#right) return false;
    if (kind === 'press') return this.strokes.press(point);
    this.#pointer = point;
    if (kind === 'cancel') this.strokes.cancel();
    else if (kind === 'move') this.strokes.move(point);
    else void this.strokes.release();
    return true;
  }

  #drawOverlay(): void {
    const model = this.#model;
    const tool = model.tool.peek();
    const { x, y, scale } = this.stage.camera();
    const points = this.strokes.points.length > 0 ? this.strokes.points : this.strokes.ended;
    const half = tool === 'split' && this.strokes.points.length === 1 && model.keyboard.peek();
    const draws = this.strokes.draws && !this.#right;
    const brushes = draws && tool !== 'split';
    this.#overlay.draw({
      line: (half ? [...points, { x, y }] : points).map((point) => this.stage.place(point)),
      width: brushes ? Math.max(1, model.brush.peek() * scale) : 0,
      erases: tool === 'erase',
      brush: brushes && this.#pointer ? this.stage.place(this.#pointer) : null,
      crosshair: model.keyboard.peek() && !this.#right,
      twin: this.#twin && this.stage.place(this.#twin),
    });
  }
}
