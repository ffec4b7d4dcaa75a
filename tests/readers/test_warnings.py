"""What a doubtful image is told about: a real one, spoilt in every way that the table in docs/results.md names."""
import io
import json
import re
import subprocess
import zipfile

import client
import numpy
import pytest
import results
from black_box import environment
from skimage.filters import gaussian

FAR_TOO_SMALL = 5  # px; the nuclei have 17
EVERYTHING = {'cellprob_threshold': -6, 'flow_threshold': 0}  # of noise too


def spoilt():
    good = results.example('fluorescence_small_256x256')[0]
    noise = numpy.random.default_rng(2).normal(1000, 12, good.shape)
    return {
        'good': good,
        'constant': numpy.full_like(good, 7),
        'noise': noise.round().astype(numpy.uint16),
        'faint': (20 + good / good.max() * 6).round().astype(numpy.uint8),
        'overexposed': numpy.clip(good / numpy.percentile(good, 95) * 255, 0, 255).astype(numpy.uint8),
        'blurred': gaussian(good, 8, preserve_range=True).round().astype(numpy.uint8),
    }


def warnings_of(server, params, model_id='cellpose_default'):
    """By image, as the inference tells them and the manifest of its archive keeps them."""
    user = client.sign_in(server.url)
    files = [(f'{name}.tif', results.tiff(image)) for name, image in spoilt().items()]
    dataset = user.upload(files).json['dataset_id']
    inference = user.start(dataset, params | {'outputs': ['measurements']}, model_id=model_id).json['inference_id']
    told = user.get(f'/api/inferences/{inference}').json['results']
    archive = zipfile.ZipFile(io.BytesIO(user.get(f'/api/inferences/{inference}/download').body))
    assert json.loads(archive.read('manifest.json'))['results'] == told
    return {image['source_filename'].removesuffix('.tif'): image['warnings'] for image in told}


@pytest.fixture(scope='module')
def usual(server):
    return warnings_of(server, {'diameter': 17})


@pytest.fixture(scope='module')
def unusual(server):
    return warnings_of(server, {'diameter': FAR_TOO_SMALL} | EVERYTHING)


@pytest.fixture(scope='module')
def without_diameter(server, binary):
    """Of a model that cannot estimate one."""
    subprocess.run([binary, 'models', 'import', results.ROOT / 'models/nuclei_bbbc038.pth', '--id', 'plain', '--data',
                    server.data], check=True, capture_output=True, env=environment())
    return warnings_of(server, {}, 'plain')


@pytest.mark.parametrize('name, begins', [
    ('constant', 'All pixels'), ('noise', 'Blank'), ('faint', 'Low contrast'), ('overexposed', 'Saturated'),
    ('blurred', 'Out of focus')])
def test_what_is_wrong_is_told(usual, name, begins):
    assert any(warning.startswith(begins) for warning in usual[name]), usual[name]
    assert usual['good'] == []


def test_a_diameter_that_the_model_was_not_trained_at(unusual):
    assert any(re.match('A diameter of 5 px is far from the 17 px', warning) for warning in unusual['good'])
    assert any(re.match('The cells that were found .* 5 px was used', warning) for warning in unusual['good'])


def test_every_row_of_the_docs_was_seen(usual, unusual, without_diameter):
    table = (results.ROOT / 'docs/results.md').read_text().split('| begins with | when |\n|---|---|\n')[1]
    rows = [line.split('|')[1].strip() for line in table.splitlines() if line.startswith('|')]
    assert len(rows) == 10
    seen = [warning for told in (usual, unusual, without_diameter) for warnings in told.values() for warning in warnings]
    for row in rows:
        pattern = '.*'.join(map(re.escape, row.split(' ... ') if ' ... ' in row else [row.removesuffix(' ...')]))
        assert any(re.match(pattern, warning) for warning in seen), (row, seen)
