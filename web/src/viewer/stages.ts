// The stages of the view: one, or two that move together.

import type { Point } from './edits';
import type { Motion } from './frames';
import type { Model } from './model';
import { Side } from './side';
import type { Camera, Stage } from './stage';

export interface PointerNote {
  point: Point;
  /** On the stage, and the stage's size. Units: CSS px. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Holds the sides that are there and keeps their cameras the same. */
export class Stages {
  main: Side | null = null;
  other: Side | null = null;
  /** Told of the pointer over either side, as a place of the left one. */
  onPointer: (note: PointerNote | null) => void = () => {};
  onMotion: (motion: Motion | null) => void = () => {};
  readonly #model: Model;
  // The side that moves the other one; it is the last one that was touched.
  #leader: Side | null = null;
  #difference = -1;

  constructor(model: Model) {
    this.#model = model;
    model.show = (box) => this.#lead(this.main)?.stage.show(box);
    model.edited = (box, labels) => this.main?.edited(box, labels);
  }

  mount(element: HTMLElement, overlay: HTMLCanvasElement, right: boolean): () => void {
    const image = this.#model.image.peek()!;
    const side = new Side(element, overlay, this.#model, image, right, {
      onCamera: (from, camera) => this.#moved(from, camera),
      onPointer: (from, point, label) => this.#pointed(from, point, label),
      onMotion: (motion) => this.onMotion(motion),
    });
    element.addEventListener('pointerdown', () => this.#lead(side), true);
    element.addEventListener('wheel', () => this.#lead(side), { capture: true, passive: true });
    if (right) this.other = side;
    else this.main = side;
    void side.stage.opened.then(() => this.#place(side));
    return () => {
      if (this.#leader === side) this.#leader = null;
      if (right) this.other = null;
      else this.main = null;
      side.destroy();
    };
  }

  /** The stage that keys move. */
  lead(): Stage | undefined {
    const side = this.#leader ?? this.main;
    return this.#lead(side)?.stage;
  }

  /** While the hand is on, drags move the image whatever the tool. */
  setHand(on: boolean): void {
    if (this.main) this.main.strokes.hand = on;
  }

  actualSize(): void {
    const stage = this.#lead(this.main)?.stage;
    if (stage) stage.look({ ...stage.camera(), scale: 1 });
  }

  /** Goes to the next cell that only one side has. */
  async nextDifference(): Promise<void> {
    const comparison = this.#model.comparison.peek();
    const match = comparison?.match.peek();
    if (!comparison || !match) return;
    const count = match.onlyA.length + match.onlyB.length;
    if (count === 0) return;
    this.#difference = (this.#difference + 1) % count;
    const mine = match.onlyA[this.#difference];
    if (mine !== undefined) {
      this.#model.select([mine], true);
      return;
    }
    const box = comparison.boxes.get(match.onlyB[this.#difference - match.onlyA.length]!);
    this.#model.select([]);
    if (box) this.#model.show(box);
  }

  #lead(side: Side | null): Side | null {
    this.#leader = side;
    return side;
  }

  #place(side: Side): void {
    const camera = side === this.other ? this.main?.stage.camera() : this.#model.state.peek().camera;
    if (camera) side.stage.look(camera, true);
    if (!camera && side === this.main) this.#showSelected();
  }

  // A link to a cell leads to it, once it is known where it is.
  #showSelected(): void {
    const [cell] = this.#model.selected.peek();
    const stop =
      cell &&
      this.#model.cells.subscribe((cells) => {
        const box = cells?.box(cell);
        if (box) this.#model.show(box);
        if (cells) queueMicrotask(() => stop && stop());
      });
  }

  #moved(from: Side, camera: Camera): void {
    if (from === this.main) this.#model.camera.value = camera;
    const to = from === this.main ? this.other : this.main;
    if (!to || (this.#leader ?? this.main) !== from) return;
    const there = to.stage.camera();
    const apart = Math.max(Math.abs(there.x - camera.x), Math.abs(there.y - camera.y)) * camera.scale;
    if (apart > 1e-3 || Math.abs(there.scale / camera.scale - 1) > 1e-6) to.stage.look(camera, true);
  }

  #pointed(from: Side, point: Point | null, label: number): void {
    (from === this.main ? this.other : this.main)?.setTwin(point);
    from.setTwin(null);
    const known = from === this.main ? label : this.#model.partnerOf(label);
    if (from === this.other) this.#model.hovered.value = known;
    const { clientWidth: width, clientHeight: height } = from.stage.canvas;
    const place = point && (this.main ?? from).stage.place(point);
    this.onPointer(point && { point, ...place!, width, height });
  }
}
