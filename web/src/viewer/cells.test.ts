// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { bins, Cells, filtersText, order, parseFilters, pass, range } from './cells';
import { parseColumns } from './csv';

const cells = new Cells(
  parseColumns(
    'label,bbox-0,bbox-1,bbox-2,bbox-3,area,solidity\n1,0,0,4,5,20,0.5\n3,10,20,30,40,400,\n7,1,2,3,4,4,0.9\n',
  ),
);

describe('Cells', () => {
  it('finds rows, values and boxes by label', () => {
    expect([cells.row(3), cells.row(2), cells.value(7, 'area'), cells.value(2, 'area')]).toEqual([1, -1, 4, NaN]);
    expect(cells.box(3)).toEqual({ left: 20, top: 10, right: 40, bottom: 30 });
    expect(cells.box(2)).toBeNull();
    expect(cells.measurements).toEqual(['area', 'solidity']);
  });

  it('needs labels', () => expect(() => new Cells(parseColumns('a\n1\n'))).toThrow('label'));
});

describe('filters', () => {
  it('keep what is within all limits, and what has no number', () => {
    expect([...pass(cells, new Map([['area', [4, 20]]]))]).toEqual([1, 0, 1]);
    expect([
      ...pass(
        cells,
        new Map([
          ['area', [5, 500]],
          ['solidity', [0.6, 1]],
        ]),
      ),
    ]).toEqual([0, 1, 0]);
    expect([...pass(cells, new Map([['nothing', [1, 2]]]))]).toEqual([1, 1, 1]);
  });

  it('are read as they are written', () => {
    const filters = new Map<string, [number, number]>([
      ['area', [30.5, 400]],
      ['bbox-0', [-1e-7, 2e10]],
    ]);
    expect(parseFilters(filtersText(filters))).toEqual(filters);
  });

  it.each(['', 'area', 'area:1', 'area:..', 'area:a..b', '<b>:1..2', 'area:1e999..2'])('leave %j out', (text) => {
    expect(parseFilters(text).size).toBe(0);
  });
});

describe('order', () => {
  it('sorts either way, what has no number last', () => {
    expect([...order(cells, 'area', false)]).toEqual([2, 0, 1]);
    expect([...order(cells, 'solidity', false)]).toEqual([0, 2, 1]);
    expect([...order(cells, 'solidity', true)]).toEqual([2, 0, 1]);
    expect([...order(cells, 'label', true)]).toEqual([2, 1, 0]);
  });
});

describe('bins', () => {
  it('count all within the range, its end too', () => {
    expect([...bins(Float64Array.of(0, 1, 2, 3, 4, NaN, 9), [0, 4], 4)]).toEqual([1, 1, 1, 2]);
    expect([...bins(Float64Array.of(5, 5), [5, 5], 3)]).toEqual([2, 0, 0]);
  });
  it('a range of nothing is [0, 0]', () => expect(range(Float64Array.of(NaN))).toEqual([0, 0]));
});
