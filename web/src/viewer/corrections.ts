// The corrections of an image on the server.

import type { Client } from '../api/client';
import type { Correction } from '../api/types';

/** Those of one image, newest first. */
export async function listCorrections(client: Client, inferenceId: string, imageId: string): Promise<Correction[]> {
  const { items } = await client.page<Correction>(`/api/inferences/${inferenceId}/corrections?limit=100`);
  return items.filter(({ original_gridfs_id: id }) => id === imageId);
}

/** Sends a label image as the next version. Errors: rejects with the server's sentence. */
export function sendCorrection(
  client: Client,
  inferenceId: string,
  imageId: string,
  file: Blob,
  note: string,
): Promise<Correction> {
  const body = new FormData();
  body.append('source_image_gridfs_id', imageId);
  if (note) body.append('note', note);
  body.append('file', file, file.type === 'image/png' ? 'correction.png' : 'correction.tif');
  return client.json<Correction>(`/api/inferences/${inferenceId}/corrections`, { method: 'POST', body });
}
