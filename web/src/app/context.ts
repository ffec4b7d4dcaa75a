import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { signal } from '@preact/signals';
import { Client } from '../api/client';
import { Session } from '../api/session';
import { Toasts } from '../components/toasts';
import { Thumbnails } from '../components/thumbnails';
import { sendFile, UploadQueue } from '../uploads/queue';
import { Connection } from './connection';
import { ModelNames } from './model_names';

/** What all parts of the page share; made once. */
export interface AppState {
  session: Session;
  client: Client;
  connection: Connection;
  toasts: Toasts;
  thumbnails: Thumbnails;
  uploads: Uploads;
  models: ModelNames;
}

/** The uploads of this tab; they go on while one looks at other pages. */
export class Uploads {
  readonly queues = signal<UploadQueue[]>([]);
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  /** `datasetId`: '' for a new dataset. */
  open(name: string, datasetId = ''): UploadQueue {
    const busy = this.queues.value.find((queue) => datasetId !== '' && queue.datasetId.value === datasetId);
    if (busy) return busy;
    const queue = new UploadQueue(sendFile(this.#client), name, datasetId);
    this.queues.value = [...this.queues.value, queue];
    return queue;
  }

  get isBusy(): boolean {
    return this.queues.value.some((queue) => queue.isBusy.value);
  }

  /** Another user has logged in. */
  closeAll(): void {
    for (const queue of this.queues.value) this.close(queue);
  }

  close(queue: UploadQueue): void {
    queue.cancel();
    this.queues.value = this.queues.value.filter((other) => other !== queue);
  }
}

export function makeAppState(storage: Storage): AppState {
  const session = new Session(storage);
  const client = new Client(session);
  const connection = new Connection();
  client.onReachable = (reachable) => connection.report(reachable);
  const thumbnails = new Thumbnails(client);
  const uploads = new Uploads(client);
  return { session, client, connection, toasts: new Toasts(), thumbnails, uploads, models: new ModelNames(client) };
}

export const AppContext = createContext<AppState | null>(null);

export function useApp(): AppState {
  const app = useContext(AppContext);
  if (!app) throw new Error('There is no AppContext around this component.');
  return app;
}
