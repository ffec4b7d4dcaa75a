// The pictures of tiles: samples through contrast and colour, with the cells over them.

import type { Slice } from '../planes';
import type { CellColours } from './colours';
import { colourTable, type Window } from './contrast';
import { type Box, TILE, tileKey } from './geometry';
import type { LabelPlane } from './label_plane';
import { type Neighbours, paintCells, paintChannels, type Plane } from './paint';
import type { TileFile, TilePlace } from './tiles';

/** How one channel is shown. */
export interface ChannelLook extends Window {
  color: string;
  visible: boolean;
}

export interface ImageLook extends Slice {
  channels: ChannelLook[];
}

/** How a file's channels are shown at first: the server's contrast and colours, photos as they are. */
export function firstLooks({ view }: TileFile): ChannelLook[] {
  return view.channels.map((channel, n) => ({
    low: view.rgb ? 0 : channel.low,
    high: view.rgb ? 255 : channel.high,
    gamma: 1,
    color: channel.color,
    visible: view.rgb || n < 6,
  }));
}

interface Picture {
  place: TilePlace;
  context: CanvasRenderingContext2D;
  /** By channel; undefined: not fetched. */
  planes: (Plane | undefined)[];
  slice: string;
  labels: Uint32Array | null;
  labelsOf: LabelPlane | null;
  base: Uint32Array;
  /** The versions that `base` and the canvas are of. */
  baseOf: number;
  cellsOf: number;
  fetching: boolean;
}

// Up to this many channels come at once, so that they can be shown and hidden without a wait.
const FETCH_ALL_CHANNELS = 4;

/**
 * Holds a canvas for each tile that is on the screen or was lately. A change of looks only notes that canvases are old;
 * each is painted again when it is about to be drawn (`refresh`).
 */
export class Pictures {
  readonly #image: TileFile;
  readonly #changed: () => void;
  readonly #pictures = new Map<string, Picture>();
  #look: ImageLook;
  #tables: Uint32Array[] = [];
  #shown: number[] = [];
  #labels: LabelPlane | null = null;
  #colours: CellColours | null = null;
  #buffer: ImageData | null = null;
  #baseVersion = 0;
  #cellsVersion = 0;

  /** `changed` is called when something has to be drawn again; `image` is one of pixels. */
  constructor(image: TileFile, look: ImageLook, changed: () => void) {
    this.#image = image;
    this.#changed = changed;
    this.#look = look;
    this.setLook(look);
  }

  setLook(look: ImageLook): void {
    const { view } = this.#image;
    this.#look = look;
    this.#shown = look.channels.flatMap(({ visible }, channel) => (visible ? [channel] : []));
    this.#tables = this.#shown.map((channel) => {
      const { minimum, maximum } = view.channels[channel]!;
      const count = view.sample === 'uint8' ? 256 : 65536;
      const stretched = view.stretched === true;
      return colourTable(
        count,
        look.channels[channel]!,
        look.channels[channel]!.color,
        stretched ? minimum : 0,
        stretched ? (maximum - minimum) / 65535 : 1,
      );
    });
    this.#baseVersion++;
    this.#changed();
  }

  setLabels(labels: LabelPlane | null): void {
    this.#labels = labels;
    this.cellsChanged();
  }

  /** null hides the cells. */
  setColours(colours: CellColours | null): void {
    this.#colours = colours;
    this.cellsChanged();
  }

  /** Colours were changed in place. */
  cellsChanged(): void {
    this.#cellsVersion++;
    this.#changed();
  }

  /** Labels within a box were edited. */
  labelsEdited(box: Box): void {
    for (const picture of this.#pictures.values()) {
      const { level, x, y } = picture.place;
      const side = TILE * 2 ** level;
      if (box.right < x * side || box.left > (x + 1) * side || box.bottom < y * side || box.top > (y + 1) * side)
        continue;
      picture.cellsOf = -1;
      const labels = this.#labels?.peek(picture.place);
      if (labels) picture.labels = labels;
      else picture.labelsOf = null;
    }
    this.#changed();
  }

  /** The colours of some cells were changed in place: only tiles that have them are painted again. */
  cellsRecoloured(labels: number[]): void {
    const wanted = labels.filter((label) => label > 0);
    for (const picture of this.#pictures.values()) {
      if (picture.labels && wanted.some((label) => picture.labels!.includes(label))) picture.cellsOf = -1;
    }
    this.#changed();
  }

  /** Makes the picture of a tile. */
  async load(place: TilePlace, signal: AbortSignal): Promise<CanvasRenderingContext2D> {
    const { width, height } = this.#image.size(place);
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const picture: Picture = {
      place,
      context: canvas.getContext('2d')!,
      planes: [],
      slice: '',
      labels: null,
      labelsOf: null,
      base: new Uint32Array(width * height),
      baseOf: -1,
      cellsOf: -1,
      fetching: true,
    };
    await this.#fetch(picture, signal);
    this.#pictures.set(tileKey(place.level, place.x, place.y), picture);
    this.#paint(picture);
    return picture.context;
  }

  drop({ level, x, y }: TilePlace): void {
    this.#pictures.delete(tileKey(level, x, y));
  }

  /** Whether a tile's canvas is as it should be; paints it if it is not and `mayPaint`. */
  refresh({ level, x, y }: TilePlace, mayPaint: boolean): boolean {
    const picture = this.#pictures.get(tileKey(level, x, y));
    if (!picture) return true;
    if (!picture.fetching && this.#isIncomplete(picture)) this.#fetchAgain(picture);
    if (picture.baseOf === this.#baseVersion && picture.cellsOf === this.#cellsVersion) return true;
    if (mayPaint) this.#paint(picture);
    return mayPaint;
  }

  /** The label at a pixel of a level, from what is here; -1 if its tile is not. */
  label(level: number, x: number, y: number): number {
    const picture = this.#pictures.get(tileKey(level, Math.floor(x / TILE), Math.floor(y / TILE)));
    const labels = picture?.labels;
    return labels ? (labels[(y % TILE) * picture.context.canvas.width + (x % TILE)] ?? -1) : -1;
  }

  /** The shown channels' stored samples at a pixel of level 0, if they are here. */
  samples(x: number, y: number): (number | undefined)[] {
    const picture = this.#pictures.get(tileKey(0, Math.floor(x / TILE), Math.floor(y / TILE)));
    const at = picture ? (y % TILE) * picture.context.canvas.width + (x % TILE) : 0;
    return this.#shown.map((channel) => picture?.planes[channel]?.[at]);
  }

  #isIncomplete(picture: Picture): boolean {
    return (
      picture.slice !== this.#slice ||
      picture.labelsOf !== this.#labels ||
      this.#shown.some((channel) => !picture.planes[channel])
    );
  }

  get #slice(): string {
    return `${this.#look.z},${this.#look.t}`;
  }

  #fetchAgain(picture: Picture): void {
    picture.fetching = true;
    // What fails is asked for again when the tile is next drawn.
    this.#fetch(picture)
      .then(
        () => this.#changed(),
        () => {},
      )
      .finally(() => (picture.fetching = false));
  }

  async #fetch(picture: Picture, signal?: AbortSignal): Promise<void> {
    const [slice, labels] = [this.#slice, this.#labels];
    const known = picture.slice === slice ? picture.planes : [];
    const all = this.#image.view.channels.map((_, channel) => channel);
    const missing = (all.length <= FETCH_ALL_CHANNELS ? all : this.#shown).filter((channel) => !known[channel]);
    const [planes, labelPlane] = await Promise.all([
      missing.length > 0 ? this.#image.planes(picture.place, missing, this.#look, signal) : [],
      picture.labelsOf === labels ? picture.labels : (labels?.tile(picture.place, signal) ?? null),
    ]);
    picture.planes = known.slice();
    missing.forEach((channel, n) => (picture.planes[channel] = planes[n]));
    picture.slice = slice;
    picture.baseOf = -1;
    this.#setLabels(picture, labelPlane, labels);
    picture.fetching = false;
  }

  #setLabels(picture: Picture, labels: Uint32Array | null, of: LabelPlane | null): void {
    if (picture.labelsOf === of) return;
    picture.labels = labels;
    picture.labelsOf = of;
    picture.cellsOf = -1;
    // Their edges at the common border can be told now.
    for (const beside of this.#around(picture)) if (beside) beside.cellsOf = -1;
  }

  #around({ place: { level, x, y } }: Picture): (Picture | undefined)[] {
    const at = (dx: number, dy: number) => this.#pictures.get(tileKey(level, x + dx, y + dy));
    return [at(-1, 0), at(1, 0), at(0, -1), at(0, 1)];
  }

  #paint(picture: Picture): void {
    if (picture.baseOf !== this.#baseVersion) {
      const planes = this.#shown.map((channel) => picture.planes[channel]);
      const here = planes.every((plane) => plane !== undefined);
      if (here) paintChannels(planes, this.#tables, picture.base);
      picture.baseOf = this.#baseVersion;
    }
    const { width, height } = picture.context.canvas;
    const image = this.#canvasImage(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    if (this.#colours && picture.labels && this.#labels) {
      paintCells(picture.base, picture.labels, width, this.#neighbours(picture), this.#colours, pixels);
    } else {
      pixels.set(picture.base);
    }
    picture.context.putImageData(image, 0, 0);
    picture.cellsOf = this.#cellsVersion;
  }

  // Most tiles have one size, so that one buffer does for all.
  #canvasImage(width: number, height: number): ImageData {
    if (this.#buffer?.width !== width || this.#buffer.height !== height) this.#buffer = new ImageData(width, height);
    return this.#buffer;
  }

  #neighbours(picture: Picture): Neighbours {
    const [left, right, above, below] = this.#around(picture).map((beside) => beside?.labels ?? undefined);
    return { left, right, above, below };
  }
}
