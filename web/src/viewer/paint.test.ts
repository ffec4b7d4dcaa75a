// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { paintCells, paintChannels } from './paint';

const identity = (shift: number) => Uint32Array.from({ length: 256 }, (_, v) => (v << shift) >>> 0);

describe('paintChannels', () => {
  it('shows one channel through its table', () => {
    const out = new Uint32Array(2);
    paintChannels([Uint8Array.of(0, 200)], [identity(8)], out);
    expect([...out]).toEqual([0xff000000, 0xff00c800]);
  });

  it('adds channels up and does not run over', () => {
    const out = new Uint32Array(2);
    paintChannels([Uint8Array.of(200, 1), Uint8Array.of(100, 2)], [identity(0), identity(0)], out);
    expect([...out]).toEqual([0xff0000ff, 0xff000003]);
  });

  it('is black without channels', () => {
    const out = new Uint32Array(1);
    paintChannels([], [], out);
    expect(out[0]).toBe(0xff000000);
  });
});

describe('paintCells', () => {
  const base = new Uint32Array(25).fill(0xff000000);
  const colours = {
    interior: Uint32Array.of(0, 0xff0000ff, 0xff00ff00),
    edge: Uint32Array.of(0, 0xffffffff, 0xffff0000),
  };
  const paint = (labels: number[], width: number, around = {}) => {
    const out = new Uint32Array(labels.length);
    paintCells(base.subarray(0, labels.length), Uint32Array.from(labels), width, around, colours, out);
    return [...out]
      .map((pixel) => (pixel === 0xff000000 ? '.' : pixel === 0xff0000fe || pixel === 0xff0000ff ? 'i' : 'e'))
      .join('');
  };

  it('draws the edge where another label or background is beside', () => {
    expect(paint([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0], 5)).toBe(
      '......eee..eie..eee......',
    );
  });

  it('asks the tiles around at its border, and takes what is not here for the same', () => {
    expect(paint([1, 1, 1, 1], 2)).toBe('iiii');
    expect(paint([1, 1, 1, 1], 2, { left: Uint32Array.of(1, 0, 1, 1) })).toBe('eiii');
    expect(paint([1, 1, 1, 1], 2, { right: Uint32Array.of(1, 0) })).toBe('iiie');
    expect(paint([1, 1, 1, 1], 2, { above: Uint32Array.of(0, 0, 1, 2), below: Uint32Array.of(2, 1) })).toBe('ieei');
  });

  it('leaves labels without a colour as the image is', () => {
    expect(paint([9, 0, 9, 0], 2)).toBe('....');
  });
});
