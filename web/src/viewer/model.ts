// The viewer's state: what is shown, chosen and loaded. Panels read it, the stages follow it.

import { computed, effect, signal, untracked } from '@preact/signals';
import type { Client } from '../api/client';
import { Problem } from '../api/problem';
import type { Correction, ImageResult, Inference } from '../api/types';
import { type Depth, firstSlice, type MaskPlanes, maskPlanes } from '../planes';
import { type Cells, order, pass } from './cells';
import { Comparison } from './comparison';
import { listCorrections, sendCorrection } from './corrections';
import { claimDraft } from './draft_claim';
import { DraftStore } from './drafts';
import { Editing } from './editing';
import type { Box } from './geometry';
import { LabelPlane } from './label_plane';
import { type ChannelLook, firstLooks, type ImageLook } from './pictures';
import { artifactOf, listRivals, type Rival, rivalFile } from './rivals';
import { readCells } from './scan';
import { parseState, stateTexts, type ViewState } from './state';
import type { Camera } from './stage';
import { TileFile } from './tiles';
import type { ViewerOptions } from './types';

export type Tool = 'select' | 'draw' | 'erase' | 'split';

// Edits that follow each other faster are matched with the other side once.
const MATCH_MS = 800;

export class Model {
  readonly client: Client;
  readonly inference: Inference;
  readonly result: ImageResult | undefined;
  /** Which planes of a stack the machine's masks are of. */
  readonly maskPlanes: MaskPlanes;
  readonly state;
  /** Where one looks now. */
  readonly camera = signal<Camera | null>(null);
  readonly image = signal<TileFile | null>(null);
  readonly labels = signal<LabelPlane | null>(null);
  readonly cells = signal<Cells | null>(null);
  /** How much of the cells was measured in the browser; 1 when there is nothing to wait for. */
  readonly measured = signal(1);
  readonly editing = signal<Editing | null>(null);
  /** Whether another tab edits these masks. */
  readonly elsewhere = signal(false);
  readonly corrections = signal<Correction[]>([]);
  readonly rivals = signal<Rival[]>([]);
  readonly comparison = signal<Comparison | null>(null);
  readonly selected = signal<number[]>([]);
  readonly hovered = signal(0);
  readonly tool = signal<Tool>('select');
  readonly brush = signal(6);
  readonly problem = signal('');
  /** Said to those who do not see the screen change. */
  readonly notice = signal('');
  readonly help = signal(false);
  /** Whether keys are used on the stage, so that the crosshair shows where they act. */
  readonly keyboard = signal(false);
  /** Set by the view: brings a box, or the whole image, into sight. */
  show: (box: Box) => void = () => {};
  /** Set by the view: labels within a box changed in place. */
  edited: (box: Box, labels: number[]) => void = () => {};
  readonly #imageId: string;
  #matching = 0;
  readonly #end = new AbortController();
  #loading = new AbortController();
  readonly #stop: (() => void)[] = [];

  // A part of the state each, so that what follows one is not told of changes of the others.
  /** The file of the labels that are shown: a correction, or the machine's mask of the plane. */
  readonly #mask = computed(() => this.state.value.source || this.#artifact('label_mask', this.state.value.z));
  readonly #rival = computed(() => this.state.value.compare);
  readonly #filters = computed(() => this.state.value.filters);
  readonly #sort = computed(() => this.state.value.sort);
  readonly #channels = computed(() => this.state.value.channels);
  readonly #z = computed(() => this.state.value.z);
  readonly #t = computed(() => this.state.value.t);
  readonly masks = computed(() => this.state.value.masks);
  readonly colourBy = computed(() => this.state.value.colourBy);

  readonly shown = computed(() => {
    const cells = this.cells.value;
    return cells ? pass(cells, this.#filters.value) : new Uint8Array();
  });
  // Apart from the filter, which changes with each step of a drag.
  readonly #ordered = computed(() => {
    const cells = this.cells.value;
    const { column, descending } = this.#sort.value;
    return cells ? order(cells, column, descending) : new Uint32Array();
  });
  /** The table's rows. */
  readonly rows = computed(() => {
    const shown = this.shown.value;
    return this.#ordered.value.filter((row) => shown[row] === 1);
  });
  readonly look = computed((): ImageLook => {
    const first = this.image.value ? firstLooks(this.image.value) : [];
    return { z: this.#z.value, t: this.#t.value, channels: first.map((look, channel) => this.#channels.value[channel] ?? look) };
  });

  constructor(options: ViewerOptions) {
    this.client = options.client;
    this.inference = options.inference;
    this.#imageId = options.imageId;
    this.result = options.inference.results.find((image) => image.original_gridfs_id === options.imageId);
    this.maskPlanes = maskPlanes(options.inference.params);
    this.state = signal<ViewState>(parseState(options.state, firstSlice(this.maskPlanes)));
    const { cell } = this.state.value;
    if (cell > 0) this.selected.value = [cell];
    this.#stop.push(effect(() => this.#follow(this.#mask.value)));
    this.#stop.push(effect(() => this.#compare(this.labels.value, this.#rival.value, this.#z.value)));
  }

  /** Changes some of what is in the address. */
  change(members: Partial<ViewState>): void {
    this.state.value = { ...this.state.peek(), ...members };
  }

  /** For the address. */
  get texts(): Record<string, string> {
    const state = { ...this.state.value, camera: this.camera.value ?? this.state.value.camera };
    return stateTexts(state, firstSlice(this.maskPlanes));
  }

  /** Whether masks can be corrected: a correction is of one mask of the image, and it may have one of each plane. */
  get correctable(): boolean {
    return (this.result?.artifacts.filter(({ kind }) => kind === 'label_mask').length ?? 0) < 2;
  }

  get channelNames(): string[] {
    return this.image.value?.view.channels.map(({ name }) => name) ?? [];
  }

  /** Loads what is shown; may be tried again. */
  async open(): Promise<void> {
    this.problem.value = '';
    try {
      const image = await TileFile.open(this.client, this.#imageId);
      const { z, t } = this.state.peek();
      const [last, end] = [image.view.depth - 1, image.view.times - 1];
      const there = typeof z !== 'number' ? z : Math.min(z, last);
      if (z !== there || t > end) this.change({ z: there, t: Math.min(t, end) });
      this.image.value = image;
    } catch (error) {
      this.fail(error);
    }
    void this.loadCorrections();
    listRivals(this.client, this.inference).then(
      (rivals) => (this.rivals.value = rivals),
      (error: unknown) => this.fail(error),
    );
  }

  select(labels: number[], bring = false): void {
    this.selected.value = labels;
    this.change({ cell: labels[0] ?? 0 });
    const box = labels[0] ? this.cells.peek()?.box(labels[0]) : null;
    if (bring && box) this.show(box);
  }

  /** Adds a cell to those selected, or takes it out. */
  toggle(label: number): void {
    const { value } = this.selected;
    this.select(value.includes(label) ? value.filter((other) => other !== label) : [...value, label]);
  }

  /** Selects the cell that is `step` rows further in the table. */
  step(step: number): void {
    const cells = this.cells.peek();
    const rows = this.rows.peek();
    if (!cells || rows.length === 0) return;
    const row = rows.indexOf(cells.row(this.selected.peek()[0] ?? 0));
    // With nothing selected one comes from before the first row, or from behind the last.
    const from = row >= 0 ? row : step > 0 ? -1 : rows.length;
    const next = Math.min(rows.length - 1, Math.max(0, from + step));
    this.select([cells.labels[rows[next]!]!], true);
  }

  /** The cells of the other side that are the same as some of this. */
  partners(labels: number[]): number[] {
    const pairs = this.comparison.peek()?.match.peek()?.pairs ?? [];
    return pairs.filter(([mine]) => labels.includes(mine)).map(([, theirs]) => theirs);
  }

  /** The cell of this side that is the same as one of the other; 0 for none. */
  partnerOf(label: number): number {
    const pairs = this.comparison.peek()?.match.peek()?.pairs ?? [];
    return pairs.find(([, theirs]) => theirs === label)?.[0] ?? 0;
  }

  setChannel(channel: number, members: Partial<ChannelLook>): void {
    const channels = this.state.value.channels.slice();
    channels[channel] = { ...this.look.value.channels[channel]!, ...members };
    this.change({ channels: Array.from(channels) });
  }

  resetChannel(channel: number): void {
    this.change({ channels: Array.from(this.state.value.channels, (look, i) => (i === channel ? undefined : look)) });
  }

  setFilter(column: string, limits: [number, number] | null): void {
    const filters = new Map(this.state.value.filters);
    if (limits) filters.set(column, limits);
    else filters.delete(column);
    this.change({ filters });
  }

  async loadCorrections(): Promise<void> {
    try {
      this.corrections.value = await listCorrections(this.client, this.inference._id, this.#imageId);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Sends the edited masks; they are then what is shown. Resolves with the correction, null when it failed. */
  async save(note: string): Promise<Correction | null> {
    const editing = this.editing.peek();
    if (!editing || !this.result) return null;
    try {
      const file = await editing.image();
      const correction = await sendCorrection(this.client, this.inference._id, this.#imageId, file, note);
      await editing.saved();
      this.corrections.value = [correction, ...this.corrections.value];
      this.selected.value = [];
      this.change({ source: correction.gridfs_id, cell: 0 });
      return correction;
    } catch (error) {
      this.fail(error);
      return null;
    }
  }

  fail(error: unknown): void {
    // Of a server that does not answer the page tells above all pages.
    if (error instanceof Problem && error.isConnection && this.image.peek()) return;
    if (!this.#end.signal.aborted) this.problem.value = error instanceof Error ? error.message : String(error);
  }

  destroy(): void {
    this.#stop.forEach((stop) => stop());
    window.clearTimeout(this.#matching);
    this.#end.abort();
    this.#loading.abort();
    this.comparison.peek()?.destroy();
  }

  // Loads the masks that are to be shown, their cells and their draft.
  #follow(mask: string): void {
    this.#loading.abort();
    this.#loading = new AbortController();
    if (!mask) return;
    untracked(() => {
      // Other masks have other cells of the same numbers.
      if (this.labels.value && this.labels.value.file.id !== mask) this.select([]);
      void this.#load(mask, this.#loading.signal);
    });
  }

  async #load(mask: string, ended: AbortSignal): Promise<void> {
    try {
      const labels = new LabelPlane(await TileFile.open(this.client, mask));
      if (ended.aborted) return;
      this.labels.value = labels;
      this.cells.value = null;
      this.editing.value = null;
      const csv = this.state.peek().source ? '' : this.#artifact('measurements', this.state.peek().z);
      const cells = await readCells(this.client, labels, csv, ended, (share) => (this.measured.value = share));
      if (!ended.aborted) await this.#edit(labels, cells, ended);
    } catch (error) {
      if (!ended.aborted) this.fail(error);
    }
  }

  #artifact(kind: string, z: Depth): string {
    return (this.result && artifactOf(this.result, kind, z)?.gridfs_id) ?? '';
  }

  async #edit(labels: LabelPlane, cells: Cells, ended: AbortSignal): Promise<void> {
    const editing = new Editing(labels, cells, new DraftStore(labels.file.id), {
      onEdit: (now, box, changed) => {
        if (ended.aborted) return;
        this.cells.value = now;
        this.selected.value = this.selected.value.filter((label) => now.row(label) >= 0);
        this.edited(box, changed);
        window.clearTimeout(this.#matching);
        this.#matching = window.setTimeout(() => void this.comparison.peek()?.run(labels), MATCH_MS);
      },
      onProblem: (message) => this.fail(message),
    });
    this.cells.value = cells;
    if (!this.correctable) return;
    this.elsewhere.value = !(await claimDraft(labels.file.id, ended));
    if (this.elsewhere.value || ended.aborted) return;
    this.editing.value = editing;
    const restored = await editing.restore();
    if (restored > 0) this.notice.value = `${restored} unsaved edits of this image were kept in this browser.`;
  }

  #compare(labels: LabelPlane | null, id: string, z: Depth): void {
    untracked(() => {
      if (labels && id) void this.#startComparison(labels, id, z);
      else this.#setComparison(null);
    });
  }

  // The comparison before stays in sight until the next one is here, so that nothing jumps from plane to plane.
  async #startComparison(labels: LabelPlane, id: string, z: Depth): Promise<void> {
    const isWanted = () => this.#rival.peek() === id && this.#z.peek() === z && this.labels.peek() === labels;
    try {
      const imageId = this.result?.original_gridfs_id ?? '';
      const { file, title } = await rivalFile(this.client, this.inference, imageId, id, z);
      const other = new LabelPlane(await TileFile.open(this.client, file));
      if (!isWanted()) return;
      const comparison = new Comparison(title, other);
      this.#setComparison(comparison);
      await comparison.run(labels);
    } catch (error) {
      if (!isWanted()) return;
      this.#setComparison(null);
      this.fail(error);
    }
  }

  #setComparison(comparison: Comparison | null): void {
    this.comparison.value?.destroy();
    this.comparison.value = comparison;
  }
}
