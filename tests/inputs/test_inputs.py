"""Files of other programs are read to the last bit, or refused with a sentence; the table in the docs is what was run."""
import json
import os
import pathlib
import shutil
import subprocess

import numpy
import pytest
import tifffile
import writers
from conftest import ROOT

IMAGEJ = pathlib.Path('/usr/share/java/ij.jar')
TABLE_BEGIN, TABLE_END = '<!-- formats -->\n', '<!-- end -->\n'


def read_images(*paths):
    """What the product says of each file."""
    program = os.environ.get('INTELLICLINIX_READ_IMAGES', ROOT / 'build/release/tests/inputs/read_images')
    output = subprocess.run([program, *paths], check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def samples_of(path, facts):
    return numpy.fromfile(f'{path}.raw', facts['type']).reshape(facts['shape'])


@pytest.fixture(scope='module')
def cases(tmp_path_factory):
    """Every case with its path and with what was read."""
    folder = tmp_path_factory.mktemp('inputs')
    made = list(writers.cases(folder))
    paths = [folder / f'{number}.image' for number in range(len(made))]
    for path, case in zip(paths, made):
        path.write_bytes(case.content)
    return list(zip(made, paths, read_images(*paths)))


def test_every_file_is_read_to_the_last_bit_or_refused(cases):
    for case, path, facts in cases:
        if case.expected is None:
            assert facts.get('error', '').endswith(('.', '?')), (case, facts)
            continue
        assert 'error' not in facts, (case.format, case.samples, case.layout, case.writer, facts)
        samples = samples_of(path, facts)
        assert samples.shape == case.expected.shape, (case, facts)
        difference = numpy.abs(samples.astype('f8') - case.expected.astype('f8')).max()
        assert difference <= case.tolerance, (case.format, case.samples, case.layout, case.writer, difference)


def table(cases):
    rows = {}
    for case, _, _ in cases:
        row = rows.setdefault((case.format, case.samples, case.layout), (case.becomes, set()))
        row[1].add(case.writer)
    lines = ['| format | samples | layout | becomes | files of |', '|---|---|---|---|---|']
    lines += [f'| {" | ".join(key)} | {becomes} | {", ".join(sorted(names))} |' for key, (becomes, names) in rows.items()]
    return '\n'.join(lines) + '\n'


@pytest.mark.skipif(writers.rasterio is None, reason='without GDAL some rows are missing')
def test_the_table_in_the_docs_is_what_was_run(cases):
    text = (ROOT / 'docs/formats.md').read_text()
    written = text.split(TABLE_BEGIN)[1].split(TABLE_END)[0]
    assert written == table(cases), f'docs/formats.md is stale; the table is:\n{table(cases)}'


def test_channel_names_and_pixel_sizes(tmp_path):
    stack = writers.noise('u2', 3, writers.HEIGHT, writers.WIDTH)
    ome = {'axes': 'CYX', 'Channel': {'Name': ['DAPI', 'GFP', 'Cy5']}, 'PhysicalSizeX': 325, 'PhysicalSizeXUnit': 'nm',
           'PhysicalSizeY': 0.65, 'PhysicalSizeYUnit': 'µm'}
    tifffile.imwrite(tmp_path / 'a.ome.tif', stack, ome=True, metadata=ome)
    tifffile.imwrite(tmp_path / 'b.tif', stack, imagej=True, resolution=(1 / 0.325, 1 / 0.65),
                     metadata={'axes': 'ZYX', 'unit': 'um'})
    named, measured = read_images(tmp_path / 'a.ome.tif', tmp_path / 'b.tif')
    assert (named['axes'], named['names']) == ('CYX', ['DAPI', 'GFP', 'Cy5'])
    assert named['pixel_size'] == pytest.approx([0.325, 0.65])
    assert (measured['axes'], measured['names'], measured['pixel_size']) == ('ZYX', [], [0.325, 0.65])


@pytest.mark.skipif(not IMAGEJ.is_file() or not shutil.which('javac'), reason='ImageJ (libij-java) or a JDK is missing')
def test_hyperstacks_that_imagej_saved(tmp_path):
    subprocess.run(['java', '-Djava.awt.headless=true', '-XX:TieredStopAtLevel=1', '-cp', IMAGEJ,
                    pathlib.Path(__file__).with_name('WriteHyperstack.java'), tmp_path], check=True, timeout=120)
    counted = numpy.arange(12 * 5 * 7)
    deep = numpy.moveaxis(counted.reshape(2, 3, 2, 5, 7), 2, -1)
    floats = counted[:3 * 5 * 7].reshape(1, 3, 5, 7, 1) / 4
    number = counted[:4 * 5 * 7].reshape(4, 1, 5, 7)
    colours = numpy.stack([number >> 16, number >> 8, number], axis=-1) % 256
    expected = {'deep': ('TZCYX', deep), 'floats': ('ZYX', floats), 'colours': ('TYXC', colours)}
    paths = [tmp_path / f'{name}.tif' for name in expected]
    for path, facts, (axes, samples) in zip(paths, read_images(*paths), expected.values()):
        assert facts.get('axes') == axes, facts
        assert facts['pixel_size'] == [0.325, 0.65]
        numpy.testing.assert_array_equal(samples_of(path, facts), samples)


def damaged(tmp_path):
    """Files that no program should trust, and what is said of them."""
    stack = writers.noise('u2', 4, writers.HEIGHT, writers.WIDTH)
    good = writers.tiff(stack, imagej=True, metadata={'axes': 'ZYX'})
    yield good[:len(good) // 2], 'damaged or incomplete', 'incomplete', 'fewer'
    ome = writers.tiff(stack, ome=True, metadata={'axes': 'ZYX'})
    yield ome.replace(b'SizeZ="4"', b'SizeZ="5"'), 'contradicts'
    yield ome.replace(b'SizeX="70"', b'SizeX="71"'), 'contradicts'
    with tifffile.TiffWriter(tmp_path / 'shapes.tif') as file:
        for height in (20, 30):
            file.write(writers.noise('u1', height, 20), contiguous=False)
    yield (tmp_path / 'shapes.tif').read_bytes(), 'not alike'
    with tifffile.TiffWriter(tmp_path / 'series.ome.tif', ome=True) as file:
        for _ in range(2):
            file.write(stack, metadata={'axes': 'ZYX'})
    yield (tmp_path / 'series.ome.tif').read_bytes(), '2 images'
    with tifffile.TiffWriter(tmp_path / 'many.tif') as file:
        file.write(numpy.zeros((60_000, 1, 1), 'u1'), photometric='minisblack', metadata=None)
    yield (tmp_path / 'many.tif').read_bytes(), '20,000 pages'
    large = '<?xml version="1.0"?><OME>' + ' ' * 10_000_000 + '</OME>'
    yield writers.tiff(stack[0], description=large, metadata=None), '10,000,032 bytes'
    entities = '<!DOCTYPE OME [<!ENTITY a "b">]><OME>&a;</OME>'
    yield writers.tiff(stack[0], description=entities, metadata=None), 'entities'


def test_damage_is_told_in_a_sentence(tmp_path):
    cases = list(damaged(tmp_path))
    paths = []
    for number, (content, *_) in enumerate(cases):
        paths.append(tmp_path / f'damaged{number}.tif')
        paths[-1].write_bytes(content)
    for facts, (_, *words) in zip(read_images(*paths), cases):
        assert any(word in facts.get('error', 'it was read') for word in words), (facts, words)
