import { expect, test } from 'vitest';
import { href, parse, type Route } from './router';

const A = '6743a1b2c3d4e5f601020304';
const B = '6743a1b2c3d4e5f601020305';

const ROUTES: Route[] = [
  { name: 'datasets' },
  { name: 'dataset', id: A },
  { name: 'run', id: A },
  { name: 'inferences' },
  { name: 'inference', id: A },
  { name: 'image', id: A, file: B },
  { name: 'models' },
];

test('every route is found again in its own address', () => {
  for (const route of ROUTES) expect(parse(href(route)).route).toEqual(route);
});

test('an address keeps what is looked at, with any character in it', () => {
  const { query } = parse(href({ name: 'dataset', id: A }, { q: 'a&b=<i>#?%', view: '' }));
  expect([...query]).toEqual([['q', 'a&b=<i>#?%']]);
});

test('the start is the list of datasets, and a slash at the end means nothing', () => {
  for (const hash of ['', '#', '#/', '#/datasets', '#/datasets/']) expect(parse(hash).route.name).toBe('datasets');
});

test('what is no address is said to be none', () => {
  for (const hash of ['#/datasets/5', '#/nowhere', `#/inferences/${A}/images`, '#/datasets/..%2f']) {
    expect(parse(hash).route.name).toBe('unknown');
  }
});
