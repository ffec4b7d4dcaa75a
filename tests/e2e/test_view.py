"""The web page's side of the interface: the page itself, growing datasets, views, tiles, thumbnails and previews."""
import gzip
import http.client
import io
import json
import re
import threading

import numpy
import pytest
from PIL import Image

from client import TIMEOUT_S, form, sign_in
from black_box import ROOT, Server

SMALL = ROOT / 'examples/fluorescence_small_256x256.png'
DAPI = ROOT / 'examples/fluorescence_dapi_520x696.png'
STAINED = ROOT / 'examples/histology_he_256x320.png'


@pytest.fixture(scope='session')
def user(server):
    return sign_in(server.url)


def upload(user, *images):
    """The dataset of (name, bytes) pairs."""
    answer = user.upload(images)
    assert answer.status == 201, answer.body
    return user.get(f'/api/datasets/{answer.json["dataset_id"]}').json


def add(user, dataset, *files, **fields):
    body, content_type = form(files, fields)
    return user.send('POST', f'/api/datasets/{dataset}/files', body, {'Content-Type': content_type})


def tiff(samples):
    out = io.BytesIO()
    Image.fromarray(samples).save(out, 'TIFF')
    return out.getvalue()


def file_of(user, samples):
    """The path of an image of these samples."""
    return f'/api/files/{upload(user, ("image.tif", tiff(samples)))["files"][0]["gridfs_id"]}'


def tile(user, path, level, x, y, view, query=''):
    """A tile as an array [channel, row, column]."""
    answer = user.get(f'{path}/tiles/{level}/{x}/{y}{query}', {'Accept-Encoding': 'gzip'})
    assert answer.status == 200, answer.body
    samples = numpy.frombuffer(gzip.decompress(answer.body), dtype=f'<u{numpy.dtype(view["sample"]).itemsize}')
    width = min(256, -(-view['width'] // 2 ** level) - 256 * x)
    height = min(256, -(-view['height'] // 2 ** level) - 256 * y)
    return samples.reshape(-1, height, width)


def test_the_page_and_its_files(server):
    def get(path, **headers):
        connection = http.client.HTTPConnection(server.url.removeprefix('http://'), timeout=TIMEOUT_S)
        connection.request('GET', path, headers=headers)
        return connection.getresponse()

    page = get('/')
    text = page.read().decode()
    assert page.status == 200 and page.headers['Content-Type'] == 'text/html; charset=utf-8'
    assert "default-src 'none'; script-src 'self'" in page.headers['Content-Security-Policy']
    assert get('/', **{'If-None-Match': page.headers['ETag']}).status == 304
    scripts = re.findall(r'"(/assets/[^"]+\.js)"', text)
    assert scripts
    for path in scripts:
        plain, packed = get(path).read(), get(path, **{'Accept-Encoding': 'gzip'})
        assert packed.headers['Content-Encoding'] == 'gzip' and 'immutable' in packed.headers['Cache-Control']
        assert gzip.decompress(packed.read()) == plain
    assert get('/favicon.svg').status == 200
    assert get('/examples/fluorescence_dapi_520x696.png').read() == DAPI.read_bytes()
    missing = get('/assets/missing.js')
    assert missing.status == 404 and missing.headers['Content-Type'] == 'application/problem+json'


def test_a_dataset_grows_and_jobs_run_over_what_was_there(user):
    dataset = upload(user, ('a.png', SMALL.read_bytes()))['_id']
    added = add(user, dataset, ('b.png', DAPI.read_bytes()))
    assert added.status == 201, added.body
    assert add(user, dataset, ('b.png', DAPI.read_bytes())).status == 200
    assert add(user, dataset, ('b.png', SMALL.read_bytes())).status == 409
    refused = add(user, dataset, ('c.png', b'no image'))
    assert refused.status == 400 and "'c.png'" in refused.json['error']
    files = user.get(f'/api/datasets/{dataset}').json['files']
    assert [file['filename'] for file in files] == ['a.png', 'b.png']
    assert added.json['files'] == files[1:]
    started = user.start(dataset, {'diameter': 17}, headers={'Prefer': 'respond-async'})
    assert add(user, dataset, ('c.png', SMALL.read_bytes())).status == 201
    user.get(f'/api/inferences/{started.json["inference_id"]}/events')  # to its end
    job = user.get(f'/api/inferences/{started.json["inference_id"]}').json
    assert job['status'] == 'completed'
    assert [result['source_filename'] for result in job['results']] == ['a.png', 'b.png']


def test_of_many_who_add_one_name_one_succeeds(user):
    dataset = upload(user, ('a.png', SMALL.read_bytes()))['_id']
    statuses = []

    def add_mine(i):
        body = SMALL.read_bytes() if i % 2 else DAPI.read_bytes()
        statuses.append(add(user, dataset, ('b.png', body)).status)

    threads = [threading.Thread(target=add_mine, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 201, 409, 409, 409]
    assert len(user.get(f'/api/datasets/{dataset}').json['files']) == 2


def test_every_level_of_an_image_of_16_bits(user):
    samples = (numpy.arange(700 * 520).reshape(520, 700) * 7 % 40_000).astype(numpy.uint16)
    path = file_of(user, samples)
    view = user.get(f'{path}/view').json
    assert (view['kind'], view['sample'], view['levels'], view['rgb']) == ('image', 'uint16', 3, False)
    channel = view['channels'][0]
    assert (channel['minimum'], channel['maximum']) == (samples.min(), samples.max())
    assert sum(channel['histogram']) == samples.size
    level = samples.astype(numpy.uint32)
    for k in range(view['levels']):
        for y in range(-(-level.shape[0] // 256)):
            for x in range(-(-level.shape[1] // 256)):
                expected = level[256 * y:256 * (y + 1), 256 * x:256 * (x + 1)]
                assert (tile(user, path, k, x, y, view)[0] == expected).all()
        even = numpy.pad(level, [(0, level.shape[0] % 2), (0, level.shape[1] % 2)], mode='edge')
        level = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2] + 2) // 4
    assert user.get(f'{path}/tiles/3/0/0').status == 404


def test_colours_and_their_order(user):
    path = f'/api/files/{upload(user, (STAINED.name, STAINED.read_bytes()))["files"][0]["gridfs_id"]}'
    view = user.get(f'{path}/view').json
    assert view['rgb'] and [channel['name'] for channel in view['channels']] == ['Red', 'Green', 'Blue']
    pixels = numpy.asarray(Image.open(STAINED).convert('RGB'))
    planes = tile(user, path, 0, 0, 0, view, '?channels=2,0')
    assert (planes[0] == pixels[:256, :256, 2]).all() and (planes[1] == pixels[:256, :256, 0]).all()


def test_floats_are_mapped_onto_16_bits(user):
    samples = numpy.linspace(-2, 5, 300 * 300, dtype=numpy.float32).reshape(300, 300)
    path = file_of(user, samples)
    view = user.get(f'{path}/view').json
    channel = view['channels'][0]
    assert view['stretched'] and (channel['minimum'], channel['maximum']) == (-2, 5)
    got = tile(user, path, 0, 0, 0, view)[0] / 65_535 * 7 - 2
    assert abs(got - samples[:256, :256]).max() < 7 / 65_535


def test_label_masks_are_never_mixed(user):
    dataset = upload(user, (SMALL.name, SMALL.read_bytes()))['_id']
    job = user.get(f'/api/inferences/{user.start(dataset, {"diameter": 17}).json["inference_id"]}').json
    mask = job['results'][0]['mask_id']
    path = f'/api/files/{mask}'
    view = user.get(f'{path}/view').json
    labels = numpy.asarray(Image.open(io.BytesIO(user.get(path).body)))
    assert (view['kind'], view['sample'], view['objects']) == ('labels', 'uint32', job['results'][0]['objects'])
    assert (tile(user, path, 0, 0, 0, view)[0] == labels).all()


def test_thumbnails(user):
    path = file_of(user, (numpy.arange(600 * 400).reshape(400, 600) % 50_000).astype(numpy.uint16))
    answer = user.get(f'{path}/thumbnail?size=120')
    assert answer.status == 200 and answer.headers['Content-Type'] == 'image/png'
    assert Image.open(io.BytesIO(answer.body)).size == (120, 80)
    assert user.get(f'{path}/thumbnail', {'If-None-Match': user.get(f'{path}/thumbnail').headers['ETag']}).status == 304


def test_somebody_elses_image_is_not_there(user, server):
    path = file_of(user, numpy.zeros((9, 9), numpy.uint8))
    stranger = sign_in(server.url)
    for what in ('view', 'tiles/0/0/0', 'thumbnail'):
        assert stranger.get(f'{path}/{what}').status == 404


def test_an_image_of_10000_x_10000(user):
    samples = numpy.random.default_rng(5).integers(0, 4000, (10_000, 10_000), dtype=numpy.uint16)
    path = file_of(user, samples)
    got = {}

    def first_tiles(i):
        view = {'width': 10_000, 'height': 10_000, 'sample': 'uint16'}
        got[i] = tile(user, path, 0, i, 39, view)[0]

    threads = [threading.Thread(target=first_tiles, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(8):
        assert (got[i] == samples[256 * 39:, 256 * i:256 * (i + 1)]).all()
    view = user.get(f'{path}/view').json
    assert view['levels'] == 7
    assert tile(user, path, 6, 0, 0, view).shape == (1, 157, 157)


def test_a_preview_is_what_a_job_would_find_there(user):
    dataset = upload(user, (DAPI.name, DAPI.read_bytes()))
    region = {'x': 100, 'y': 80, 'width': 300, 'height': 200}
    body = {'dataset_id': dataset['_id'], 'file_id': dataset['files'][0]['gridfs_id'], 'model_id': 'cellpose_default',
            'params': {'diameter': 17}, 'region': region}
    answer = user.post('/api/inferences/preview', body)
    assert answer.status == 200, answer.body
    preview = answer.json
    assert preview['region'] == region and preview['objects'] > 5 and preview['seconds'] > 0
    runs = numpy.array(preview['labels_rle']).reshape(-1, 2)
    labels = numpy.repeat(runs[:, 0], runs[:, 1]).reshape(200, 300)
    assert labels.max() == preview['objects']

    cut = numpy.asarray(Image.open(DAPI))[80:280, 100:400]
    job = user.start(upload(user, ('cut.tif', tiff(numpy.ascontiguousarray(cut))))['_id'], {'diameter': 17})
    mask = user.get(f'/api/inferences/{job.json["inference_id"]}').json['results'][0]['mask_id']
    assert (numpy.asarray(Image.open(io.BytesIO(user.get(f'/api/files/{mask}').body))) == labels).all()
    assert all(item['dataset_id'] != dataset['_id'] for item in user.get('/api/inferences/').json)


def test_a_server_without_workers_runs_no_previews(binary, tmp_path):
    server = Server(binary, tmp_path, '--workers', '0')
    try:
        lonely = sign_in(server.url)
        answer = lonely.post('/api/inferences/preview', {'dataset_id': '0' * 24})
        assert answer.status == 503 and 'runs no models' in answer.json['error'], json.dumps(answer.json)
    finally:
        assert server.terminate() == 0
