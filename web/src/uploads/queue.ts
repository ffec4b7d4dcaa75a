import { batch, computed, signal } from '@preact/signals';
import type { Client } from '../api/client';
import { isAbort, messageOf, Problem } from '../api/problem';
import { upload } from '../api/upload';

export type UploadState = 'waiting' | 'sending' | 'done' | 'refused' | 'failed';

/** One file on its way, with what became of it. */
export class UploadItem {
  readonly file: File;
  /** As the dataset will name it. */
  readonly name: string;
  readonly state = signal<UploadState>('waiting');
  /** 0 to 1. */
  readonly progress = signal(0);
  /** Why it was refused or failed. */
  readonly message = signal('');
  /** The form's field at fault; `axes` can be answered by a person. */
  readonly field = signal('');
  axes = '';

  constructor(file: File, name: string) {
    this.file = file;
    this.name = name;
  }
}

/** How to send one file; the real one is `sendFile`. Gives the dataset's id. */
export type Send = (item: UploadItem, datasetId: string, datasetName: string, signal: AbortSignal) => Promise<string>;

const AT_ONCE = 3;

/**
 * The files that go into one dataset. The first one that the server takes makes the dataset, the others are added to it,
 * a few at a time; one that is refused leaves the others.
 */
export class UploadQueue {
  readonly items = signal<UploadItem[]>([]);
  readonly datasetId = signal('');
  readonly name: string;
  /** What the dataset's page has to load again. */
  readonly accepted = signal(0);
  readonly counts = computed(() => {
    const counts: Record<UploadState, number> = { waiting: 0, sending: 0, done: 0, refused: 0, failed: 0 };
    for (const item of this.items.value) counts[item.state.value] += 1;
    return counts;
  });
  readonly isBusy = computed(() => this.counts.value.waiting + this.counts.value.sending > 0);
  readonly #send: Send;
  readonly #stop = new AbortController();
  #active = 0;
  #next = 0;
  #retried: UploadItem[] = [];

  constructor(send: Send, name: string, datasetId = '') {
    this.#send = send;
    this.name = name;
    this.datasetId.value = datasetId;
  }

  add(files: NamedFile[]): void {
    this.items.value = [...this.items.value, ...files.map(({ file, name }) => new UploadItem(file, name))];
    this.#pump();
  }

  retry(item: UploadItem): void {
    batch(() => {
      item.state.value = 'waiting';
      item.progress.value = 0;
      item.message.value = '';
      item.field.value = '';
    });
    this.#retried.push(item);
    this.#pump();
  }

  retryFailed(): void {
    for (const item of this.items.value) if (item.state.value === 'failed') this.retry(item);
  }

  /** Calls off what is not sent yet; what the server has stays. */
  cancel(): void {
    this.#stop.abort();
    batch(() => {
      for (const item of this.items.value) {
        if (item.state.value !== 'waiting') continue;
        item.state.value = 'failed';
        item.message.value = 'Called off.';
      }
    });
  }

  #pump(): void {
    // Until there is a dataset, one file at a time: the first that is taken makes it.
    while (!this.#stop.signal.aborted && this.#active < (this.datasetId.value ? AT_ONCE : 1)) {
      const item = this.#retried.shift() ?? this.items.value[this.#next++];
      if (!item) {
        this.#next = this.items.value.length;
        return;
      }
      this.#active += 1;
      void this.#run(item).finally(() => {
        this.#active -= 1;
        this.#pump();
      });
    }
  }

  async #run(item: UploadItem): Promise<void> {
    item.state.value = 'sending';
    try {
      this.datasetId.value = await this.#send(item, this.datasetId.value, this.name, this.#stop.signal);
      batch(() => {
        item.state.value = 'done';
        item.progress.value = 1;
        this.accepted.value += 1;
      });
    } catch (error) {
      if (error instanceof Problem && (error.status === 429 || error.status === 503)) {
        await new Promise((resolve) => setTimeout(resolve, Math.min(error.retryAfterS ?? 2, 30) * 1000));
        if (!this.#stop.signal.aborted) return this.#run(item);
      }
      batch(() => {
        const refused = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401;
        item.state.value = refused ? 'refused' : 'failed';
        item.message.value = isAbort(error) ? 'Called off.' : messageOf(error);
        item.field.value = error instanceof Problem ? error.field : '';
      });
    }
    return undefined;
  }
}

/** Sends one file to the server. */
export function sendFile(client: Client): Send {
  return async (item, datasetId, datasetName, signal) => {
    const form = new FormData();
    if (!datasetId) form.append('name', datasetName);
    if (item.axes) form.append('axes', item.axes);
    form.append('files', item.file, item.name);
    const path = datasetId ? `/api/datasets/${datasetId}/files` : '/api/datasets/upload';
    const onProgress = (fraction: number): void => {
      item.progress.value = fraction;
    };
    const answer = await upload<{ dataset_id?: string }>(client, { path, form, onProgress, signal });
    return datasetId || answer.dataset_id || '';
  };
}

/** A file with the name that it gets in the dataset. */
export interface NamedFile {
  file: File;
  name: string;
}

/** Files of a folder with where they were in it; names that several of them have get their folders before them. */
export function nameFiles(files: { file: File; path: string }[]): NamedFile[] {
  const times = new Map<string, number>();
  for (const { file } of files) times.set(file.name, (times.get(file.name) ?? 0) + 1);
  return files.map(({ file, path }) => {
    const unique = times.get(file.name) === 1 || !path.includes('/');
    return { file, name: unique ? file.name : path.replaceAll('/', '_') };
  });
}
