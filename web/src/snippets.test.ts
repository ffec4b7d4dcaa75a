import { expect, test } from 'vitest';
import { curlOf, pythonLiteral, pythonOf, shellQuote } from './snippets';

test('a shell takes quoted text as it is', () => {
  expect(shellQuote("it's $(rm)")).toBe(`'it'\\''s $(rm)'`);
});

test('values are Python', () => {
  expect(pythonLiteral({ a: null, b: [true, 1.5, 'x"y'] })).toBe('{"a": None, "b": [True, 1.5, "x\\"y"]}');
});

test('code holds the run, and no token or password', () => {
  const run = { dataset_id: '6743a1b2c3d4e5f601020304', model_id: 'cellpose_default', params: { diameter: 30 } };
  for (const text of [curlOf(run, 'http://lab:5001', 'ada'), pythonOf(run, 'http://lab:5001', 'ada')]) {
    expect(text).toContain('http://lab:5001/api');
    expect(text).toContain('6743a1b2c3d4e5f601020304');
    expect(text).toContain('diameter');
    expect(text).not.toContain('Bearer ey');
  }
});
