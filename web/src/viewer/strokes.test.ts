// @vitest-environment node
import { expect, it } from 'vitest';
import { labelAlong } from './strokes';

it('the cell that most of a line lies on is the one that is meant', () => {
  const labelAt = ({ x }: { x: number; y: number }) => (x < 10 ? 0 : x < 14 ? 3 : x < 40 ? 8 : 0);
  expect(
    labelAlong(
      [
        { x: 0, y: 0 },
        { x: 12, y: 0 },
        { x: 60, y: 0 },
      ],
      labelAt,
    ),
  ).toBe(8);
  expect(
    labelAlong(
      [
        { x: 50, y: 0 },
        { x: 60, y: 0 },
      ],
      labelAt,
    ),
  ).toBe(0);
  expect(labelAlong([{ x: 12, y: 0 }], labelAt)).toBe(0);
});
