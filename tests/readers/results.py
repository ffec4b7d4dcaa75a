"""Results for the readers to open, written by the product's own writers."""
import collections
import io
import pathlib
import subprocess

import numpy
import shapes
import tifffile
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRITER = ROOT / 'build/release/tests/readers/write_artifacts'

# What was written of one image, of which `image`, `labels` and `pixel_size` (µm, [y, x], or None) are known; `path(ending)`
# is a file of it.
Results = collections.namedtuple('Results', 'folder stem filename image labels pixel_size')
Results.path = lambda self, ending: self.folder / (self.stem + ending)


def write_artifacts(folder, filename, image, labels, pixel_size=None):
    """Every artifact that needs no network."""
    assert WRITER.is_file(), f'{WRITER} is not there. Build it first: tools/build'
    tifffile.imwrite(folder / filename, image, photometric='rgb' if image.ndim == 3 else 'minisblack')
    tifffile.imwrite(folder / 'labels.tif', labels.astype(numpy.float32))
    subprocess.run([WRITER, folder / filename, folder / 'labels.tif', folder, *map(str, pixel_size or (0, 0))], check=True,
                   timeout=60)
    return Results(folder, pathlib.Path(filename).stem, filename, image, labels, pixel_size)


def example(name):
    """An example image and its true labels."""
    image = numpy.asarray(Image.open(ROOT / f'examples/{name}.png'))
    return image, numpy.asarray(Image.open(ROOT / f'examples/{name}_truth.png')).astype(int)


def made_images():
    """Name, image, labels, size of a pixel: real ones with their true labels, and shapes that are hard to describe."""
    histology, nuclei = example('histology_he_256x320')
    yield 'histology', histology, nuclei, (0.25, 0.25)
    tissue, cells = example('tissue_256x256')
    yield 'sixteen_bits', tissue.astype(numpy.uint16) * 201 + 17, cells, None
    hard = shapes.hard_labels()
    yield 'hard', shapes.noise(hard.shape, numpy.uint8), hard, None
    yield 'floats', shapes.noise(hard.shape, numpy.float32), hard, (1.5, 0.7)
    yield 'none', shapes.noise((40, 50), numpy.uint8), numpy.zeros((40, 50), int), (0.5, 0.5)


MADE = {name: (image, labels, pixel_size) for name, image, labels, pixel_size in made_images()}


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, 'PNG')
    return file.getvalue()


def tiff(image, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, image, **options)
    return file.getvalue()


def uploads():
    """Files as they are segmented, with their pixels [y, x] or [y, x, channel] and the size of a pixel: an H&E image,
    one of 16 bits, and three channels as a microscope writes them."""
    histology, _ = example('histology_he_256x320')
    yield 'histology.png', png(histology), histology, None
    tissue, _ = example('tissue_256x256')
    deep = tissue.astype(numpy.uint16) * 100
    yield 'tissue.tif', tiff(deep), deep, None
    small, _ = example('fluorescence_small_256x256')
    channels = numpy.stack([small, small // 2, tissue]).astype(numpy.uint16) * 9
    metadata = {'axes': 'CYX', 'Channel': {'Name': ['DAPI', 'GFP', 'Cy5']}, 'PhysicalSizeX': 0.325,
                'PhysicalSizeXUnit': 'µm', 'PhysicalSizeY': 0.325, 'PhysicalSizeYUnit': 'µm'}
    yield ('channels.ome.tif', tiff(channels, ome=True, metadata=metadata, photometric='minisblack'),
           numpy.moveaxis(channels, 0, -1), (0.325, 0.325))


# What is segmented of a file: its bytes, its pixels, the size of a pixel.
Upload = collections.namedtuple('Upload', 'content image pixel_size')
UPLOADS = {name: Upload(*upload) for name, *upload in uploads()}


def of_upload(folder, filename):
    """The results of one of UPLOADS, whose folder of an archive this is."""
    stem = pathlib.Path(filename).stem
    upload = UPLOADS[filename]
    labels = numpy.asarray(Image.open(folder / f'{stem}_cp_masks.png')).astype(int)
    return Results(folder, stem, filename, upload.image, labels, upload.pixel_size)
