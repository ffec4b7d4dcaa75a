"""The packages with which the tests of inputs write images, where tools/setup puts them, and the black-box fixtures."""
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build/deps/python'))
sys.path.append(str(ROOT / 'tests/e2e'))


def load_e2e_fixtures():
    """The black-box tests' conftest, under a name of its own."""
    spec = importlib.util.spec_from_file_location('e2e_conftest', ROOT / 'tests/e2e/conftest.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


e2e = load_e2e_fixtures()
binary, server = e2e.binary, e2e.server
