/** The example images that come with the page; from BBBC038v1, CC0. */
export interface Example {
  file: string;
  /** What the model found in it, as outlines on a transparent ground. */
  overlay: string;
  title: string;
  alt: string;
}

export const EXAMPLES: Example[] = [
  {
    file: 'fluorescence_dapi_520x696.png',
    overlay: 'fluorescence_dapi_520x696_overlay.png',
    title: 'Fluorescence',
    alt: 'Nuclei in fluorescence, light on black',
  },
  {
    file: 'histology_he_256x320.png',
    overlay: 'histology_he_256x320_overlay.png',
    title: 'Histology, H&E',
    alt: 'Stained tissue with purple nuclei',
  },
  {
    file: 'tissue_256x256.png',
    overlay: 'tissue_256x256_overlay.png',
    title: 'Tissue',
    alt: 'Dense nuclei in tissue, light on black',
  },
  {
    file: 'fluorescence_dense_520x696.png',
    overlay: 'fluorescence_dense_520x696_overlay.png',
    title: 'Dense culture',
    alt: 'Many nuclei that touch, light on black',
  },
];

/** The example images as files, as if a person had chosen them. */
export async function exampleFiles(): Promise<File[]> {
  return Promise.all(
    EXAMPLES.map(async ({ file }) => {
      const response = await fetch(`/examples/${file}`);
      return new File([await response.blob()], file, { type: 'image/png' });
    }),
  );
}
