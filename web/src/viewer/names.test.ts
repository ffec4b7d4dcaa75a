// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { FrameCounter } from './frames';
import { columnName, mainColumns, shortNumber } from './names';

describe('columnName', () => {
  it.each([
    ['area_um2', 'Area (µm²)'],
    ['intensity_mean', 'Mean intensity'],
    ['intensity_std-1', 'SD GFP'],
    ['intensity_max-7', 'Max. channel 7'],
    ['something_new', 'something_new'],
  ])('%s is %s', (column, name) => expect(columnName(column, ['DAPI', 'GFP'])).toBe(name));
});

it.each([
  [12, '12'],
  [0.75321, '0.753'],
  [33.0149, '33.01'],
  [123.456, '123.5'],
  [12345.6, '12346'],
  [0.00001234, '1.23e-5'],
  [NaN, '–'],
  [1e9, '1.000e+9'],
])('%f is short as %s', (value, text) => expect(shortNumber(value)).toBe(text));

it('main columns prefer micrometres', () => {
  expect(
    mainColumns(['area', 'area_um2', 'solidity', 'cell_probability', 'intensity_mean-0', 'intensity_mean-1']),
  ).toEqual(['area_um2', 'cell_probability', 'intensity_mean-0', 'intensity_mean-1']);
});

it('frames are counted from one rest to the next', () => {
  const counter = new FrameCounter();
  [5, 1000, 1016, 1032, 1082].forEach((now) => counter.frame(now));
  expect(counter.motion).toEqual({ frames: 3, seconds: 0.082, longest_ms: 50 });
  counter.frame(2000);
  expect(counter.motion.frames).toBe(0);
});
