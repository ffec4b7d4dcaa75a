// @vitest-environment node
import { expect, test } from 'vitest';
import { firstSlice, maskPlanes, otherPlaneText } from './planes';

test('the parameters tell which planes the masks are of', () => {
  expect(maskPlanes({})).toEqual({ z: 0, t: 0 });
  expect(maskPlanes({ plane: null, z: null, z_project: null })).toEqual({ z: 0, t: 0 });
  expect(maskPlanes({ plane: { z: 3 } })).toEqual({ z: 2, t: 0 });
  expect(maskPlanes({ plane: { t: 2 }, z: 'each' })).toEqual({ z: 'each', t: 1 });
  expect(maskPlanes({ z_project: 'max' })).toEqual({ z: 'projected', t: 0 });
  expect(maskPlanes({ plane: { z: 'x', t: -4 } })).toEqual({ z: 0, t: 0 });
});

test('one first looks where the masks are', () => {
  expect(firstSlice({ z: 2, t: 1 }, 5)).toEqual({ z: 2, t: 1 });
  expect(firstSlice({ z: 'each', t: 1 })).toEqual({ z: 0, t: 1 });
  expect(firstSlice({ z: 'projected', t: 0 }, 5)).toEqual({ z: 5, t: 0 });
});

test('masks over a plane that they are not of say so', () => {
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 2, t: 0 })).toBe('');
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 1, t: 0 })).toBe('The masks are of plane 3');
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 1, t: 1 })).toBe('The masks are of plane 3, time 1');
  expect(otherPlaneText({ z: 'each', t: 0 }, { z: 1, t: 0 })).toBe('');
  expect(otherPlaneText({ z: 'each', t: 0 }, { z: 1, t: 1 })).toBe('The masks are of time 1');
  expect(otherPlaneText({ z: 'projected', t: 0 }, { z: 1, t: 0 })).toBe('The masks are of all planes as one');
});
