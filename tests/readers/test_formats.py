"""Every format, opened by the programs that it is meant for."""
import csv
import json
import pathlib
import shutil
import subprocess
import uuid
import zipfile

import cellpose_code
import numpy
import pytest
import results
import roifile
import shapely
import shapely.geometry
import tifffile
from PIL import Image
from pycocotools.coco import COCO
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.measure import regionprops_table

IMAGEJ = pathlib.Path('/usr/share/java/ij.jar')
# Measured values may differ from scikit-image's by this, relatively, and by less where they would be 0 but for rounding.
TOLERANCE, ROUNDING = 1e-6, 1e-7


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


def test_objects_that_touch_can_be_told_apart(made):
    """By the difference that people see: 2.3 is just noticeable."""
    colours = rgb2lab(numpy.asarray(Image.open(made.path('_instance_mask.png'))))
    for here, there in (numpy.s_[1:], numpy.s_[:-1]), (numpy.s_[:, 1:], numpy.s_[:, :-1]):
        one, other = made.labels[here], made.labels[there]
        touch = (one != other) & (one > 0) & (other > 0)
        difference = deltaE_ciede2000(colours[here][touch], colours[there][touch])
        assert (difference > 10).all(), difference.min()


def expected_measurements(made):
    """What scikit-image measures, with the names of the CSV."""
    names = ['label', 'bbox', 'area', 'centroid', 'equivalent_diameter_area', 'axis_major_length', 'axis_minor_length',
             'eccentricity', 'orientation', 'perimeter', 'area_convex', 'solidity', 'extent', 'feret_diameter_max',
             'intensity_mean', 'intensity_min', 'intensity_max', 'intensity_std']
    table = regionprops_table(made.labels, made.image, properties=names)
    if made.pixel_size:
        scaled = ['area', 'centroid', 'equivalent_diameter_area', 'axis_major_length', 'axis_minor_length']
        if made.pixel_size[0] == made.pixel_size[1]:  # scikit-image has no perimeter of other pixels either
            scaled += ['perimeter', 'feret_diameter_max']
        spaced = regionprops_table(made.labels, properties=scaled, spacing=made.pixel_size)
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
        allowed = TOLERANCE * numpy.abs(values) + ROUNDING
        if name == 'orientation':  # of a circle it is any
            round_ones = expected['eccentricity'] < 1e-6
            measured[round_ones] = values[round_ones]
        worst = numpy.argmax(numpy.abs(measured - values) / allowed)
        assert numpy.abs(measured - values)[worst] <= allowed[worst], (
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


def areas_in_roifile(path):
    found = {}
    for roi in rois_of(path):
        coordinates = roi.coordinates(multi=True)
        rings = coordinates if isinstance(coordinates, list) else [coordinates]
        found[int(roi.name)] = sum(ring_area(ring) for ring in rings)
    return found


def imagej(program, *paths):
    """The lines that a program beside this file prints of files that it opens with ImageJ."""
    java = ['java', '-Djava.awt.headless=true', '-XX:TieredStopAtLevel=1', '-cp', IMAGEJ,
            pathlib.Path(__file__).with_name(program), *paths]
    return subprocess.run(java, check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()


def areas_in_imagej(*paths):
    """Of each ROI ZIP, the pixels that ImageJ finds within each of its ROIs."""
    found = {str(path): {} for path in paths}
    for path, name, *_, pixels in map(str.split, imagej('CountRois.java', *paths)):
        found[path][int(name)] = int(pixels)
    return list(found.values())


needs_imagej = pytest.mark.skipif(not IMAGEJ.is_file() or not shutil.which('javac'),
                                  reason='ImageJ (libij-java) or a JDK is missing')


def test_rois_in_roifile(made):
    assert areas_in_roifile(made.path('_rois.zip')) == areas(made.labels)


@needs_imagej
def test_rois_in_imagej(all_made):
    archives = [made.path('_rois.zip') for made in all_made.values()]
    assert areas_in_imagej(*archives) == [areas(made.labels) for made in all_made.values()]


def test_rois_of_a_wide_image_in_roifile(wide):
    assert areas_in_roifile(wide.path('_rois.zip')) == areas(wide.labels)


@needs_imagej
def test_rois_of_a_wide_image_in_imagej(wide):
    assert areas_in_imagej(wide.path('_rois.zip')) == [areas(wide.labels)]


@needs_imagej
def test_label_images_and_flows_in_imagej(all_made, many):
    expected = {str(made.path('_cp_masks.png')): [(16, made.labels)] for made in all_made.values()}
    expected[str(many.path('_cp_masks.tif'))] = [(32, many.labels)]
    for name in results.UPLOADS:
        path = all_made[name].path('_flows.tif')
        expected[str(path)] = [(32, plane) for plane in tifffile.imread(path).astype(float)]
    lines = imagej('ReadImages.java', *expected)
    told = [(path, bits, plane, plane_of.shape) for path, planes in expected.items()
            for plane, (bits, plane_of) in enumerate(planes, 1)]
    found = [line.split('\t') for line in lines]
    assert [(path, int(bits), int(plane), (int(height), int(width))) for path, bits, plane, width, height, _ in found] == told
    sums = [plane.sum() for planes in expected.values() for _, plane in planes]
    numpy.testing.assert_allclose([float(line[-1]) for line in found], sums, rtol=1e-9, atol=1e-6)


def test_geojson_in_shapely(made):
    collection = read_json(made.path('.geojson'))
    assert collection['type'] == 'FeatureCollection'
    found, measurements = {}, []
    for feature in collection['features']:
        geometry = shapely.geometry.shape(feature['geometry'])
        assert geometry.is_valid, shapely.is_valid_reason(geometry)
        properties = feature['properties']
        assert properties['objectType'] == 'detection'
        assert properties['name'] == str(properties['label'])
        assert properties['measurements']['area'] == geometry.area
        assert properties['touches_edge'] == bool(properties['measurements']['touches_edge'])
        measurements.append({'label': properties['label']} | properties['measurements'])
        assert uuid.UUID(feature['id']).version == 8
        found[properties['label']] = geometry.area
    assert found == areas(made.labels)
    assert len({feature['id'] for feature in collection['features']}) == len(found)
    assert measurements == [{name: float(value) for name, value in row.items() if not name.startswith('bbox')}
                            for row in read_csv(made.path('_measurements.csv'))]


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


def test_outlines_are_those_that_cellpose_writes(made, tmp_path):
    written = made.path('_cp_outlines.txt').read_bytes()
    assert written == cellpose_code.write_outlines(tmp_path, 'a', made.labels)
    lines = written.decode().split('\n')[:-1]
    for label, line in zip(areas(made.labels), lines, strict=True):
        numbers = numpy.array([int(number) for number in line.split(',') if number], int).reshape(-1, 2)
        assert (made.labels[numbers[:, 1], numbers[:, 0]] == label).all()


def test_seg_npy_in_cellpose(made):
    """Beside the image, as people put it: the window shows the image, and of every label one cell."""
    window = cellpose_code.load_seg(made.path('_seg.npy'))
    assert window.loaded is True
    assert window.filename == str(made.folder / made.filename)
    assert window.stack.shape[:3] == (1, *made.labels.shape)
    (cells,) = window.cellpix
    assert window.ncells == len(areas(made.labels)) == cells.max()
    pairs = numpy.unique(numpy.stack([cells.ravel(), made.labels.ravel()]), axis=1)
    assert len(pairs.T) == window.ncells + 1  # Cellpose numbers cells anew where numbers are left out
    assert len(window.ismanual) == window.ncells and not window.ismanual.any()
    if made.filename in results.UPLOADS:
        assert window.flows[0].shape == (1, *made.labels.shape, 3)
        assert window.flows[4].shape == (3, *made.labels.shape)


def load_seg_npy(path):
    """Its members, of which the labels are checked as far as they are of any."""
    dat = numpy.load(path, allow_pickle=True).item()
    assert len(dat['chan_choose']) == 2
    assert dat['outlines'].dtype == dat['masks'].dtype
    assert len(dat['ismanual']) == dat['masks'].max() and not dat['ismanual'].any()
    return dat


def test_seg_npy(made):
    dat = load_seg_npy(made.path('_seg.npy'))
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
    dat = load_seg_npy(many.path('_seg.npy'))
    assert dat['masks'].dtype == numpy.uint32
    numpy.testing.assert_array_equal(dat['masks'], many.labels)


@pytest.mark.parametrize('name', ['quote" and \\ back.tif', 'Zelle µ 細胞.tif', 'line\nbreak.tif', '<&>\'; --.tif'])
def test_names_with_any_characters(name, tmp_path):
    labels = numpy.zeros((6, 7), int)
    labels[1:4, 2:5] = 1
    written = results.write_artifacts(tmp_path, name, labels.astype(numpy.uint8), labels)
    assert read_json(written.path('_coco.json'))['images'][0]['file_name'] == name
    assert read_json(written.path('_nuclei.json'))['image_id'] == name
    assert load_seg_npy(written.path('_seg.npy'))['filename'] == name
    assert len(rois_of(written.path('_rois.zip'))) == 1
