"""Every format, opened by the programs that it is meant for."""
import csv
import json
import pathlib
import shutil
import subprocess
import uuid
import zipfile

import numpy
import pytest
import results
import roifile
import shapely
import shapely.geometry
import tifffile
from PIL import Image
from pycocotools.coco import COCO
from skimage.measure import regionprops_table

IMAGEJ = pathlib.Path('/usr/share/java/ij.jar')
# Measured values may differ from scikit-image's by this, relatively.
TOLERANCE = 1e-6


def areas(labels):
    """Pixels of each label that has any."""
    counts = numpy.bincount(labels.ravel())
    return {label: counts[label] for label in range(1, len(counts)) if counts[label] > 0}


def read_json(path):
    return json.loads(path.read_text(encoding='utf-8'))


def read_csv(path):
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def ring_area(points):
    """Positive and negative for the two ways around."""
    x, y = numpy.asarray(points, float).T
    return (x @ numpy.roll(y, -1) - y @ numpy.roll(x, -1)) / 2


def test_masks(made):
    mask = Image.open(made.path('_cp_masks.png'))
    assert mask.mode.startswith('I')
    numpy.testing.assert_array_equal(numpy.asarray(mask), made.labels)
    colours = {name: Image.open(made.path(f'_{name}.png')) for name in ('class_mask', 'instance_mask', 'overlay')}
    assert [picture.mode for picture in colours.values()] == ['RGB', 'RGB', 'RGBA']
    for picture in colours.values():
        numpy.testing.assert_array_equal(numpy.asarray(picture).any(axis=2), made.labels > 0)
    instances = numpy.asarray(colours['instance_mask'])
    for label in areas(made.labels):
        assert len(numpy.unique(instances[made.labels == label], axis=0)) == 1


def expected_measurements(made):
    """What scikit-image measures, with the names of the CSV."""
    names = ['label', 'bbox', 'area', 'centroid', 'equivalent_diameter_area', 'axis_major_length', 'axis_minor_length',
             'eccentricity', 'orientation', 'perimeter', 'area_convex', 'solidity', 'extent', 'feret_diameter_max',
             'intensity_mean', 'intensity_min', 'intensity_max', 'intensity_std']
    table = regionprops_table(made.labels, made.image, properties=names)
    if made.pixel_size > 0:
        scaled = ['area', 'centroid', 'equivalent_diameter_area', 'axis_major_length', 'axis_minor_length', 'perimeter',
                  'feret_diameter_max']
        spaced = regionprops_table(made.labels, properties=scaled, spacing=(made.pixel_size, made.pixel_size))
        table |= {name + ('_um2' if name == 'area' else '_um'): values for name, values in spaced.items()}
    return table


@pytest.mark.filterwarnings('ignore')
def test_measurements_are_those_of_scikit_image(made):
    rows = read_csv(made.path('_measurements.csv'))
    assert [int(row['label']) for row in rows] == list(areas(made.labels))
    if not rows:
        return
    expected = expected_measurements(made)
    confidence = {'cell_probability', 'flow_error'} if made.filename in results.UPLOADS else set()
    assert rows[0].keys() == expected.keys() | {'touches_edge'} | confidence
    for name, values in expected.items():
        measured = numpy.array([float(row[name]) for row in rows])
        scale = numpy.maximum(1, numpy.abs(values))
        if name == 'orientation':  # of a circle it is any
            round_ones = expected['eccentricity'] < 1e-6
            measured[round_ones] = values[round_ones]
        worst = numpy.argmax(numpy.abs(measured - values) / scale)
        assert numpy.abs(measured - values)[worst] <= TOLERANCE * scale[worst], (
            f'{name} of {rows[worst]["label"]}: {measured[worst]}, scikit-image {values[worst]}')
    edge = numpy.ones(made.labels.shape, bool)
    edge[1:-1, 1:-1] = False
    assert {int(row['label']) for row in rows if row['touches_edge'] == '1'} == set(made.labels[edge]) - {0}


def rois_of(path):
    """roifile gives one ROI where a file has one, and cannot say that it has none."""
    with zipfile.ZipFile(path) as archive:
        if not archive.namelist():
            return []
    rois = roifile.roiread(path)
    return rois if isinstance(rois, list) else [rois]


def test_rois_in_roifile(made):
    rois = rois_of(made.path('_rois.zip'))
    found = {}
    for roi in rois:
        coordinates = roi.coordinates(multi=True)
        rings = coordinates if isinstance(coordinates, list) else [coordinates]
        found[int(roi.name)] = sum(ring_area(ring) for ring in rings)
    assert found == areas(made.labels)


@pytest.mark.skipif(not IMAGEJ.is_file() or not shutil.which('javac'), reason='ImageJ (libij-java) or a JDK is missing')
def test_rois_in_imagej(all_made):
    archives = {str(made.path('_rois.zip')): made for made in all_made.values()}
    java = ['java', '-Djava.awt.headless=true', '-XX:TieredStopAtLevel=1', '-cp', IMAGEJ,
            pathlib.Path(__file__).with_name('CountRois.java'), *archives]
    lines = subprocess.run(java, check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()
    found = {archive: {} for archive in archives}
    for archive, name, *_, pixels in map(str.split, lines):
        found[archive][int(name)] = int(pixels)
    assert found == {archive: areas(made.labels) for archive, made in archives.items()}


def test_geojson_in_shapely(made):
    collection = read_json(made.path('.geojson'))
    assert collection['type'] == 'FeatureCollection'
    found = {}
    for feature in collection['features']:
        geometry = shapely.geometry.shape(feature['geometry'])
        assert geometry.is_valid, shapely.is_valid_reason(geometry)
        properties = feature['properties']
        assert properties['objectType'] == 'detection'
        assert properties['name'] == str(properties['label'])
        assert properties['measurements']['area'] == geometry.area
        assert uuid.UUID(feature['id']).version == 8
        found[properties['label']] = geometry.area
    assert found == areas(made.labels)
    assert len({feature['id'] for feature in collection['features']}) == len(found)


def test_geojson_draws_the_masks_again(made):
    """Each pixel's centre lies in the shape of its label and in no other."""
    for feature in read_json(made.path('.geojson'))['features']:
        geometry = shapely.geometry.shape(feature['geometry'])
        left, top, right, bottom = map(int, geometry.bounds)
        columns, rows = numpy.meshgrid(numpy.arange(left, right), numpy.arange(top, bottom))
        inside = shapely.contains_xy(geometry, columns + 0.5, rows + 0.5)
        numpy.testing.assert_array_equal(inside, made.labels[top:bottom, left:right] == feature['properties']['label'])


def test_coco_in_pycocotools(made):
    coco = COCO(made.path('_coco.json'))
    (image,) = coco.loadImgs(coco.getImgIds())
    assert (image['file_name'], image['height'], image['width']) == (made.filename, *made.labels.shape)
    annotations = coco.loadAnns(coco.getAnnIds())
    assert {annotation['id']: annotation['area'] for annotation in annotations} == areas(made.labels)
    for annotation in annotations:
        mask = coco.annToMask(annotation).astype(bool)
        numpy.testing.assert_array_equal(mask, made.labels == annotation['id'])
        rows, columns = numpy.nonzero(mask)
        assert annotation['bbox'] == [columns.min(), rows.min(), numpy.ptp(columns) + 1, numpy.ptp(rows) + 1]


def test_nuclei_json(made):
    nuclei = read_json(made.path('_nuclei.json'))
    assert nuclei['image_id'] == made.filename
    columns = read_csv(made.path('_measurements.csv'))
    assert [nucleus['id'] for nucleus in nuclei['nuclei']] == list(areas(made.labels))
    for nucleus, row in zip(nuclei['nuclei'], columns, strict=True):
        box = nucleus['bbox']
        assert [box['y1'], box['x1'], box['y2'], box['x2']] == [int(row[f'bbox-{edge}']) for edge in range(4)]
        assert shapely.Polygon(nucleus['polygon']).is_valid
        assert nucleus['stats'] == {name: float(value) for name, value in row.items()
                                    if name != 'label' and not name.startswith('bbox')}


def test_outlines_lie_on_their_objects(made):
    lines = made.path('_cp_outlines.txt').read_text().split('\n')[:-1]
    assert len(lines) == len(areas(made.labels))
    for label, line in zip(areas(made.labels), lines, strict=True):
        numbers = numpy.array([int(number) for number in line.split(',') if number], int).reshape(-1, 2)
        assert (made.labels[numbers[:, 1], numbers[:, 0]] == label).all()


def load_as_cellpose(path):
    """The lines of cellpose.gui.io._load_seg that read a file."""
    dat = numpy.load(path, allow_pickle=True).item()
    assert not isinstance(dat['outlines'], list)
    assert dat['masks'].min() >= 0
    assert len(dat['chan_choose']) in (0, 2)
    ncells = dat['masks'].max()
    assert dat['outlines'].dtype == dat['masks'].dtype
    assert len(dat['ismanual']) == ncells and not dat['ismanual'].any()
    return dat


def test_seg_npy(made):
    dat = load_as_cellpose(made.path('_seg.npy'))
    numpy.testing.assert_array_equal(dat['masks'], made.labels)
    assert dat['masks'].dtype == numpy.uint16
    outline = dat['outlines'] > 0
    numpy.testing.assert_array_equal(dat['outlines'][outline], made.labels[outline])
    assert set(numpy.unique(dat['outlines'])) == {0} | set(areas(made.labels))
    assert dat['filename'] == made.filename
    dat['masks'][0, 0] = 9  # arrays are the reader's to change


def test_more_objects_than_sixteen_bits(many):
    assert not many.path('_cp_masks.png').exists()
    numpy.testing.assert_array_equal(tifffile.imread(many.path('_cp_masks.tif')), many.labels)
    assert len(read_csv(many.path('_measurements.csv'))) == 70_000
    assert len(read_json(many.path('_coco.json'))['annotations']) == 70_000
    assert many.path('.geojson').read_text().count('"Feature"') == 70_000
    assert many.path('_nuclei.json').read_text().count('"polygon"') == 70_000
    with zipfile.ZipFile(many.path('_rois.zip')) as archive:
        assert archive.namelist() == [f'{label:05}.roi' for label in range(1, 70_001)]
        last = roifile.ImagejRoi.frombytes(archive.read('70000.roi'))
    assert (last.name, ring_area(last.coordinates())) == ('70000', 4)
    dat = load_as_cellpose(many.path('_seg.npy'))
    assert dat['masks'].dtype == numpy.uint32
    numpy.testing.assert_array_equal(dat['masks'], many.labels)


@pytest.mark.parametrize('name', ['quote" and \\ back.tif', 'Zelle µ 細胞.tif', 'line\nbreak.tif', '<&>\'; --.tif'])
def test_names_with_any_characters(name, tmp_path):
    labels = numpy.zeros((6, 7), int)
    labels[1:4, 2:5] = 1
    written = results.write_artifacts(tmp_path, name, labels.astype(numpy.uint8), labels)
    assert read_json(written.path('_coco.json'))['images'][0]['file_name'] == name
    assert read_json(written.path('_nuclei.json'))['image_id'] == name
    assert load_as_cellpose(written.path('_seg.npy'))['filename'] == name
    assert len(rois_of(written.path('_rois.zip'))) == 1
