// @vitest-environment node
import { expect, test } from 'vitest';
import { firstSlice, maskPlanes, otherPlaneText, stepDepth } from './planes';

test('the parameters tell which planes the masks are of', () => {
  expect(maskPlanes({})).toEqual({ z: 0, t: 0 });
  expect(maskPlanes({ plane: null, z: null, z_project: null })).toEqual({ z: 0, t: 0 });
  expect(maskPlanes({ plane: { z: 3 } })).toEqual({ z: 2, t: 0 });
  expect(maskPlanes({ plane: { t: 2 }, z: 'each' })).toEqual({ z: 'each', t: 1 });
  expect(maskPlanes({ z_project: 'max' })).toEqual({ z: 'max', t: 0 });
  expect(maskPlanes({ plane: { t: 3 }, z_project: 'mean' })).toEqual({ z: 'mean', t: 2 });
  expect(maskPlanes({ plane: { z: 'x', t: -4 } })).toEqual({ z: 0, t: 0 });
});

test('one first looks where the masks are', () => {
  expect(firstSlice({ z: 2, t: 1 }, 5)).toEqual({ z: 2, t: 1 });
  expect(firstSlice({ z: 'each', t: 1 })).toEqual({ z: 0, t: 1 });
  expect(firstSlice({ z: 'each', t: 1 }, 5)).toEqual({ z: 5, t: 1 });
  expect(firstSlice({ z: 'max', t: 0 }, 5)).toEqual({ z: 'max', t: 0 });
});

test('planes follow each other, and a projection stands beside both ends', () => {
  expect(stepDepth(1, 1, 3)).toBe(2);
  expect(stepDepth(2, 1, 3)).toBe(2);
  expect(stepDepth(0, -1, 3)).toBe(0);
  expect(stepDepth('max', 1, 3)).toBe(0);
  expect(stepDepth('mean', -1, 3)).toBe(2);
});

test('masks over a plane that they are not of say so', () => {
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 2, t: 0 })).toBe('');
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 1, t: 0 })).toBe('The masks are of plane 3');
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 1, t: 1 })).toBe('The masks are of plane 3, time 1');
  expect(otherPlaneText({ z: 'each', t: 0 }, { z: 1, t: 0 })).toBe('');
  expect(otherPlaneText({ z: 'each', t: 0 }, { z: 1, t: 1 })).toBe('The masks are of time 1');
  expect(otherPlaneText({ z: 'each', t: 0 }, { z: 'max', t: 0 })).toBe('The masks are of plane 1');
  expect(otherPlaneText({ z: 'max', t: 0 }, { z: 'max', t: 0 })).toBe('');
  expect(otherPlaneText({ z: 'max', t: 0 }, { z: 1, t: 0 })).toBe('The masks are of the maximum of all planes');
  expect(otherPlaneText({ z: 'mean', t: 1 }, { z: 'max', t: 0 })).toBe(
    'The masks are of the mean of all planes, at time 2',
  );
  expect(otherPlaneText({ z: 2, t: 0 }, { z: 'max', t: 0 })).toBe('The masks are of plane 3');
});
