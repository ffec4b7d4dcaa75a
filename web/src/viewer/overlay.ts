// What is drawn over a stage: the crosshair of the keyboard, the brush, strokes and lines that are being drawn.

import type { Point } from './edits';

export interface Marks {
  /** Of the stroke or line that is being drawn, in pixels of the stage. */
  line: Point[];
  /** Width of the stroke; 0 draws a thin line. Units: CSS px. */
  width: number;
  erases: boolean;
  /** Where the brush is; null: nowhere. */
  brush: Point | null;
  /** Whether the middle is marked, where keys act. */
  crosshair: boolean;
  /** Where the pointer is in the stage beside this one. */
  twin: Point | null;
}

/** A canvas over a stage's element that lets all events through. */
export class Overlay {
  readonly #canvas: HTMLCanvasElement;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  draw(marks: Marks): void {
    const context = this.#cleared();
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (marks.line.length > 0) stroke(context, marks);
    if (marks.brush) ring(context, marks.brush, Math.max(2, marks.width / 2));
    if (marks.crosshair) cross(context, { x: width / 2, y: height / 2 }, 12);
    if (marks.twin) cross(context, marks.twin, 8);
  }

  #cleared(): CanvasRenderingContext2D {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [this.#canvas.clientWidth * ratio, this.#canvas.clientHeight * ratio].map(Math.round);
    const context = this.#canvas.getContext('2d')!;
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width!;
      this.#canvas.height = height!;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#canvas.clientWidth, this.#canvas.clientHeight);
    return context;
  }
}

function stroke(context: CanvasRenderingContext2D, { line, width, erases }: Marks): void {
  context.beginPath();
  line.forEach(({ x, y }, i) => (i === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (line.length === 1) context.lineTo(line[0]!.x + 0.01, line[0]!.y);
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = width || 4;
  context.strokeStyle = width === 0 ? 'rgb(0 0 0 / 70%)' : erases ? 'rgb(255 90 80 / 55%)' : 'rgb(255 255 255 / 55%)';
  context.stroke();
  if (width === 0) {
    context.lineWidth = 2;
    context.strokeStyle = '#fff';
    context.stroke();
  }
}

// White on black, so that it is seen on any image.
function twice(context: CanvasRenderingContext2D): void {
  context.lineCap = 'butt';
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(0 0 0 / 65%)';
  context.stroke();
  context.lineWidth = 1.25;
  context.strokeStyle = '#fff';
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, { x, y }: Point, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  twice(context);
}

function cross(context: CanvasRenderingContext2D, { x, y }: Point, arm: number): void {
  context.beginPath();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * 3, y + dy * 3);
    context.lineTo(x + dx * arm, y + dy * arm);
  }
  twice(context);
}
