"""Label images whose objects are hard to describe."""
import numpy


def noise(shape, dtype):
    random = numpy.random.default_rng(1)
    if dtype == numpy.float32:
        return (1000 + random.standard_normal(shape)).astype(dtype)
    return random.integers(0, 200, shape).astype(dtype)


def hard_labels():
    """Single pixels, lines, holes, objects in pieces, in each other's holes, at all borders, and random ones.

    Label 6 is left out: numbers need not be dense.
    """
    labels = numpy.zeros((150, 190), int)
    labels[0, 0] = 1
    labels[20, 10] = 2
    labels[30, 5:25] = 3
    labels[35:55, 30] = 4
    labels[10:25, 40:60] = 5  # with two holes, one of which touches the outside in a corner
    labels[13:16, 43:46] = 0
    labels[20:24, 56:59] = 0
    labels[24, 59] = 0
    labels[10:16, 70:76] = 7  # two pieces
    labels[18:22, 78:90] = 7
    labels[40:60, 60:90] = 8  # pieces in the holes of pieces
    labels[43:57, 63:87] = 0
    labels[46:54, 66:84] = 8
    labels[48:52, 68:82] = 0
    labels[49:51, 70:80] = 9
    labels[60:70, 0:10] = 10
    labels[0:6, 100:130] = 11
    labels[140:150, 150:190] = 12
    labels[:, 189] = 13
    labels[80, 20] = labels[81, 21] = labels[82, 20] = labels[81, 19] = 14  # a ring of corners
    rows, columns = numpy.mgrid[:150, :190]
    labels[(rows - 110) ** 2 / 25 ** 2 + (columns - 60) ** 2 / 9 ** 2 + (rows - 110) * (columns - 60) / 300 <= 1] = 15
    labels[(rows - 75) ** 2 + (columns - 150) ** 2 <= 18 ** 2] = 16
    random = numpy.random.default_rng(5)
    patch = labels[85:145, 95:145]
    patch[...] = 17 + random.integers(0, 5, patch.shape) * (random.random(patch.shape) < 0.7)
    return labels


def many_labels(count):
    """Objects of 2 x 2 pixels, a pixel apart."""
    side = int(numpy.ceil(numpy.sqrt(count)))
    rows, columns = numpy.mgrid[:3 * side, :3 * side]
    labels = rows // 3 * side + columns // 3 + 1
    labels[(rows % 3 == 2) | (columns % 3 == 2) | (labels > count)] = 0
    return labels


def wide_labels():
    """Objects on both sides of columns 32,767 and 65,535, one of them with a hole, and one of more than 65,535 corners."""
    labels = numpy.zeros((12, 70_000), int)
    labels[2:8, 100:120] = 1
    labels[1:9, 32_760:32_780] = 2
    labels[1:9, 65_530:65_540] = 3
    labels[2:9, 69_000:69_020] = 4
    labels[4:6, 69_005:69_010] = 0
    labels[10, 1000:45_000] = 5
    labels[11, 1000:45_000:2] = 5
    return labels
