// Fetches the tiles of images and labels.

import type { Client } from '../api/client';
import type { FileView } from '../api/types';
import type { Slice } from '../planes';
import { tileSpan } from './geometry';
import type { Plane } from './paint';

export interface TilePlace {
  level: number;
  x: number;
  y: number;
}

/** One file of the server, by tiles. */
export class TileFile {
  readonly id: string;
  readonly view: FileView;
  readonly #client: Client;

  constructor(client: Client, id: string, view: FileView) {
    this.#client = client;
    this.id = id;
    this.view = view;
  }

  /** Asks the server how the file is to be read. Errors: rejects with the server's sentence. */
  static async open(client: Client, id: string): Promise<TileFile> {
    return new TileFile(client, id, await client.json<FileView>(`/api/files/${id}/view`));
  }

  /** The size of a tile, 0 outside of its level. */
  size({ level, x, y }: TilePlace): { width: number; height: number } {
    return { width: tileSpan(this.view.width, level, x), height: tileSpan(this.view.height, level, y) };
  }

  /** The planes of some channels, in the order asked for. */
  async planes(place: TilePlace, channels: number[], slice: Slice, signal?: AbortSignal): Promise<Plane[]> {
    const all = channels.length === this.view.channels.length;
    const bytes = await this.#bytes(place, slice, all ? '' : channels.join(','), signal);
    const { width, height } = this.size(place);
    const step = width * height * (this.view.sample === 'uint8' ? 1 : 2);
    if (bytes.byteLength !== step * channels.length) throw new Error(`A tile of the image came incomplete.`);
    const make = (n: number): Plane =>
      this.view.sample === 'uint8'
        ? new Uint8Array(bytes, n * step, width * height)
        : new Uint16Array(bytes, n * step, width * height);
    return channels.map((_, n) => make(n));
  }

  /** The labels of a tile; for a file of labels. */
  async labels(place: TilePlace, signal?: AbortSignal): Promise<Uint32Array> {
    const bytes = await this.#bytes(place, { z: 0, t: 0 }, '', signal);
    const { width, height } = this.size(place);
    if (bytes.byteLength !== 4 * width * height) throw new Error('A tile of the masks came incomplete.');
    return new Uint32Array(bytes);
  }

  async #bytes(
    { level, x, y }: TilePlace,
    { z, t }: Slice,
    channels: string,
    signal?: AbortSignal,
  ): Promise<ArrayBuffer> {
    const query = new URLSearchParams();
    if (channels) query.set('channels', channels);
    if (this.view.depth > 1) query.set('z', String(typeof z === 'number' ? Math.min(z, this.view.depth - 1) : z));
    if (this.view.times > 1) query.set('t', String(Math.min(t, this.view.times - 1)));
    const text = query.size > 0 ? `?${query}` : '';
    const path = `/api/files/${this.id}/tiles/${level}/${x}/${y}${text}`;
    const response = await this.#client.response(path, signal ? { signal } : {});
    return response.arrayBuffer();
  }
}
