"""The packages with which the tests of inputs write images, where tools/setup puts them, and the black-box fixtures."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS), str(TESTS.parent / 'build/deps/python')]

from black_box import ROOT, binary, environment, server  # noqa: E402, F401
