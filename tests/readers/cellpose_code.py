"""Cellpose's own readers and writers, from the source of its package: as a whole it would import a network library."""
import ast
import gc
import importlib.util
import logging
import os
import pathlib
import types
import unittest.mock

import cv2
import fastremap
import numpy
import tifffile
from scipy.ndimage import find_objects
from scipy.optimize import linear_sum_assignment

PACKAGE = pathlib.Path(importlib.util.find_spec('cellpose').submodule_search_locations[0])


def functions(module, *names, **needs):
    """Functions of a module, compiled as they stand there; `needs` are what they call beside each other."""
    path = PACKAGE / module
    tree = ast.parse(path.read_text(encoding='utf-8'), path)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    assert {node.name for node in tree.body} == set(names), f'{path} has other functions than it had'
    known = {'np': numpy, 'os': os, 'cv2': cv2} | needs
    exec(compile(tree, path, 'exec'), known)
    return types.SimpleNamespace(**{name: known[name] for name in names})


TRANSFORMS = functions('transforms.py', 'normalize99')
PLOT = functions('plot.py', 'dx_to_circ', transforms=TRANSFORMS)
UTILS = functions('utils.py', 'masks_to_outlines', 'outlines_list', 'outlines_list_single', find_objects=find_objects)
IO = functions('io.py', 'imread', 'outlines_to_text', 'masks_flows_to_seg', tifffile=tifffile, utils=UTILS,
               transforms=TRANSFORMS, io_logger=logging.getLogger('cellpose'))
GUI = functions('gui/io.py', '_load_seg', '_initialize_images', '_masks_to_gui', gc=gc, fastremap=fastremap,
                imread=IO.imread, masks_to_outlines=UTILS.masks_to_outlines)
METRICS = functions('metrics.py', 'average_precision', '_label_overlap', '_intersection_over_union', '_true_positive',
                    linear_sum_assignment=linear_sum_assignment, jit=lambda **options: lambda function: function)


def load_seg(path):
    """Cellpose's window after it has loaded a `_seg.npy`. Its widgets, for which there is no screen, take everything."""
    window = unittest.mock.MagicMock(load_3D=False, restore=None, colormap=numpy.full((100_000, 3), 200, numpy.uint8))
    del window.stack_filtered  # a window has one after denoising alone
    GUI._load_seg(window, filename=str(path))
    return window


def write_seg(folder, filename, labels, planes, diameter):
    """The members of the `_seg.npy` that Cellpose writes; `planes`: flows in y and x and the logit of cells."""
    flows = [PLOT.dx_to_circ(planes[:2]), planes[:2], planes[2]]
    IO.masks_flows_to_seg(None, labels, flows, str(folder / filename), diams=diameter)
    return numpy.load(folder / (pathlib.Path(filename).stem + '_seg.npy'), allow_pickle=True).item()


def write_outlines(folder, stem, labels):
    """The bytes of the `_cp_outlines.txt` that Cellpose writes of a label image."""
    IO.outlines_to_text(str(folder / stem), UTILS.outlines_list(labels, multiprocessing=False))
    return (folder / f'{stem}_cp_outlines.txt').read_bytes()
