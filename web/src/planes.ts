/** How projections are called. */
export const PROJECTIONS = { max: 'maximum', mean: 'mean' };

/** A plane in depth, from 0, or what all of them become: their largest values or their mean. */
export type Depth = number | 'max' | 'mean';

/** What is shown of a stack. */
export interface Slice {
  z: Depth;
  /** From 0. */
  t: number;
}

/** Which planes of a stack the masks of a run are of: one, one that was made of all, or each on its own. */
export interface MaskPlanes {
  z: Depth | 'each';
  t: number;
}

/** Reads the parameters `plane`, `z_project` and `z`; without them it is the first plane. */
export function maskPlanes(params: Record<string, unknown>): MaskPlanes {
  const plane = (params['plane'] ?? {}) as Record<string, unknown>;
  const index = (value: unknown): number => (typeof value === 'number' && value >= 1 ? Math.floor(value) - 1 : 0);
  const t = index(plane['t']);
  if (params['z']) return { z: 'each', t };
  const project = params['z_project'];
  return { z: project === 'max' || project === 'mean' ? project : index(plane['z']), t };
}

/** Reads what String makes of a depth; undefined where it is none. */
export function parseDepth(text: string): Depth | undefined {
  if (text === 'max' || text === 'mean') return text;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The plane to look at first: that of the masks, or `otherwise` where each plane has its own. */
export function firstSlice({ z, t }: MaskPlanes, otherwise = 0): Slice {
  return { z: z === 'each' ? otherwise : z, t };
}

/** The plane that is `step` planes further; from a projection one comes to the first or the last. */
export function stepDepth(z: Depth, step: number, depth: number): number {
  const from = typeof z === 'number' ? z : step > 0 ? -1 : depth;
  return Math.min(depth - 1, Math.max(0, from + step));
}

/** What has to be said of the masks over a plane that they are not of; '' where they are of it. */
export function otherPlaneText(masks: MaskPlanes, shown: Slice): string {
  const time = masks.t === shown.t ? '' : `time ${masks.t + 1}`;
  // Each plane has masks of its own; over a projection those of the first are shown.
  const z = masks.z !== 'each' ? masks.z : typeof shown.z === 'number' ? shown.z : 0;
  if (z === shown.z) return time && `The masks are of ${time}`;
  if (typeof z === 'number') return [`The masks are of plane ${z + 1}`, time].filter(Boolean).join(', ');
  return [`The masks are of the ${PROJECTIONS[z]} of all planes`, time].filter(Boolean).join(', at ');
}
