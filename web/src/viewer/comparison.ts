// Another labelling of the same image, and which cells of the two are the same.

import { signal } from '@preact/signals';
import { type Box, TILE } from './geometry';
import type { LabelPlane } from './label_plane';
import type { Matched, TilePair } from './match.worker';
import type { Match } from './matching';
import { eachTile } from './scan';

/** Labels to be shown beside those of the viewer. */
export class Comparison {
  /** null until both labellings were read. */
  readonly match = signal<Match | null>(null);
  /** How much of them was read, 0 to 1. */
  readonly progress = signal(0);
  readonly problem = signal('');
  /** Where the cells are that only the other labelling has. */
  boxes: ReadonlyMap<number, Box> = new Map();
  readonly title: string;
  readonly labels: LabelPlane;
  #end = new AbortController();

  constructor(title: string, labels: LabelPlane) {
    this.title = title;
    this.labels = labels;
  }

  /** Matches with the viewer's labels. Again after they were edited: until it is done, the match stays as it was. */
  async run(mine: LabelPlane): Promise<void> {
    this.#end.abort();
    this.#end = new AbortController();
    if (mine.width !== this.labels.width || mine.height !== this.labels.height) {
      this.problem.value = 'The two masks have different sizes, so they cannot be compared.';
      return;
    }
    const worker = new Worker(new URL('./match.worker.ts', import.meta.url), { type: 'module' });
    const { signal: ended } = this.#end;
    ended.addEventListener('abort', () => worker.terminate());
    try {
      await eachTile(
        [mine, this.labels],
        ([a, b], x, y) => {
          const pair = { a: a!, b: b!, x, y, width: Math.min(TILE, mine.width - x * TILE) };
          worker.postMessage(pair satisfies TilePair);
        },
        ended,
        (share) => (this.progress.value = share),
      );
      const { match, boxes } = await answer(worker);
      this.boxes = new Map(boxes);
      this.match.value = match;
    } catch (error) {
      if (!ended.aborted) this.problem.value = error instanceof Error ? error.message : String(error);
    } finally {
      worker.terminate();
    }
  }

  destroy(): void {
    this.#end.abort();
  }
}

function answer(worker: Worker): Promise<Matched> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Matched>) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || 'The comparison failed.'));
    worker.postMessage('match');
  });
}
