import { expect, test } from 'vitest';
import { ago, bytes, count, duration, ordinal } from './format';

test('values read as people say them', () => {
  expect([count(1, 'image'), count(5000, 'image')]).toEqual(['1 image', '5,000 images']);
  expect([bytes(512), bytes(1400), bytes(999_999), bytes(3.2e9)]).toEqual(['512 B', '1.4 kB', '1 MB', '3.2 GB']);
  expect([duration(0.84), duration(42), duration(185), duration(7800)]).toEqual([
    '0.8 s',
    '42 s',
    '3 min 5 s',
    '2 h 10 min',
  ]);
  expect([1, 2, 3, 11, 21, 112].map(ordinal)).toEqual(['1st', '2nd', '3rd', '11th', '21st', '112th']);
  const now = Date.parse('2026-11-24T10:00:00Z');
  expect(ago('2026-11-24T09:57:30Z', now)).toBe('2 min ago');
  expect(ago('2026-11-22T09:00:00Z', now)).toBe('22 Nov 2026');
});
