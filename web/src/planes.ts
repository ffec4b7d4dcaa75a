/** A plane of a stack, from 0. */
export interface Slice {
  z: number;
  t: number;
}

/** Which planes of a stack the masks of a run are of: one, each on its own, or one that was made of all. */
export interface MaskPlanes {
  z: number | 'each' | 'projected';
  t: number;
}

/** Reads the parameters `plane`, `z_project` and `z`; without them it is the first plane. */
export function maskPlanes(params: Record<string, unknown>): MaskPlanes {
  const plane = (params['plane'] ?? {}) as Record<string, unknown>;
  const index = (value: unknown): number => (typeof value === 'number' && value >= 1 ? Math.floor(value) - 1 : 0);
  const t = index(plane['t']);
  if (params['z']) return { z: 'each', t };
  return { z: params['z_project'] ? 'projected' : index(plane['z']), t };
}

/** The plane to look at first: that of the masks, or `otherwise` where they are of several. */
export function firstSlice({ z, t }: MaskPlanes, otherwise = 0): Slice {
  return { z: typeof z === 'number' ? z : otherwise, t };
}

/** What has to be said of the masks over a plane that they are not of; '' where they are of it. */
export function otherPlaneText(masks: MaskPlanes, shown: Slice): string {
  const time = masks.t === shown.t ? '' : `time ${masks.t + 1}`;
  if (masks.z === 'projected') return ['The masks are of all planes as one', time].filter(Boolean).join(', at ');
  if (masks.z === 'each' || masks.z === shown.z) return time && `The masks are of ${time}`;
  return ['The masks are of plane ' + (masks.z + 1), time].filter(Boolean).join(', ');
}
