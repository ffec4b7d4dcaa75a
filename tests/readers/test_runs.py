"""Real images through the server and the command line: the same bytes, and files that the readers open."""
import io
import json
import pathlib
import subprocess
import zipfile

import client
import numpy
import pytest
import results
import roifile
import shapely.geometry
import tifffile
from PIL import Image
from pycocotools.coco import COCO
from skimage.measure import regionprops_table

PARAMS = {'diameter': 17}


def image_files():
    """One H&E image, one of 16 bit, one of three channels as a microscope writes it: names and bytes."""
    histology, _ = results.example('histology_he_256x320')
    yield 'histology.png', png(histology)
    tissue, _ = results.example('tissue_256x256')
    yield 'tissue.tif', tiff(tissue.astype(numpy.uint16) * 100)
    small, _ = results.example('fluorescence_small_256x256')
    yield 'channels.tif', tiff(numpy.stack([small, small // 2, tissue], axis=-1), photometric='rgb')


def png(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, 'PNG')
    return file.getvalue()


def tiff(image, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, image, **options)
    return file.getvalue()


FILES = dict(image_files())


@pytest.fixture(scope='module')
def outputs(binary):
    """Every kind of output of the default model."""
    model = json.loads(subprocess.run([binary, 'models', 'show', 'cellpose_default'], check=True, capture_output=True,
                                      text=True).stdout)
    return model['params']['properties']['outputs']['items']['enum']


@pytest.fixture(scope='module')
def from_command_line(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp('segment')
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    subprocess.run([binary, 'segment', *FILES, '-o', 'out', '--diameter', '17', '--all'], cwd=folder, check=True,
                   timeout=300)
    return folder / 'out'


@pytest.fixture(scope='module')
def from_server(server, outputs):
    """The archive of an inference over all images."""
    user = client.sign_in(server.url)
    dataset = user.upload(list(FILES.items())).json['dataset_id']
    answer = user.start(dataset, PARAMS | {'outputs': outputs})
    assert answer.status == 200, answer.body
    return zipfile.ZipFile(io.BytesIO(user.get(f'/api/inferences/{answer.json["inference_id"]}/download').body))


def test_server_and_command_line_write_the_same_bytes(from_command_line, from_server):
    local = {path.name: path.read_bytes() for path in from_command_line.iterdir()}
    originals = set(FILES)
    remote = {name.split('/')[-1]: from_server.read(name) for name in from_server.namelist() if '/' in name}
    assert set(local) == set(remote) - originals
    assert [name for name in local if local[name] != remote[name]] == []


@pytest.fixture(scope='module')
def unpacked(from_server, tmp_path_factory):
    folder = tmp_path_factory.mktemp('archive')
    from_server.extractall(folder)
    return folder


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('name', FILES)
def test_every_reader_opens_the_archive(unpacked, name):
    stem = pathlib.Path(name).stem
    path = lambda ending: unpacked / stem / (stem + ending)  # noqa: E731
    labels = numpy.asarray(Image.open(path('_cp_masks.png'))).astype(int)
    count = labels.max()
    assert count > 10
    assert len(roifile.roiread(path('_rois.zip'))) == count
    features = json.loads(path('.geojson').read_text())['features']
    assert all(shapely.geometry.shape(feature['geometry']).is_valid for feature in features)
    assert [feature['properties']['label'] for feature in features] == list(range(1, count + 1))
    assert len(COCO(path('_coco.json')).getAnnIds()) == count
    table = numpy.genfromtxt(path('_measurements.csv'), delimiter=',', names=True)
    image = numpy.asarray(Image.open(io.BytesIO(FILES[name]))) if name.endswith('png') else tifffile.imread(
        io.BytesIO(FILES[name]))
    expected = regionprops_table(labels, image, properties=['area', 'intensity_mean', 'solidity', 'perimeter'])
    for column, values in expected.items():
        numpy.testing.assert_allclose(table[column.replace('-', '')], values, rtol=1e-6)


@pytest.mark.parametrize('name', FILES)
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


@pytest.mark.parametrize('name', FILES)
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
