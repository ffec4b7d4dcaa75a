"""Results for the readers to open, written by the product's own writers."""
import collections
import pathlib
import subprocess

import numpy
import shapes
import tifffile
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]
WRITER = ROOT / 'build/release/tests/readers/write_artifacts'

# What was written of one image, of which `image` and `labels` are known; `path(ending)` is a file of it.
Results = collections.namedtuple('Results', 'folder stem filename image labels pixel_size')
Results.path = lambda self, ending: self.folder / (self.stem + ending)


def write_artifacts(folder, filename, image, labels, pixel_size=0):
    """Every artifact that needs no network."""
    assert WRITER.is_file(), f'{WRITER} is not there. Build it first: tools/build'
    tifffile.imwrite(folder / filename, image, photometric='rgb' if image.ndim == 3 else 'minisblack')
    tifffile.imwrite(folder / 'labels.tif', labels.astype(numpy.float32))
    subprocess.run([WRITER, folder / filename, folder / 'labels.tif', folder, str(pixel_size)], check=True, timeout=60)
    return Results(folder, pathlib.Path(filename).stem, filename, image, labels, pixel_size)


def example(name):
    """An example image and its true labels."""
    image = numpy.asarray(Image.open(ROOT / f'examples/{name}.png'))
    return image, numpy.asarray(Image.open(ROOT / f'examples/{name}_truth.png')).astype(int)


def made_images():
    """Name, image, labels, size of a pixel: real ones with their true labels, and shapes that are hard to describe."""
    histology, nuclei = example('histology_he_256x320')
    yield 'histology', histology, nuclei, 0.25
    tissue, cells = example('tissue_256x256')
    yield 'sixteen_bits', tissue.astype(numpy.uint16) * 201 + 17, cells, 0
    hard = shapes.hard_labels()
    yield 'hard', shapes.noise(hard.shape, numpy.uint8), hard, 0
    yield 'floats', shapes.noise(hard.shape, numpy.float32), hard, 1.5
    yield 'none', shapes.noise((40, 50), numpy.uint8), numpy.zeros((40, 50), int), 0.5


MADE = {name: (image, labels, pixel_size) for name, image, labels, pixel_size in made_images()}
