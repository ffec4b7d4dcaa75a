import { signal } from '@preact/signals';

const PROBE_MS = 1500;

/** Whether the server answers; while it does not, asks its /health until it does. */
export class Connection {
  readonly reachable = signal(true);
  /** One more each time the server is back: what failed meanwhile is loaded again. */
  readonly recoveries = signal(0);
  readonly #probe: () => Promise<boolean>;
  #probing = false;

  constructor(probe: () => Promise<boolean> = probeHealth) {
    this.#probe = probe;
  }

  report(reachable: boolean): void {
    if (reachable) this.#recover();
    else {
      this.reachable.value = false;
      void this.#watch();
    }
  }

  #recover(): void {
    if (this.reachable.value) return;
    this.reachable.value = true;
    this.recoveries.value += 1;
  }

  async #watch(): Promise<void> {
    if (this.#probing) return;
    this.#probing = true;
    while (!this.reachable.value) {
      await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
      if (await this.#probe()) this.#recover();
    }
    this.#probing = false;
  }
}

async function probeHealth(): Promise<boolean> {
  try {
    return (await fetch('/health', { cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}
