import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon } from './icons';

interface Toast {
  key: number;
  text: string;
  kind: 'info' | 'error';
}

const SHOWN_MS = 6000;

/** Short messages of what was just done, or why it was not. */
export class Toasts {
  readonly shown = signal<Toast[]>([]);
  #next = 0;

  show(text: string, kind: Toast['kind'] = 'info'): void {
    const toast = { key: this.#next++, text, kind };
    this.shown.value = [...this.shown.value.slice(-3), toast];
    setTimeout(() => this.close(toast.key), kind === 'error' ? 2 * SHOWN_MS : SHOWN_MS);
  }

  close(key: number): void {
    this.shown.value = this.shown.value.filter((toast) => toast.key !== key);
  }
}

export function ToastList({ toasts }: { toasts: Toasts }): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.shown.value.map((toast) => (
        <div key={toast.key} class={`toast ${toast.kind}`}>
          <Icon name={toast.kind === 'error' ? 'error' : 'check'} />
          <span>{toast.text}</span>
          <button class="button ghost icon small" aria-label="Dismiss" onClick={() => toasts.close(toast.key)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
