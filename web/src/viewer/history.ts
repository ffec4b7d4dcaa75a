// What was done, and can be undone and done again.

/** A list of steps of which the first `done` are in force. Doing something new forgets what was undone. */
export class History<T> {
  readonly steps: T[];
  done: number;

  constructor(steps: T[] = [], done = steps.length) {
    this.steps = steps;
    this.done = Math.min(Math.max(0, done), steps.length);
  }

  get canUndo(): boolean {
    return this.done > 0;
  }

  get canRedo(): boolean {
    return this.done < this.steps.length;
  }

  push(step: T): void {
    this.steps.splice(this.done, Infinity, step);
    this.done++;
  }

  /** The step that is in force no more; undefined when there is none. */
  undo(): T | undefined {
    return this.canUndo ? this.steps[--this.done] : undefined;
  }

  /** The step that is in force again; undefined when there is none. */
  redo(): T | undefined {
    return this.canRedo ? this.steps[this.done++] : undefined;
  }
}
