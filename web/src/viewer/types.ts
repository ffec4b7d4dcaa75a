import type { Client } from '../api/client';
import type { Inference } from '../api/types';

/** What a viewer shows; made by the page of an image. */
export interface ViewerOptions {
  client: Client;
  /** With all of its results. */
  inference: Inference;
  /** `original_gridfs_id` of the image to show. */
  imageId: string;
  /** The view's own state, as it was last given to `onState`; empty at first. Members become the address's query. */
  state: Record<string, string>;
  onState: (state: Record<string, string>) => void;
}

export interface ViewerHandle {
  /** Takes the viewer out of its element and frees what it holds. */
  destroy(): void;
}
