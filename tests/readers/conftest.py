"""What the tests of readers share: files for them to open, and where their Python packages are."""
import importlib.util
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build/deps/python'))  # tools/setup puts the readers there
sys.path.append(str(ROOT / 'tests/e2e'))

import numpy  # noqa: E402
import pytest  # noqa: E402
import results  # noqa: E402
import shapes  # noqa: E402


def load_e2e_fixtures():
    """The black-box tests' conftest, under a name of its own."""
    spec = importlib.util.spec_from_file_location('e2e_conftest', ROOT / 'tests/e2e/conftest.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


e2e = load_e2e_fixtures()
binary, server = e2e.binary, e2e.server


@pytest.fixture(scope='session')
def all_made(tmp_path_factory):
    """Results by name."""
    return {name: results.write_artifacts(tmp_path_factory.mktemp(name), f'{name}.tif', *image)
            for name, image in results.MADE.items()}


@pytest.fixture(params=results.MADE)
def made(request, all_made):
    return all_made[request.param]


@pytest.fixture(scope='session')
def many(tmp_path_factory):
    """More objects than 16 bits can number."""
    labels = shapes.many_labels(70_000)
    image = shapes.noise(labels.shape, numpy.uint8)
    return results.write_artifacts(tmp_path_factory.mktemp('many'), 'many.tif', image, labels)
