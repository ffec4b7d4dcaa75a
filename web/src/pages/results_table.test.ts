import { expect, test } from 'vitest';
import type { Artifact, ImageResult } from '../api/types';
import { artifactTitle, secondsOf, sortRows, type ResultRow } from './results_table';

function row(name: string, objects: number, warnings: string[] = []): ResultRow {
  const result = {
    objects,
    diameter: objects,
    warnings,
    status: 'completed',
    timings_ms: { network: 400, flows: 600 },
  };
  return { fileId: name, name, result: result as unknown as ImageResult };
}

const rows = [
  row('a10.png', 3),
  row('a2.png', 0, ['Blank']),
  row('a1.png', 8),
  { fileId: 'x', name: 'x', result: null },
];
const names = (order: string): string[] => sortRows(rows, order).map((one) => one.name);

test('rows are sorted by any column, either way, names as people count', () => {
  expect(names('')).toEqual(['a10.png', 'a2.png', 'a1.png', 'x']);
  expect(names('name')).toEqual(['a1.png', 'a2.png', 'a10.png', 'x']);
  expect(names('-cells')).toEqual(['a1.png', 'a10.png', 'a2.png', 'x']);
  expect(names('-warnings')[0]).toBe('a2.png');
  expect(names('nonsense')).toEqual(names(''));
});

test('the time of an image is that of its stages', () => {
  expect(secondsOf(rows[0]!.result)).toBe(1);
  expect(secondsOf(null)).toBe(0);
});

test('artifacts of one plane each say of which', () => {
  const artifacts = ['label_mask', 'label_mask', 'geojson'].map((kind) => ({ kind }) as Artifact);
  const titles = artifacts.map((artifact) => artifactTitle(artifact, artifacts));
  expect(titles).toEqual(['label mask, plane 1', 'label mask, plane 2', 'geojson']);
});
