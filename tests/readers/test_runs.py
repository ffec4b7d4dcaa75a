"""Real images through the server and the command line: the same bytes, confidence, and an archive that proves itself."""
import io
import json
import pathlib
import subprocess
import zipfile

import cellpose_code
import client
import numpy
import pytest
import results
import skimage.segmentation
import tifffile
from black_box import environment
from PIL import Image
from results import UPLOADS
from skimage.measure import regionprops_table


def test_server_and_command_line_write_the_same_bytes(binary, archive, tmp_path):
    for name, upload in UPLOADS.items():
        (tmp_path / name).write_bytes(upload.content)
    subprocess.run([binary, 'segment', *UPLOADS, '-o', 'out', '--diameter', '17', '--all'], cwd=tmp_path, check=True,
                   timeout=300, env=environment())
    local = {path.name: path.read_bytes() for path in (tmp_path / 'out').iterdir()}
    zipped = zipfile.ZipFile(io.BytesIO(archive))
    remote = {name.split('/')[-1]: zipped.read(name) for name in zipped.namelist() if '/' in name}
    assert set(local) == set(remote) - set(UPLOADS)
    assert [name for name in local if local[name] != remote[name]] == []


def test_the_archive_proves_itself(binary, archive, outputs, tmp_path):
    """Every entry is what the manifest says, and the masks come out the same again."""
    (tmp_path / 'a.zip').write_bytes(archive)
    process = subprocess.run([binary, 'verify', 'a.zip', '--rerun', '--json'], cwd=tmp_path, capture_output=True,
                             text=True, timeout=300, env=environment())
    assert process.returncode == 0, process.stdout + process.stderr
    told = json.loads(process.stdout)
    assert told['entries'] == len(UPLOADS) * (1 + len(outputs))
    assert {image['source_filename']: image['outcome'] for image in told['rerun']} == dict.fromkeys(UPLOADS, 'same')
    assert all(image['objects'] > 10 for image in told['rerun'])


@pytest.mark.parametrize('name', UPLOADS)
def test_confidence_is_that_of_the_flows(unpacked, name):
    """The mean probability of each cell, from the network's own output."""
    stem = pathlib.Path(name).stem
    path = lambda ending: unpacked / stem / (stem + ending)  # noqa: E731
    labels = numpy.asarray(Image.open(path('_cp_masks.png'))).astype(int)
    with tifffile.TiffFile(path('_flows.tif')) as file:
        assert [page.tags['PageName'].value for page in file.pages] == ['flow_y', 'flow_x', 'cell_logit']
        flows = file.asarray()
    assert flows.shape == (3, *labels.shape)
    assert flows.dtype == numpy.float32
    probability = 1 / (1 + numpy.exp(-flows[2].astype(float)))
    expected = regionprops_table(labels, probability, properties=['intensity_mean'])['intensity_mean']
    table = numpy.genfromtxt(path('_measurements.csv'), delimiter=',', names=True)
    numpy.testing.assert_allclose(table['cell_probability'], expected, atol=1e-3)
    assert (table['flow_error'] >= 0).all()
    assert (table['flow_error'] <= 0.4).all()


@pytest.mark.parametrize('name', UPLOADS)
def test_seg_npy_is_that_of_cellpose(unpacked, tmp_path, name):
    """Member by member; grey levels of its pictures may be rounded otherwise."""
    stem = pathlib.Path(name).stem
    written = numpy.load(unpacked / stem / f'{stem}_seg.npy', allow_pickle=True).item()
    labels = numpy.asarray(Image.open(unpacked / stem / f'{stem}_cp_masks.png')).astype(int)
    planes = tifffile.imread(unpacked / stem / f'{stem}_flows.tif')
    expected = cellpose_code.write_seg(tmp_path, name, labels, planes, 17.0)
    assert written.keys() == expected.keys()
    assert written.pop('filename') == name == pathlib.Path(expected.pop('filename')).name
    for ours, theirs in zip(written.pop('flows'), expected.pop('flows'), strict=True):
        assert_alike(ours, theirs)
    for member, theirs in expected.items():
        assert_alike(written[member], theirs)


def assert_alike(ours, theirs):
    ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
    assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype)
    numpy.testing.assert_allclose(ours.astype(float), theirs.astype(float), rtol=0, atol=1 if ours.dtype == numpy.uint8 else 0)


def test_corrections_are_scored_as_cellpose_scores(server):
    """Labels that people drew, held against the machine's."""
    examples = ['histology_he_256x320', 'tissue_256x256']
    user = client.sign_in(server.url)
    dataset = user.upload([(f'{name}.png', results.png(results.example(name)[0])) for name in examples]).json['dataset_id']
    inference = user.start(dataset, {'diameter': 17, 'outputs': ['label_mask']}).json['inference_id']
    zipped = zipfile.ZipFile(io.BytesIO(user.get(f'/api/inferences/{inference}/download').body))
    for name in examples:
        drawn = skimage.segmentation.relabel_sequential(results.example(name)[1])[0].astype(numpy.uint16)
        found = numpy.asarray(Image.open(io.BytesIO(zipped.read(f'{name}/{name}_cp_masks.png')))).astype(int)
        (ap50, ap75), (hits, _), (more, _), (fewer, _) = cellpose_code.METRICS.average_precision(drawn, found, [0.5, 0.75])
        assert 0 < ap75 < ap50 < 1
        answer = user.correct(inference, ('a.png', results.png(drawn)), source_filename=f'{name}.png')
        assert answer.status == 201, answer.body
        assert answer.json['scores'] == pytest.approx(
            {'ap50': ap50, 'ap75': ap75, 'f1': 2 * hits / (2 * hits + more + fewer)}, rel=1e-6)
