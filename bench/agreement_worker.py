"""Python Cellpose's side of bench/agreement; runs in the Python that has it.

Usage: agreement_worker.py WEIGHTS SIZE_MODEL

Prints one JSON object when the model is loaded. Then each line on standard input is a JSON object: `image` (.npy),
`masks` (where the label image goes, .npy) and `params`; the answer has `objects` and `diameter`, or `error`.
"""
import contextlib
import json
import sys

import fastremap
import numpy
import torch
from cellpose import models, utils, version

import peer_worker

DEFAULTS = dict(models.normalize_default)


def number_before_small_masks_go():
    """After quality control numbers have gaps, and Cellpose drops masks by their place in the list of numbers. Here the
    small ones are meant (docs/decisions/0007-cellpose-where-it-differs.md)."""
    inner = utils.fill_holes_and_remove_small_masks
    utils.fill_holes_and_remove_small_masks = lambda masks, **kwargs: inner(fastremap.renumber(masks.copy())[0], **kwargs)


def segment(cellpose, sizes, image, params):
    """As `models.Cellpose.eval` does."""
    # It writes into its defaults.
    models.normalize_default.clear()
    models.normalize_default.update(DEFAULTS)
    params = {'channels': [0, 0], **params}
    if not params.get('diameter'):
        plain = {name: params[name] for name in ('channels', 'normalize', 'invert') if name in params}
        params['diameter'] = float(numpy.ravel(sizes.eval(image, **plain)[0])[0])
    return cellpose.eval(image, **params)[0], params['diameter']


def main():
    cellpose, sizes = peer_worker.load(*sys.argv[1:])
    number_before_small_masks_go()
    print(json.dumps({'cellpose': version, 'torch': torch.__version__}), flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                masks, diameter = segment(cellpose, sizes, numpy.load(task['image']), task['params'])
            numpy.save(task['masks'], masks)
            print(json.dumps({'objects': int(masks.max()), 'diameter': diameter}), flush=True)
        except Exception as error:  # what the reference cannot do is told, and the next case follows
            print(json.dumps({'error': f'{type(error).__name__}: {error}'}), flush=True)


if __name__ == '__main__':
    main()
