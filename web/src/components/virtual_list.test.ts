import { expect, test } from 'vitest';
import { layoutGrid, moveIn, type GridInput } from './virtual_list';

const grid: GridInput = {
  items: 5000,
  width: 1000,
  columnWidth: 168,
  rowHeight: 200,
  gap: 10,
  scrollTop: 0,
  viewHeight: 600,
};

test('of 5,000 items only those near the view are rendered, wherever it is', () => {
  for (let scrollTop = 0; scrollTop < 220_000; scrollTop += 777) {
    const { first, last, columns } = layoutGrid({ ...grid, scrollTop });
    expect(columns).toBe(5);
    expect(last - first).toBeLessThanOrEqual(60);
    expect(last).toBeLessThanOrEqual(5000);
    const firstSeen = Math.min(4995, Math.floor(scrollTop / 210) * 5);
    expect(first).toBeLessThanOrEqual(firstSeen);
  }
});

test('a list is as high as its rows, and an empty one has no height', () => {
  expect(layoutGrid({ ...grid, items: 11 }).height).toBe(3 * 210 - 10);
  expect(layoutGrid({ ...grid, items: 0 })).toMatchObject({ height: 0, first: 0, last: 0 });
});

test('keys move within the list', () => {
  const shown = layoutGrid(grid);
  expect(moveIn(shown, 5000, 0, 'ArrowDown', 2)).toBe(5);
  expect(moveIn(shown, 5000, 2, 'ArrowUp', 2)).toBe(2);
  expect(moveIn(shown, 5000, 7, 'ArrowLeft', 2)).toBe(6);
  expect(moveIn(shown, 5000, 0, 'End', 2)).toBe(4999);
  expect(moveIn(shown, 5000, 4999, 'Home', 2)).toBe(0);
  expect(moveIn(shown, 5000, 3, 'PageDown', 2)).toBe(13);
  expect(moveIn(shown, 5000, 3, 'x', 2)).toBe(3);
});
