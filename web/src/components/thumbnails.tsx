import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { useApp } from '../app/context';
import { Icon } from './icons';

const AT_ONCE = 6;
const KEPT = 800;

interface Wanted {
  key: string;
  path: string;
  signal: AbortSignal;
  done: (url: string) => void;
}

/** Pictures of images as blob: addresses, as an <img> cannot send the token. Those used last are kept. */
export class Thumbnails {
  readonly #client: Client;
  readonly #urls = new Map<string, string>();
  readonly #waiting: Wanted[] = [];
  #active = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** '' when it is not there yet. */
  cached(fileId: string, size: number): string {
    const key = `${fileId}/${size}`;
    const url = this.#urls.get(key) ?? '';
    if (url) {
      this.#urls.delete(key);
      this.#urls.set(key, url);
    }
    return url;
  }

  /** Asks for one; `done` gets its address, or '' when there is none. What is aborted before its turn is never sent. */
  request(fileId: string, size: number, signal: AbortSignal, done: (url: string) => void): void {
    const path = `/api/files/${fileId}/thumbnail?size=${size}`;
    this.#waiting.push({ key: `${fileId}/${size}`, path, signal, done });
    this.#pump();
  }

  /** Forgets all: another user has logged in. */
  clear(): void {
    for (const url of this.#urls.values()) URL.revokeObjectURL(url);
    this.#urls.clear();
  }

  #pump(): void {
    while (this.#active < AT_ONCE) {
      const wanted = this.#waiting.shift();
      if (!wanted) return;
      if (wanted.signal.aborted) continue;
      this.#active += 1;
      void this.#load(wanted).finally(() => {
        this.#active -= 1;
        this.#pump();
      });
    }
  }

  async #load({ key, path, signal, done }: Wanted): Promise<void> {
    try {
      const url = this.#urls.get(key) ?? URL.createObjectURL(await this.#client.blob(path, { signal }));
      this.#keep(key, url);
      if (!signal.aborted) done(url);
    } catch {
      if (!signal.aborted) done('');
    }
  }

  #keep(key: string, url: string): void {
    this.#urls.set(key, url);
    for (const [oldest, old] of this.#urls) {
      if (this.#urls.size <= KEPT) return;
      this.#urls.delete(oldest);
      URL.revokeObjectURL(old);
    }
  }
}

/** A picture of an image; a grey box until it is there, a sign when there is none. */
export function Thumbnail({ fileId, size = 256 }: { fileId: string; size?: number }): JSX.Element {
  const { thumbnails, connection } = useApp();
  const recoveries = connection.recoveries.value;
  const [state, setState] = useState(() => ({ fileId, url: thumbnails.cached(fileId, size), missing: false }));
  const url = state.fileId === fileId ? state.url : thumbnails.cached(fileId, size);
  useEffect(() => {
    const stop = new AbortController();
    const cached = thumbnails.cached(fileId, size);
    if (cached) setState({ fileId, url: cached, missing: false });
    else thumbnails.request(fileId, size, stop.signal, (found) => setState({ fileId, url: found, missing: !found }));
    return () => stop.abort();
  }, [fileId, size, recoveries]);
  return (
    <span class={`thumbnail${url ? ' ready' : ''}`}>
      {url ? <img src={url} alt="" draggable={false} decoding="async" /> : null}
      {!url && state.missing ? <Icon name="images" /> : null}
    </span>
  );
}
