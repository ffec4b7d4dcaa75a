// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { parseColumns, parseCsv } from './csv';

describe('parseCsv', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      '"a,b","c""d"\n"x\ny",',
      [
        ['a,b', 'c"d'],
        ['x\ny', ''],
      ],
    ],
    ['\uFEFFa\n\nb\n', [['a'], [''], ['b']]],
    ['', []],
    ['""\n', [['']]],
    [',\n', [['', '']]],
    ['"ü 細胞"\n', [['ü 細胞']]],
  ])('reads %j', (text, records) => expect(parseCsv(text)).toEqual(records));

  it.each(['"a', 'a"b', '"a"b\n'])('refuses the quote of %j', (text) => expect(() => parseCsv(text)).toThrow(/quote/));
});

describe('parseColumns', () => {
  it('makes numbers of columns, and NaN of what is none', () => {
    const columns = parseColumns('label,area\n1,12.5\n2,\n3,inf\n');
    expect([...columns.get('label')!]).toEqual([1, 2, 3]);
    expect([...columns.get('area')!]).toEqual([12.5, NaN, NaN]);
  });

  it('names the line that is too short', () => {
    expect(() => parseColumns('label,area\n1,2\n3\n')).toThrow('Line 3 of the measurements has 1 fields, not 2.');
  });
});
