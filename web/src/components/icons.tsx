import type { JSX } from 'preact';

/** Line icons of 16 px, drawn for this page; they take the colour of the text beside them. */
const PATHS = {
  plus: 'M8 3v10M3 8h10',
  upload: 'M8 10.5V3M4.8 6 8 2.8 11.2 6M2.8 10.5v1.7c0 .6.4 1 1 1h8.4c.6 0 1-.4 1-1v-1.7',
  download: 'M8 2.8v7.7M4.8 7.5 8 10.7l3.2-3.2M2.8 10.5v1.7c0 .6.4 1 1 1h8.4c.6 0 1-.4 1-1v-1.7',
  trash:
    'M3 4.5h10M6.3 4.5V3.2c0-.4.3-.7.7-.7h2c.4 0 .7.3.7.7v1.3M4.3 4.5l.5 8c0 .5.5 1 1 1h4.4c.5 0 1-.5 1-1l.5-8M6.7 7v4M9.3 7v4',
  play: 'M5 3.3v9.4l7.5-4.7z',
  stop: 'M4.2 4.2h7.6v7.6H4.2z',
  retry: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v2.7h-2.7',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3.2 8.3 3.2 3.2 6.4-7',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1',
  error: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 5.2v3.5M8 10.8v.1',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2l3 3',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.2 9.7A5.7 5.7 0 0 1 6.3 2.8a5.7 5.7 0 1 0 6.9 6.9z',
  user: 'M8 2.8a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2zM3 13.2c.5-2.3 2.5-3.5 5-3.5s4.5 1.2 5 3.5',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  left: 'M10 3.5 5.5 8l4.5 4.5',
  images:
    'M3.5 2.8h9c.4 0 .7.3.7.7v9c0 .4-.3.7-.7.7h-9a.7.7 0 0 1-.7-.7v-9c0-.4.3-.7.7-.7zM2.8 11l3.2-3.2 2.2 2.2 1.8-1.8 3.2 3.2M10.5 5.8v.1',
  code: 'm5.5 4.5-3.5 3.5 3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  copy: 'M5.5 5.5h7.7v7.7H5.5zM10.5 5.5V2.8H2.8v7.7h2.7',
  more: 'M3 7.7h.6v.6H3zM7.7 7.7h.6v.6h-.6zM12.4 7.7h.6v.6h-.6z',
  clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zM8 4.8V8l2.2 1.5',
  grid: 'M2.8 2.8h4.2v4.2H2.8zM9 2.8h4.2v4.2H9zM2.8 9h4.2v4.2H2.8zM9 9h4.2v4.2H9z',
  list: 'M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4v.1M2.5 8v.1M2.5 12v.1',
  eye: 'M1.5 8s2.3-4.5 6.5-4.5S14.5 8 14.5 8 12.2 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  folder: 'M2.5 12.3V3.7c0-.4.3-.7.7-.7h3l1.5 1.7h5.1c.4 0 .7.3.7.7v6.9c0 .4-.3.7-.7.7H3.2a.7.7 0 0 1-.7-.7z',
  up: 'M8 13V3M4 7l4-4 4 4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg
      class="icon-svg"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark: a cell with its nucleus. */
export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="logo-ground" width="32" height="32" rx="8" />
      <path
        class="logo-cell"
        fill="none"
        stroke-width="2.2"
        d="M16 6.5c5.6 0 9.8 3.9 9.8 9.3 0 5.7-4.3 9.7-10.1 9.7-5.5 0-9.5-3.8-9.5-9.1 0-5.7 4.2-9.9 9.8-9.9z"
      />
      <circle class="logo-nucleus" cx="17.5" cy="15" r="4.2" />
    </svg>
  );
}
