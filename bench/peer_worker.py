"""Python Cellpose's side of bench/peer; runs in the Python that has it.

Usage: peer_worker.py WEIGHTS SIZE_MODEL IMAGE DIAMETER OUT      DIAMETER 0: estimated

Prints one JSON object when the model is loaded. Then, for each line on standard input, it segments the image once and
prints one JSON object: seconds in all and by stage, peak memory, objects. OUT gets the label image, as .npy.
"""
import contextlib
import json
import os
import resource
import sys
import time

import numpy
import torch
from cellpose import dynamics, models, version


class Stages:
    """Seconds by stage. A stage within another counts for the outer one alone."""

    def __init__(self):
        self.seconds = {}
        self.inside = False

    def wrap(self, owner, method, stage):
        inner = getattr(owner, method)

        def timed(*args, **kwargs):
            if self.inside:
                return inner(*args, **kwargs)
            self.inside, begin = True, time.perf_counter()
            try:
                return inner(*args, **kwargs)
            finally:
                self.inside = False
                self.seconds[stage] = self.seconds.get(stage, 0) + time.perf_counter() - begin

        setattr(owner, method, timed)


def let_old_torch_index():
    """torch 1.13 makes sparse tensors and indices only of 64-bit integers, where Cellpose gives 32-bit ones."""
    inner = dynamics.get_masks_torch
    dynamics.get_masks_torch = lambda pt, *args, **kwargs: inner(pt.long(), *args, **kwargs)


def load(weights, size_path):
    """The network and its size model, on all cores."""
    if int(torch.__version__.split('.')[0]) < 2:
        let_old_torch_index()
    # Debian's torch takes one thread by itself.
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    cellpose = models.CellposeModel(gpu=False, pretrained_model=weights)
    return cellpose, size_model(cellpose, size_path)


def size_model(cellpose, path):
    """The size model of a .npz file; Cellpose itself reads only pickles."""
    model = models.SizeModel(cellpose)
    model.params = dict(numpy.load(path))
    model.diam_mean = float(model.params['diam_mean'])
    return model


def segment(cellpose, sizes, image, diameter):
    """As `models.Cellpose.eval` does, with the defaults of the reference."""
    if not diameter:
        diameter = float(numpy.ravel(sizes.eval(image, channels=[0, 0])[0])[0])
    return cellpose.eval(image, channels=[0, 0], diameter=diameter)[0], diameter


def main():
    weights, size_path, image_path, diameter, out = sys.argv[1:]
    cellpose, sizes = load(weights, size_path)
    stages = Stages()
    stages.wrap(models.SizeModel, 'eval', 'diameter')
    stages.wrap(models.CellposeModel, '_run_net', 'network')
    stages.wrap(models.CellposeModel, '_compute_masks', 'masks')
    image = numpy.load(image_path)
    print(json.dumps({'cellpose': version, 'torch': torch.__version__, 'numpy': numpy.__version__,
                      'threads': torch.get_num_threads()}), flush=True)
    for _ in sys.stdin:
        stages.seconds = {}
        begin = time.perf_counter()
        with contextlib.redirect_stdout(sys.stderr):
            masks, found = segment(cellpose, sizes, image, float(diameter))
        total = time.perf_counter() - begin
        numpy.save(out, masks)
        seconds = {**stages.seconds, 'rest': total - sum(stages.seconds.values()), 'total': total}
        print(json.dumps({'seconds': seconds, 'diameter': found, 'objects': int(masks.max()),
                          'peak_memory_bytes': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)


if __name__ == '__main__':
    main()
