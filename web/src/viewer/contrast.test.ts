// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { autoWindow, barHeights, brightness, colourTable, rgb } from './contrast';

describe('brightness', () => {
  it('goes from low to high and stays within', () => {
    const window = { low: 100, high: 300, gamma: 1 };
    expect([0, 100, 200, 300, 900].map((sample) => brightness(sample, window))).toEqual([0, 0, 0.5, 1, 1]);
  });

  it('is lifted by a gamma below 1', () => {
    expect(brightness(25, { low: 0, high: 100, gamma: 0.5 })).toBe(0.5);
  });

  it('is a step where the window is empty', () => {
    expect([9, 10, 11].map((sample) => brightness(sample, { low: 10, high: 10, gamma: 1 }))).toEqual([0, 0, 1]);
  });
});

describe('colourTable', () => {
  it('packs red lowest', () => {
    const table = colourTable(256, { low: 0, high: 255, gamma: 1 }, '#ff8000');
    expect(table[255]).toBe(0x0080ff);
    expect(table[0]).toBe(0);
  });

  it('takes windows in the units of the file where samples were stretched', () => {
    const table = colourTable(65536, { low: -1, high: 1, gamma: 1 }, '#ffffff', -1, 2 / 65535);
    expect([table[0], table[65535]]).toEqual([0, 0xffffff]);
    expect(table[32768]! & 0xff).toBe(128);
  });
});

describe('autoWindow', () => {
  it('leaves the share at both ends out', () => {
    const histogram = [1, 0, 0, 500, 499, 0, 0, 1, 0, 0];
    expect(autoWindow(histogram, 0, 100)).toEqual([30, 50]);
  });

  it('is not empty for an image of one value', () => {
    const [low, high] = autoWindow([7, 0, 0, 0], 5, 9);
    expect(high).toBeGreaterThan(low);
  });
});

it('colours that cannot be read are white', () => expect(rgb('red')).toEqual([255, 255, 255]));
it('bars have roots of counts', () => expect(barHeights([0, 1, 4])).toEqual([0, 0.5, 1]));
