import type { ViewerHandle, ViewerOptions } from './types';

export type { ViewerHandle, ViewerOptions } from './types';

/** Shows an image of an inference with its cells in `element`, which has a size. */
export function mountViewer(element: HTMLElement, options: ViewerOptions): ViewerHandle {
  const result = options.inference.results.find((image) => image.original_gridfs_id === options.imageId);
  const image = document.createElement('img');
  image.alt = result?.source_filename ?? '';
  let url = '';
  if (result) {
    void options.client.blob(`/api/files/${result.source_image_gridfs_id}`).then((blob) => {
      url = URL.createObjectURL(blob);
      image.src = url;
    });
  }
  element.replaceChildren(image);
  return {
    destroy: () => {
      URL.revokeObjectURL(url);
      element.replaceChildren();
    },
  };
}
