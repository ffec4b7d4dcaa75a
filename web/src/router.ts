import { signal } from '@preact/signals';

/** Where one is in the page; all of it is in the address, so that any state can be linked to. */
export type Route =
  | { name: 'datasets' }
  | { name: 'dataset'; id: string }
  | { name: 'run'; id: string }
  | { name: 'inferences' }
  | { name: 'inference'; id: string }
  | { name: 'image'; id: string; file: string }
  | { name: 'models' }
  | { name: 'unknown' };

export interface Location {
  route: Route;
  query: URLSearchParams;
}

const ID = '([0-9a-f]{24})';
const ROUTES: [RegExp, (ids: string[]) => Route][] = [
  [/^\/?$/, () => ({ name: 'datasets' })],
  [/^\/datasets$/, () => ({ name: 'datasets' })],
  [new RegExp(`^/datasets/${ID}$`), ([id = '']) => ({ name: 'dataset', id })],
  [new RegExp(`^/datasets/${ID}/run$`), ([id = '']) => ({ name: 'run', id })],
  [/^\/inferences$/, () => ({ name: 'inferences' })],
  [new RegExp(`^/inferences/${ID}$`), ([id = '']) => ({ name: 'inference', id })],
  [new RegExp(`^/inferences/${ID}/images/${ID}$`), ([id = '', file = '']) => ({ name: 'image', id, file })],
  [/^\/models$/, () => ({ name: 'models' })],
];

/** What an address's fragment (`#/datasets/...?a=b`) means. */
export function parse(hash: string): Location {
  const text = hash.replace(/^#/, '');
  const mark = text.indexOf('?');
  const path = (mark < 0 ? text : text.slice(0, mark)).replace(/(.)\/$/, '$1');
  const query = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1));
  for (const [pattern, make] of ROUTES) {
    const match = pattern.exec(path);
    if (match) return { route: make(match.slice(1)), query };
  }
  return { route: { name: 'unknown' }, query };
}

function pathOf(route: Route): string {
  switch (route.name) {
    case 'datasets':
      return '/datasets';
    case 'dataset':
      return `/datasets/${route.id}`;
    case 'run':
      return `/datasets/${route.id}/run`;
    case 'inferences':
      return '/inferences';
    case 'inference':
      return `/inferences/${route.id}`;
    case 'image':
      return `/inferences/${route.id}/images/${route.file}`;
    case 'models':
      return '/models';
    case 'unknown':
      return '/';
  }
}

export type Query = URLSearchParams | Record<string, string>;

/** The fragment that leads to a route; `query` without empty values. */
export function href(route: Route, query: Query = {}): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const text = new URLSearchParams(entries.filter(([, value]) => value !== '')).toString();
  return `#${pathOf(route)}${text ? `?${text}` : ''}`;
}

/** Where the page is now. */
export const location = signal<Location>(parse(globalThis.location?.hash ?? ''));

/** Follows the address; call once. */
export function startRouter(): void {
  window.addEventListener('hashchange', () => (location.value = parse(window.location.hash)));
}

/** Goes to a route. `replace`: without an entry in the history, for state such as a filter. */
export function navigate(route: Route, query: Query = {}, replace = false): void {
  const target = href(route, query);
  if (target === window.location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', target);
  location.value = parse(target);
}

/** Changes values of the current address's query, in place; '' takes one out. */
export function setQuery(values: Record<string, string>): void {
  const query = new URLSearchParams(location.value.query);
  for (const [name, value] of Object.entries(values)) query.set(name, value);
  navigate(location.value.route, query, true);
}
