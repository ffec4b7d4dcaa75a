import type { JSX } from 'preact';

/** Line icons of 16 px for the viewer's own controls. */
const PATHS = {
  select: 'M3.500 2.500 12.800 7l-4 1.500-1.500 4z',
  draw: 'M10.500 3 13 5.500 6.500 12 3.300 12.700 4 9.500zM9 4.500 11.500 7',
  erase: 'M6 12.800 2.800 9.600 9 3.300l4 4L7.500 12.800zM5.800 6.600l4 4M6 12.800h7.200',
  split:
    'M8 2v2M8 6.200v3.600M8 12v2M5.500 4.500C3.500 5 2.500 6.500 2.500 8s1 3 3 3.500M10.500 4.500c2 .5 3 2 3 3.500s-1 3-3 3.500',
  fit: 'M2.800 6V2.800H6M10 2.800h3.200V6M13.200 10v3.200H10M6 13.200H2.800V10',
  plus: 'M8 3.500v9M3.500 8h9',
  minus: 'M3.500 8h9',
  help: 'M5.800 6.200c0-1.300 1-2.200 2.300-2.200s2.200.9 2.200 2c0 1.600-2.200 1.700-2.200 3.300M8.100 11.800v.1',
  compare: 'M2.500 3.200h4.300v9.600H2.500zM9.200 3.200h4.300v9.600H9.200z',
  panel: 'M2.500 3.200h11v9.600h-11zM9.800 3.200v9.600',
} as const;

export function ToolIcon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg
      class="icon-svg"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.4"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
