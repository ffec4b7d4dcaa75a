"""What the tests of readers share: files for them to open, and where their Python packages are."""
import io
import json
import pathlib
import subprocess
import sys
import zipfile

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[1:1] = [str(TESTS), str(TESTS.parent / 'build/deps/python')]  # tools/setup puts the readers there

import client  # noqa: E402
import numpy  # noqa: E402
import pytest  # noqa: E402
import results  # noqa: E402
import shapes  # noqa: E402

from black_box import binary, environment, server  # noqa: E402, F401


@pytest.fixture(scope='session')
def outputs(binary):
    """Every kind of output of the default model."""
    model = json.loads(subprocess.run([binary, 'models', 'show', 'cellpose_default'], check=True, capture_output=True,
                                      text=True, env=environment()).stdout)
    return model['params']['properties']['outputs']['items']['enum']


@pytest.fixture(scope='session')
def archive(server, outputs):
    """The bytes of the archive of an inference over all uploads, with every output."""
    user = client.sign_in(server.url)
    answer = user.upload([(name, upload.content) for name, upload in results.UPLOADS.items()])
    assert answer.status == 201, answer.body
    answer = user.start(answer.json['dataset_id'], {'diameter': 17, 'outputs': outputs})
    assert answer.status == 200, answer.body
    return user.get(f'/api/inferences/{answer.json["inference_id"]}/download').body


@pytest.fixture(scope='session')
def unpacked(archive, tmp_path_factory):
    """The folder of the archive's content."""
    folder = tmp_path_factory.mktemp('archive')
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
    return folder


@pytest.fixture(scope='session')
def all_made(tmp_path_factory, unpacked):
    """Results by name."""
    made = {name: results.write_artifacts(tmp_path_factory.mktemp(name), f'{name}.tif', *image)
            for name, image in results.MADE.items()}
    return made | {name: results.of_upload(unpacked / pathlib.Path(name).stem, name) for name in results.UPLOADS}


@pytest.fixture(params=[*results.MADE, *results.UPLOADS])
def made(request, all_made):
    return all_made[request.param]


@pytest.fixture(scope='session')
def many(tmp_path_factory):
    """More objects than 16 bits can number."""
    labels = shapes.many_labels(70_000)
    image = shapes.noise(labels.shape, numpy.uint8)
    return results.write_artifacts(tmp_path_factory.mktemp('many'), 'many.tif', image, labels)


@pytest.fixture(scope='session')
def wide(tmp_path_factory):
    """Coordinates beyond those of 16 bits."""
    labels = shapes.wide_labels()
    return results.write_artifacts(tmp_path_factory.mktemp('wide'), 'wide.tif', shapes.noise(labels.shape, numpy.uint8), labels)
