"""Images that lie or are broken: each is refused with a sentence that says what to do, and nothing of it is stored."""
import io
import json
import struct
import subprocess
import warnings

import client
import numpy
import pytest
import tifffile
import writers
from conftest import environment
from PIL import Image

WIDTH, HEIGHT, WIDTH_TAG, STRIPS_TAG, COUNTS_TAG = 32, 24, 256, 273, 279


def directory(entries, following):
    """One directory of a little-endian TIFF; `entries`: {tag: (type, value)} of single values."""
    packed = b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, (kind, value) in sorted(entries.items()))
    return struct.pack('<H', len(entries)) + packed + struct.pack('<I', following)


def pages(count, last_leads_to=0, **changes):
    """A TIFF of pages that all show the same strip; `changes` of tags, by 't256' and so on, in the last one."""
    strip = bytes(range(WIDTH)) * HEIGHT
    first = 8 + len(strip)
    entries = {WIDTH_TAG: (4, WIDTH), 257: (4, HEIGHT), 258: (3, 8), 259: (3, 1), 262: (3, 1), STRIPS_TAG: (4, 8),
               277: (3, 1), 278: (4, HEIGHT), COUNTS_TAG: (4, len(strip))}
    size = len(directory(entries, 0))
    file = [b'II*\0' + struct.pack('<I', first) + strip]
    for page in range(count):
        is_last = page == count - 1
        changed = {int(tag[1:]): (4, value) for tag, value in changes.items()} if is_last else {}
        file.append(directory(entries | changed, last_leads_to if is_last else first + (page + 1) * size))
    return b''.join(file)


def ome(xml_change, pages_of_file=2):
    """An OME-TIFF of two channels whose metadata `xml_change` has changed."""
    with tifffile.TiffFile(io.BytesIO(writers.tiff(numpy.zeros((2, HEIGHT, WIDTH), 'u1'), ome=True,
                                                   metadata={'axes': 'CYX'}))) as file:
        xml = xml_change(file.ome_metadata)
    out = io.BytesIO()
    tifffile.imwrite(out, numpy.zeros((pages_of_file, HEIGHT, WIDTH), 'u1'), description=xml.encode(), metadata=None,
                     photometric='minisblack')
    return out.getvalue()


def mixed():
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(numpy.zeros((HEIGHT, WIDTH), 'u1'), metadata=None)
        file.write(numpy.zeros((HEIGHT, WIDTH - 2), 'u1'), metadata=None)
    return out.getvalue()


def truncated_png():
    out = io.BytesIO()
    Image.fromarray(numpy.random.default_rng(1).integers(0, 255, (200, 200), 'u1')).save(out, 'PNG')
    return out.getvalue()[:20_000]


ENTITIES = '<!DOCTYPE OME [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
BAD = {
    'directories in a loop': (lambda: pages(3, last_leads_to=8 + WIDTH * HEIGHT), 400, 'loop'),
    'a directory past the end': (lambda: pages(3, last_leads_to=1 << 30), 400, 'After page 3'),
    '60,000 pages': (lambda: pages(60_000), 413, 'more than 20,000 pages'),
    'a width that lies': (lambda: pages(1, t256=4_000_000), 400, 'incomplete'),
    'a height that lies': (lambda: pages(1, t257=4_000_000, t278=4_000_000), 400, 'incomplete'),
    'more samples than there are': (lambda: pages(1, t277=60_000), 400, 'incomplete'),
    'a strip past the end': (lambda: pages(1, t273=1 << 30), 400, 'incomplete'),
    'strips of no rows': (lambda: pages(1, t278=0), 400, 'damaged'),
    'a strip that is cut off': (lambda: pages(2)[:300], 400, 'incomplete'),
    'a compressed strip that is cut off': (
        lambda: writers.tiff(numpy.random.default_rng(1).integers(0, 255, (200, 200), 'u1'), compression='zlib')[:9000],
        400, 'incomplete'),
    'a PNG that is cut off': (truncated_png, 400, 'damaged'),
    'OME-XML with entities': (lambda: ome(lambda xml: xml.replace('<OME', ENTITIES + '<OME', 1)), 400, 'entities'),
    'OME-XML with other sizes': (lambda: ome(lambda xml: xml.replace('SizeX="32"', 'SizeX="3200"')), 400,
                                 '3,200 x 24 pixels, and the file has 32 x 24'),
    'OME-XML with more planes': (lambda: ome(lambda xml: xml, pages_of_file=1), 400, '2 planes, and the file has 1 page'),
    'OME-XML that ends early': (lambda: ome(lambda xml: xml[:-40]), 400, 'metadata'),
    'OME-XML that is two million elements deep': (
        lambda: ome(lambda xml: xml.replace('</OME>', '<a>' * 2_000_000 + '</OME>')), 400, 'not well-formed'),
    '10 MB of OME-XML': (lambda: ome(lambda xml: xml.replace('</OME>', f'<!-- {"x" * 10_000_000} --></OME>')), 413,
                         'metadata'),
    'pages of several shapes': (mixed, 400, 'not alike'),
    'no image': (lambda: b'these are no pixels', 400, 'neither PNG, JPEG nor TIFF'),
    'nothing': (lambda: b'', 400, 'empty'),
}


@pytest.fixture(scope='module')
def user(server):
    return client.sign_in(server.url)


def content_of(make):
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return make()


@pytest.mark.parametrize('what', BAD)
def test_is_refused_with_a_sentence_and_nothing_is_stored(server, user, what):
    """Nor is what came before it in the same upload."""
    make, status, told = BAD[what]
    before = server.stored_files()
    good = writers.tiff(numpy.zeros((HEIGHT, WIDTH), 'u2'))
    answer = user.upload([('good.tif', good), ('bad.tif', content_of(make))])
    sentence = answer.json['error']
    print(f'{what}: {answer.status} {sentence}')
    assert answer.status == status, sentence
    assert answer.json['field'] in ('files', 'axes')
    assert sentence.startswith("'bad.tif': ")
    assert sentence.endswith('.')
    assert told in sentence
    assert len(sentence) < 500
    assert user.get('/api/datasets/').json == []
    server.wait_until_stored(before)


def test_the_command_line_refuses_them_too_and_goes_on(binary, tmp_path):
    files = [f'{number}.tif' for number in range(len(BAD))]
    for name, (make, _, _) in zip(files, BAD.values()):
        (tmp_path / name).write_bytes(content_of(make))
    (tmp_path / 'good.tif').write_bytes(writers.tiff(numpy.zeros((HEIGHT, WIDTH), 'u2')))
    process = subprocess.run([binary, 'segment', *files, 'good.tif', '-o', 'out', '--outputs', 'label_mask', '--json',
                              '--diameter', '17'], cwd=tmp_path, capture_output=True, text=True, env=environment())
    assert process.returncode == 2, process.stderr
    *refused, good = map(json.loads, process.stdout.splitlines())
    assert [line['file'] for line in refused] == files
    for line, (_, _, told) in zip(refused, BAD.values()):
        assert told in line['error']
    assert [path.name for path in (tmp_path / 'out').iterdir()] == [good['outputs'][0].split('/')[1]] == ['good_cp_masks.png']
