import { expect, test } from 'vitest';
import type { Progress } from '../api/types';
import { progressText, shownFraction } from './status';

const progress: Progress = {
  images_done: 0,
  images_total: 1,
  tiles_done: 0,
  tiles_total: 0,
  fraction: 0,
  eta_s: null,
  queue_position: null,
};

test('a run of one large image is seen to go on by its tiles', () => {
  expect(shownFraction({ ...progress, tiles_done: 55, tiles_total: 110 })).toBe(0.5);
  expect(shownFraction({ ...progress, tiles_done: 110, tiles_total: 110 })).toBeLessThan(1);
  expect(shownFraction(progress)).toBe(0);
});

test('of many images it is never less than what is done, and all when it is', () => {
  const many = { ...progress, images_done: 2, images_total: 4, fraction: 0.5 };
  expect(shownFraction({ ...many, tiles_done: 10, tiles_total: 40 })).toBe(0.5);
  expect(shownFraction({ ...many, tiles_done: 35, tiles_total: 40 })).toBeCloseTo(0.65625);
  expect(shownFraction({ ...many, images_done: 4, fraction: 1, tiles_done: 40, tiles_total: 40 })).toBe(1);
});

test('the place in the queue and the time left are told in words', () => {
  expect(progressText('queued', { ...progress, queue_position: 3 })).toBe('3rd in the queue');
  expect(progressText('queued', { ...progress, queue_position: 1 })).toBe('Next in the queue');
  expect(progressText('running', { ...progress, tiles_done: 3, tiles_total: 9, eta_s: 41 })).toBe(
    '0 of 1 image · 3 of 9 tiles · about 41 s left',
  );
});
