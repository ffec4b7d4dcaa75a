"""Where the schemas of Kubernetes are, and the black-box fixtures."""
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(1, str(TESTS))
sys.path.append(str(TESTS.parent / 'build/deps/python'))  # tools/setup puts them there; last, as pytest has attrs already

from black_box import ROOT, binary, environment, examples, start_server  # noqa: E402, F401
