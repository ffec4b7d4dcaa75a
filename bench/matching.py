"""How well two label images agree."""
import numpy


def overlaps(one, other):
    """The intersection over union of every pair of objects that share a pixel: (label of one, label of other, IoU)."""
    pairs, shared = numpy.unique(numpy.stack([one.ravel(), other.ravel()]), axis=1, return_counts=True)
    both = (pairs > 0).all(axis=0)
    first, second = pairs[:, both]
    shared = shared[both]
    union = numpy.bincount(one.ravel())[first] + numpy.bincount(other.ravel())[second] - shared
    return first, second, shared / union


def average_precision(one, other, threshold):
    """Matches over matches and misses on both sides; 1 where neither has objects. `threshold` is at least 0.5, where
    no object can match two others.

    Source: Stringer et al. 2021 (average precision); Caicedo et al. 2019 (the BBBC038 challenge).
    """
    counts = [numpy.unique(labels[labels > 0]).size for labels in (one, other)]
    # At exactly one half an object can have two partners: each side counts once.
    first, second, iou = overlaps(one, other)
    matched = iou >= threshold
    hits = min(numpy.unique(first[matched]).size, numpy.unique(second[matched]).size)
    everything = sum(counts) - hits
    return hits / everything if everything else 1.0
