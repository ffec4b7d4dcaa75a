// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { firstState, parseState, stateTexts } from './state';

describe('the state in the address', () => {
  it('is empty at first', () => {
    expect(Object.values(stateTexts(firstState())).every((text) => text === '')).toBe(true);
    expect(parseState({})).toEqual(firstState());
  });

  it('is read as it is written', () => {
    const state = {
      ...firstState(),
      camera: { x: 100.5, y: 20, scale: 0.25 },
      z: 3,
      t: 1,
      colourBy: 'area',
      cell: 12,
      tab: 'correct' as const,
      channels: [undefined, { low: -1.5, high: 4000, gamma: 0.8, color: '#00ff00', visible: false }],
      masks: { visible: false, mode: 'fill' as const, opacity: 0.35 },
      filters: new Map<string, [number, number]>([['cell_probability', [0.5, 1]]]),
      sort: { column: 'intensity_mean-0', descending: true },
      source: '0123456789abcdef01234567',
      compare: 'correction-0123456789abcdef01234567',
    };
    expect(parseState(stateTexts(state))).toEqual(state);
  });

  it('leaves out the plane that one first looks at', () => {
    const first = { z: 2, t: 1 };
    expect(stateTexts({ ...firstState(), ...first }, first)).toMatchObject({ z: '', t: '' });
    expect(stateTexts(firstState(), first)).toMatchObject({ z: '0', t: '0' });
    expect(parseState({}, first)).toMatchObject(first);
    expect(parseState({ z: '0', t: '0' }, first)).toMatchObject({ z: 0, t: 0 });
    expect(stateTexts({ ...firstState(), z: 'max' }, first)).toMatchObject({ z: 'max' });
    expect(parseState({ z: 'mean' }, first)).toMatchObject({ z: 'mean', t: 1 });
    expect(parseState({ z: '3' }, { z: 'max', t: 0 })).toMatchObject({ z: 3 });
  });

  it.each([
    { at: '1,2' },
    { at: '1,2,-3' },
    { at: 'x,y,z' },
    { z: '-1' },
    { z: '1e9' },
    { z: 'min' },
    { cell: '1.5' },
    { tab: 'other' },
    { masks: 'fill' },
    { channels: '0:1..2' },
    { channels: '0:1..2:0:ffffff' },
    { compare: '../../etc' },
    { masks_of: 'correction' },
    { filter: 'x' },
  ])('what cannot be read is as at first: %j', (texts) =>
    expect(parseState(texts as Record<string, string>)).toEqual(firstState()),
  );
});
