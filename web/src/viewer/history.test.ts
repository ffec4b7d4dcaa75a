// @vitest-environment node
import { expect, it } from 'vitest';
import { History } from './history';

it('undoes from the last to the first and does again in order', () => {
  const history = new History<string>();
  ['a', 'b', 'c'].forEach((step) => history.push(step));
  expect([history.undo(), history.undo(), history.redo(), history.undo(), history.undo(), history.undo()]).toEqual([
    'c',
    'b',
    'b',
    'b',
    'a',
    undefined,
  ]);
  expect(history.canUndo).toBe(false);
});

it('forgets what was undone when something new is done', () => {
  const history = new History(['a', 'b', 'c'], 1);
  history.push('d');
  expect(history.steps).toEqual(['a', 'd']);
  expect([history.canRedo, history.redo()]).toEqual([false, undefined]);
});

it('takes no more steps as done than there are', () => expect(new History(['a'], 9).done).toBe(1));
