// Keeps the unsaved edits of an image in the browser (IndexedDB), so that a closed tab loses nothing.

import type { Patch } from './edits';

export interface Draft {
  steps: Patch[];
  done: number;
}

const DATABASE = 'intelliclinix-drafts';
const STEPS = 'steps';
const DONE = 'done';

/** The drafts of one labelling. `name` tells it from all others, of other users too. */
export class DraftStore {
  readonly #name: string;
  readonly #open: Promise<IDBDatabase>;

  constructor(name: string, factory: IDBFactory = indexedDB) {
    this.#name = name;
    this.#open = openDatabase(factory);
    this.#open.catch(() => {});
  }

  /** What was kept. Errors: rejects where the browser keeps nothing (private windows of some). */
  async load(): Promise<Draft> {
    return this.#run('readonly', async (steps, done) => {
      const [all, count] = await Promise.all([
        result<Patch[]>(steps.getAll(this.#all())),
        result<number | undefined>(done.get(this.#name)),
      ]);
      return { steps: all, done: count ?? 0 };
    });
  }

  /** Keeps step number `index` (from 0) as the last one. */
  async add(index: number, step: Patch): Promise<void> {
    await this.#run('readwrite', async (steps, done) => {
      steps.delete(IDBKeyRange.bound([this.#name, index], [this.#name, Infinity]));
      steps.put(step, [this.#name, index]);
      done.put(index + 1, this.#name);
    });
  }

  /** Keeps how many of the steps are in force. */
  async setDone(count: number): Promise<void> {
    await this.#run('readwrite', async (_steps, done) => {
      done.put(count, this.#name);
    });
  }

  async clear(): Promise<void> {
    await this.#run('readwrite', async (steps, done) => {
      steps.delete(this.#all());
      done.delete(this.#name);
    });
  }

  #all(): IDBKeyRange {
    return IDBKeyRange.bound([this.#name, 0], [this.#name, Infinity]);
  }

  async #run<T>(
    mode: IDBTransactionMode,
    use: (steps: IDBObjectStore, done: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    const transaction = (await this.#open).transaction([STEPS, DONE], mode);
    const ended = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('The browser did not keep the edits.'));
    });
    const answer = await use(transaction.objectStore(STEPS), transaction.objectStore(DONE));
    await ended;
    return answer;
  }
}

function openDatabase(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STEPS);
    request.result.createObjectStore(DONE);
  };
  return result(request);
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The browser keeps no data for this page.'));
  });
}
