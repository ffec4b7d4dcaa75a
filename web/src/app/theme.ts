import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark' | '';

const KEY = 'intelliclinix.theme';
const stored = globalThis.localStorage?.getItem(KEY);

/** What the person chose; '' follows the system. */
export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : '');

/** Keeps the document in the chosen theme; call once. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(KEY, theme.value);
  });
}

export function isDark(): boolean {
  return theme.value ? theme.value === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
