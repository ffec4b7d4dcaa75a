import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { listModels } from '../api/calls';
import type { Client } from '../api/client';
import { useApp } from './context';

/** What models are called, by id; asked for once, when a page first shows one. */
export class ModelNames {
  readonly names = signal<ReadonlyMap<string, string>>(new Map());
  readonly #client: Client;
  #asked = false;

  constructor(client: Client) {
    this.#client = client;
  }

  load(): void {
    if (this.#asked) return;
    this.#asked = true;
    listModels(this.#client).then(
      (models) => {
        this.names.value = new Map(models.map((model) => [model._id, model.name]));
      },
      () => {
        this.#asked = false;
      },
    );
  }
}

/** Gives names for ids; an id itself for a model that this server does not have. */
export function useModelNames(): (id: string) => string {
  const { models } = useApp();
  useEffect(() => models.load(), []);
  const names = models.names.value;
  return (id) => names.get(id) ?? id;
}
