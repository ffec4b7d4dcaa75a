import { expect, test } from 'vitest';
import type { ParamSchema } from '../api/types';
import { kindOf, labelOf, limitsText, OF_STACKS, readNumber, readRange, splitFields, valueText } from './schema';

const diameter: ParamSchema = {
  type: ['number', 'null'],
  anyOf: [{ const: 0 }, { minimum: 1, maximum: 10000 }],
  default: null,
  'x-unit': 'px',
};
const side: ParamSchema = { type: 'integer', minimum: 64, maximum: 1024, multipleOf: 16, default: 224 };
const percentile: ParamSchema = {
  type: 'array',
  minItems: 2,
  maxItems: 2,
  items: { type: 'number', minimum: 0, maximum: 100 },
  default: [1, 99],
};

test('each kind of parameter gets its control', () => {
  const kinds: [ParamSchema, string][] = [
    [diameter, 'number'],
    [side, 'number'],
    [percentile, 'range'],
    [{ type: 'boolean' }, 'switch'],
    [{ type: 'string', enum: ['f32', 'bf16'] }, 'choice'],
    [{ type: ['string', 'null'] }, 'text'],
    [{ type: 'array', items: { type: 'string', enum: ['rois', 'coco'] } }, 'choices'],
    [{ type: 'array', minItems: 2, maxItems: 2, items: { type: ['integer', 'string', 'null'] } }, 'channels'],
    [{ oneOf: [{ type: 'boolean' }, { type: 'object', properties: { percentile } }] }, 'group'],
    [
      { oneOf: [percentile, { type: 'array', minItems: 2, maxItems: 2, items: percentile }, { type: 'null' }] },
      'range',
    ],
    [{ type: ['integer', 'string'] }, 'json'],
    [{}, 'json'],
  ];
  for (const [schema, kind] of kinds) expect(kindOf(schema).kind, JSON.stringify(schema)).toBe(kind);
});

test('limits are told in words', () => {
  expect(limitsText(diameter)).toBe('1 to 10,000, or 0');
  expect(limitsText(side)).toBe('64 to 1,024, a multiple of 16');
  expect(limitsText({ type: 'boolean' })).toBe('');
});

test('what is typed is a value, nothing, or wrong for a reason', () => {
  expect(readNumber('17.5', diameter)).toEqual({ value: 17.5 });
  expect(readNumber('17,5', diameter)).toEqual({ value: 17.5 });
  expect(readNumber('0', diameter)).toEqual({ value: 0 });
  expect(readNumber('  ', diameter)).toEqual({ empty: true });
  for (const wrong of ['0.5', '1e9', 'abc', '1.2.3', 'NaN', '-3'])
    expect(readNumber(wrong, diameter), wrong).toHaveProperty('error');
  expect(readNumber('100', side)).toEqual({ error: 'This must be a multiple of 16.' });
  expect(readNumber('128.5', side)).toEqual({ error: 'This must be a whole number.' });
});

test('a range has two ends, the low one first', () => {
  expect(readRange('2', '98', percentile)).toEqual({ value: [2, 98] });
  expect(readRange('', '', percentile)).toEqual({ empty: true });
  for (const [low, high] of [
    ['98', '2'],
    ['2', ''],
    ['2', '101'],
    ['x', '3'],
  ] as const) {
    expect(readRange(low, high, percentile), `${low} ${high}`).toHaveProperty('error');
  }
});

test('most people see few parameters first, and none is lost', () => {
  const names = ['channels', 'diameter', 'niter', 'flow_threshold', 'outputs'];
  const { common, more } = splitFields(names);
  expect(common).toEqual(['diameter', 'channels', 'flow_threshold']);
  expect([...common, ...more].sort()).toEqual([...names].sort());
  expect(splitFields(['a', 'b']).common).toEqual(['a', 'b']);
  expect(splitFields([...names, 'plane', 'z'], OF_STACKS).common.slice(0, 3)).toEqual(['plane', 'z', 'diameter']);
});

test('names and values read as words', () => {
  expect(labelOf('flow_threshold', {})).toBe('Flow threshold');
  expect(valueText(null)).toBe('automatic');
  expect(valueText([1, 99])).toBe('1 – 99');
});
