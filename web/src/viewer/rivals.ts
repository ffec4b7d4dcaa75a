// What the masks of an image can be compared with: other inferences of it, and its corrections.

import { getInference, listInferences } from '../api/calls';
import type { Client } from '../api/client';
import type { Artifact, ImageResult, Inference, InferenceSummary } from '../api/types';
import { ago } from '../format';
import type { Depth } from '../planes';

/** What can be compared with: `id` as in the address. */
export interface Rival {
  id: string;
  title: string;
}

const CORRECTION = 'correction-';

/** The address's id of a correction's file. */
export function correctionId(fileId: string): string {
  return CORRECTION + fileId;
}

/** The other inferences of a dataset that have come to their end. */
export async function listRivals(client: Client, inference: Inference): Promise<Rival[]> {
  const { items } = await listInferences(client, { dataset_id: inference.dataset_id, status: 'completed' });
  return items
    .filter((other) => other._id !== inference._id)
    .map((other) => ({ id: other._id, title: titleOf(other) }));
}

/** The file of a rival's labels of the plane `z`. Errors: rejects when it has none of the image. */
export async function rivalFile(
  client: Client,
  inference: Inference,
  imageId: string,
  id: string,
  z: Depth,
): Promise<{ file: string; title: string }> {
  if (id.startsWith(CORRECTION)) return { file: id.slice(CORRECTION.length), title: 'Correction' };
  const other = id === inference._id ? inference : await getInference(client, id);
  const result = other.results.find((image) => image.original_gridfs_id === imageId);
  const mask = result && artifactOf(result, 'label_mask', z);
  if (!mask) throw new Error('That run has no label mask of this image. Choose another one to compare with.');
  return { file: mask.gridfs_id, title: id === inference._id ? "The machine's mask" : titleOf(other) };
}

/** An image's artifact of a kind. Where each plane in depth was run on its own, there is one for each. */
export function artifactOf({ artifacts }: ImageResult, kind: string, z: Depth): Artifact | undefined {
  const all = artifacts.filter((artifact) => artifact.kind === kind);
  return all[typeof z === 'number' ? Math.min(z, all.length - 1) : 0];
}

function titleOf({ model_id, created_at, params }: InferenceSummary): string {
  const settings = Object.entries(params)
    .filter(([name]) => name !== 'outputs')
    .slice(0, 3)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
  return [settings || 'defaults', model_id, ago(created_at)].join(' · ');
}
