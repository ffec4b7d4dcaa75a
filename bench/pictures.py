"""Images of any size, made of an example image."""
import numpy
from PIL import Image

from harness import ROOT

EXAMPLE = ROOT / 'examples/fluorescence_dapi_520x696.png'


def grey(path):
    return numpy.asarray(Image.open(path).convert('L'))


def mirrored(picture, height, width):
    """The picture and its mirror images side by side, so that nuclei go on over every seam, cut to the size.

    Noise of one grey level, always the same, keeps tiles from being equal: work on those would be done only once.
    """
    pair = numpy.concatenate([picture, picture[:, ::-1]], axis=1)
    quad = numpy.concatenate([pair, pair[::-1]], axis=0)
    times = -(-height // quad.shape[0]), -(-width // quad.shape[1])
    noise = numpy.random.default_rng(1).integers(-1, 2, (height, width), numpy.int8)
    return numpy.clip(numpy.tile(quad, times)[:height, :width].astype(numpy.int16) + noise, 0, 255).astype(numpy.uint8)


def cleared(pixels, share):
    """The picture with cells in this share of its rows alone; the rest is background of its own, shuffled."""
    rest = pixels[round(share * len(pixels)):]
    ground = pixels[pixels <= numpy.median(pixels)]
    pixels = pixels.copy()
    pixels[len(pixels) - len(rest):] = numpy.random.default_rng(2).choice(ground, rest.shape)
    return pixels


def save(pixels, path):
    """Uncompressed TIFF: reading it takes next to no time."""
    Image.fromarray(numpy.ascontiguousarray(pixels)).save(path)
    return path


def labels(path):
    """A label image as `segment` writes it. Large ones are no bomb."""
    Image.MAX_IMAGE_PIXELS = None
    return numpy.asarray(Image.open(path)).astype(numpy.int64)
