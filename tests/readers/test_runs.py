"""Real images through the server and the command line: the same bytes, confidence, and an archive that proves itself."""
import io
import json
import pathlib
import subprocess
import zipfile

import numpy
import pytest
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
def test_seg_npy_has_the_flows(unpacked, name):
    stem = pathlib.Path(name).stem
    dat = numpy.load(unpacked / stem / f'{stem}_seg.npy', allow_pickle=True).item()
    height, width = dat['masks'].shape
    colours, probability, zeros, positions, planes = dat['flows']
    assert (colours.shape, colours.dtype) == ((1, height, width, 3), numpy.uint8)
    assert (probability.shape, probability.dtype) == ((1, height, width), numpy.uint8)
    assert zeros.shape == colours.shape
    assert positions == []
    assert dat['diameter'] == 17
    assert dat['chan_choose'] == [0, 0]
    numpy.testing.assert_array_equal(planes, tifffile.imread(unpacked / stem / f'{stem}_flows.tif'))

    # Cellpose's own pictures of these planes.
    lengths = numpy.hypot(planes[0], planes[1])
    low, high = numpy.percentile(lengths, (1, 99))
    brightness = 255 * numpy.clip((lengths - low) / (high - low), 0, 1) / 2
    angles = numpy.arctan2(planes[1], planes[0]) + numpy.pi
    for channel in range(3):
        expected = numpy.clip(brightness * (numpy.cos(angles + 2 * channel * numpy.pi / 3) + 1), 0, 255)
        assert numpy.abs(colours[0, ..., channel] - expected).max() < 1.01
    low, high = numpy.percentile(planes[2], (1, 99))
    expected = 255 * numpy.clip((planes[2] - low) / (high - low), 0, 1)
    assert numpy.abs(probability[0] - expected).max() < 1.01
