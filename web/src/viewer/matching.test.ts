// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { Overlaps } from './matching';

function match(a: number[], b: number[]) {
  const overlaps = new Overlaps();
  overlaps.add(Uint32Array.from(a), Uint32Array.from(b));
  return overlaps.match();
}

describe('match', () => {
  it('pairs from an intersection over union of a half up', () => {
    expect(match([1, 1, 1, 1, 2, 2], [5, 5, 0, 0, 0, 6])).toEqual({
      pairs: [
        [1, 5, 0.5],
        [2, 6, 0.5],
      ],
      onlyA: [],
      onlyB: [],
    });
    expect(match([1, 1, 1, 1, 1], [5, 5, 0, 0, 0])).toEqual({ pairs: [], onlyA: [1], onlyB: [5] });
  });

  it('counts tile by tile, labels of 32 bits', () => {
    const overlaps = new Overlaps();
    const big = 0xfffffffe;
    overlaps.add(Uint32Array.of(big, big), Uint32Array.of(1, 1));
    overlaps.add(Uint32Array.of(big, 0), Uint32Array.of(0, 2));
    expect(overlaps.match()).toEqual({ pairs: [[big, 1, 2 / 3]], onlyA: [], onlyB: [2] });
  });

  it('of nothing is nothing', () => expect(match([0, 0], [0, 0])).toEqual({ pairs: [], onlyA: [], onlyB: [] }));

  it('agrees with a plain count of random masks', () => {
    let seed = 1;
    const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
    const [a, b] = [0, 1].map(() => Array.from({ length: 400 }, () => random(5)));
    const plain = [1, 2, 3, 4].flatMap((one) =>
      [1, 2, 3, 4]
        .filter((other) => {
          const both = a!.filter((label, i) => label === one && b![i] === other).length;
          const either = a!.filter((label, i) => label === one || b![i] === other).length;
          return both / either >= 0.12;
        })
        .map((other) => `${one},${other}`),
    );
    const overlaps = new Overlaps();
    overlaps.add(Uint32Array.from(a!), Uint32Array.from(b!));
    expect(
      overlaps
        .match(0.12)
        .pairs.map(([one, other]) => `${one},${other}`)
        .sort(),
    ).toEqual(plain);
  });
});
