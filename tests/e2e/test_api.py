"""The HTTP interface as a client meets it, on a real server with real images."""
import base64
import hashlib
import hmac
import io
import json
import re
import time
import zipfile
import zlib

import numpy
import pytest
from PIL import Image

from client import Client, PASSWORD, person, sign_in
from conftest import ROOT

UNKNOWN_ID = 'f' * 24
QUICK = {'diameter': 17}


@pytest.fixture(scope='session')
def small(examples):
    return next(path for path in examples if path.name == 'fluorescence_small_256x256.png')


@pytest.fixture(scope='session')
def user(server):
    return sign_in(server.url)


@pytest.fixture(scope='session')
def dataset(user, small):
    answer = user.upload([(small.name, small.read_bytes())])
    assert answer.status == 201, answer.body
    return answer.json['dataset_id']


@pytest.fixture(scope='session')
def inference(user, dataset):
    """A completed one."""
    answer = user.start(dataset, QUICK)
    assert answer.status == 200, answer.body
    return answer.json['inference_id']


def png(array):
    out = io.BytesIO()
    Image.fromarray(array).save(out, 'PNG')
    return out.getvalue()


def problem(answer, status, field=None):
    """Checks the body of an error and returns its sentence."""
    assert answer.status == status, answer.body
    assert answer.headers['Content-Type'] == 'application/problem+json'
    body = answer.json
    assert body['status'] == status
    assert body['error'] == body['detail'] != ''
    assert body['request_id'] == answer.headers['X-Request-Id']
    assert body.get('field') == field
    return body['error']


class TestAccounts:
    def test_sign_up_log_in_refresh_log_out(self, server):
        client = Client(server.url)
        account = person()
        assert set(client.post('/api/auth/signup', account).json) == {'message', 'user_id'}
        login = client.post('/api/auth/login', {'username': account['username'], 'password': PASSWORD}).json
        assert {name: login['user'][name] for name in ('username', 'email', 'first_name', 'last_name', 'role')} == {
            name: account.get(name, 'user') for name in ('username', 'email', 'first_name', 'last_name', 'role')}
        client.token = login['access_token']
        assert client.get('/api/auth/me').json['authenticated'] is True
        assert client.get('/api/auth/user/').json['user']['_id'] == login['user']['_id']
        old, client.token = client.token, client.post('/api/auth/refresh').json['access_token']
        assert old != client.token
        assert client.post('/api/auth/logout').json['logout'] is True
        problem(client.get('/api/auth/me'), 401, 'Authorization')
        problem(client.post('/api/auth/refresh'), 401, 'Authorization')

    def test_what_is_taken(self, server):
        client = Client(server.url)
        first = person()
        assert client.post('/api/auth/signup', first).status == 201
        problem(client.post('/api/auth/signup', first | {'email': 'other@example.org'}), 409, 'username')
        problem(client.post('/api/auth/signup', person() | {'email': first['email'].upper()}), 409, 'email')

    def test_wrong_names_and_passwords_are_answered_alike(self, server, user):
        client = Client(server.url)
        wrong = client.post('/api/auth/login', {'username': user.username, 'password': 'not the password'})
        unknown = client.post('/api/auth/login', {'username': 'nobody-at-all', 'password': 'not the password'})
        assert problem(wrong, 401) == problem(unknown, 401)

    @pytest.mark.parametrize('change, field', [
        ({'username': 'ab'}, 'username'), ({'username': 5}, 'username'), ({'email': 'nowhere'}, 'email'),
        ({'password': 'short'}, 'password'), ({'password': 'x' * 129}, 'password'), ({'role': 'admin'}, 'role')])
    def test_bad_accounts(self, server, change, field):
        problem(Client(server.url).post('/api/auth/signup', person() | change), 400, field)


def token_parts(token):
    return [base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)) for part in token.split('.')]


def make_token(header, claims, key=b'k' * 32):
    signed = b'.'.join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b'=') for part in (header, claims))
    signature = hmac.new(key, signed, hashlib.sha256).digest() if header['alg'] != 'none' else b''
    return (signed + b'.' + base64.urlsafe_b64encode(signature).rstrip(b'=')).decode()


class TestTokens:
    def test_no_token(self, server):
        answer = Client(server.url).get('/api/datasets/')
        problem(answer, 401, 'Authorization')
        assert answer.headers['WWW-Authenticate'].startswith('Bearer')

    def test_tokens_that_the_server_did_not_make(self, server, user):
        header, claims = (json.loads(part) for part in token_parts(user.token)[:2])
        assert (header['alg'], {'sub', 'exp', 'iat', 'iss', 'jti'} <= claims.keys()) == ('HS256', True)
        head, body, signature = user.token.split('.')
        for token in (make_token(header, claims), make_token({'alg': 'none', 'typ': 'JWT'}, claims),
                      f'{head}.{body}.', f'{head}.{body}.{signature[:-4]}AAAA', 'x', 'a.b.c', 'a' * 20000):
            assert Client(server.url, token).get('/api/auth/me').status in (401, 431)

    def test_expired(self, server, user):
        header, claims = (json.loads(part) for part in token_parts(user.token)[:2])
        key = (server.data / 'jwt_secret').read_bytes()
        for minutes_ago, refreshed in ((5, 200), (61, 401)):
            now = int(time.time())
            claims |= {'iat': now - 7200, 'exp': now - 60 * minutes_ago}
            client = Client(server.url, make_token(header, claims, key))
            problem(client.get('/api/auth/me'), 401, 'Authorization')
            assert client.post('/api/auth/refresh').status == refreshed


class TestDatasets:
    def test_what_was_uploaded(self, user, small, dataset):
        document = user.get(f'/api/datasets/{dataset}').json
        content = small.read_bytes()
        (file,) = document['files']
        assert document['_id'] == dataset and document['input_type'] == 'flat'
        assert (file['filename'], file['width'], file['height'], file['channels'], file['bit_depth']) == (
            small.name, 256, 256, 1, 8)
        assert (file['bytes'], file['sha256']) == (len(content), hashlib.sha256(content).hexdigest())
        assert document in user.get('/api/datasets/').json

    @pytest.mark.parametrize('name, content', [
        ('notes.png', b'these are notes, not pixels'), ('empty.png', b''), ('cut.png', 'cut'),
        ('bomb.png', 'bomb')])
    def test_files_that_cannot_be_segmented(self, server, small, name, content):
        if content == 'cut':
            content = small.read_bytes()[:-3000]
        if content == 'bomb':
            content = bomb(30000, 30000)
            assert len(content) < 1 << 20
        client = sign_in(server.url)
        answer = client.upload([(small.name, small.read_bytes()), (name, content)])
        assert name in problem(answer, 413 if name == 'bomb.png' else 400, 'files')
        assert client.get('/api/datasets/').json == []

    def test_two_files_of_one_name(self, user, small):
        answer = user.upload([(small.name, small.read_bytes())] * 2)
        assert small.name in problem(answer, 400, 'files')

    def test_no_files_no_name_unknown_fields(self, user, small):
        file = (small.name, small.read_bytes())
        problem(user.upload([]), 400, 'files')
        problem(user.upload([file], name=''), 400, 'name')
        problem(user.upload([file], colour='red'), 400, 'colour')
        problem(user.upload([file], model_id='sam'), 400, 'model_id')
        problem(user.upload([file], params='{"diameter": 30}'), 400, 'model_id')
        problem(user.upload([file], params='{"diameter": -1}', model_id='cellpose_default'), 400, 'params.diameter')

    def test_limits(self, start_server, small):
        client = sign_in(start_server('--max-file-bytes', '20000').url)
        answer = client.upload([(small.name, small.read_bytes())])
        assert '20000' in problem(answer, 413, 'files').replace(',', '')

    def test_previews_of_what_browsers_cannot_show(self, user):
        ramp = (numpy.arange(64 * 64, dtype=numpy.uint16) * 16).reshape(64, 64)
        dataset = user.upload([('deep.png', png(ramp))]).json['dataset_id']
        (file,) = user.get(f'/api/datasets/{dataset}').json['files']
        preview = user.get(f'/api/files/{file["preview_id"]}')
        assert preview.headers['Content-Type'] == 'image/png'
        picture = Image.open(io.BytesIO(preview.body))
        assert (picture.mode, picture.size) == ('L', (64, 64))
        assert user.delete(f'/api/datasets/{dataset}').status == 200
        problem(user.get(f'/api/files/{file["preview_id"]}'), 404)

    def test_upload_and_run_in_one(self, user, small):
        answer = user.upload([(small.name, small.read_bytes())], model_id='cellpose_default', run_inference='true',
                             params=json.dumps(QUICK))
        assert answer.status == 201
        assert finished(user, answer.json['inference_id'])['status'] == 'completed'

    def test_names_come_back_as_they_were(self, user, small):
        names = ['Zellkerne Nº 1 – "α".png', 'a b+c%20d.png', '日本語.png']
        content = small.read_bytes()
        dataset = user.upload([(name.replace('"', '%22'), content) for name in names]).json['dataset_id']
        stored = [file['filename'] for file in user.get(f'/api/datasets/{dataset}').json['files']]
        assert [name.replace('%22', '"') for name in stored] == names


def bomb(width, height):
    """A PNG that is small and says that it is large."""
    def chunk(kind, content):
        return (len(content).to_bytes(4, 'big') + kind + content +
                zlib.crc32(kind + content).to_bytes(4, 'big'))
    head = width.to_bytes(4, 'big') + height.to_bytes(4, 'big') + bytes([8, 0, 0, 0, 0])
    rows = zlib.compressobj(9)
    packed = b''.join(rows.compress(bytes(width + 1)) for _ in range(height)) + rows.flush()
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', packed) + chunk(b'IEND', b'')


def finished(client, inference):
    """The document, once the job has ended."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        document = client.get(f'/api/inferences/{inference}').json
        if document['status'] in ('completed', 'failed'):
            return document
        time.sleep(0.1)
    raise AssertionError(f'{inference} does not end')


class TestInferences:
    def test_the_answer_to_a_start(self, user, dataset):
        answer = user.start(dataset, QUICK)
        assert answer.status == 200
        assert answer.json == {'message': 'Inference job completed', 'inference_id': answer.json['inference_id']}

    def test_respond_async(self, user, dataset):
        answer = user.start(dataset, QUICK, headers={'Prefer': 'wait=5, respond-async'})
        assert answer.status == 202
        inference = answer.json['inference_id']
        assert answer.json['message'] == 'Inference job queued'
        assert answer.headers['Location'] == f'/api/inferences/{inference}'
        assert answer.headers['Preference-Applied'] == 'respond-async'
        assert finished(user, inference)['status'] == 'completed'

    def test_the_document(self, user, dataset, inference, small):
        document = user.get(f'/api/inferences/{inference}').json
        assert document['params'] == QUICK
        assert (document['status'], document['runner_name'], document['error']) == ('completed', 'cellpose', None)
        assert document['progress']['fraction'] == 1
        provenance = document['provenance']
        assert provenance['params']['flow_threshold'] == 0.4
        assert {'version', 'weights_sha256', 'device', 'precision', 'host', 'timings_ms'} <= provenance.keys()
        (result,) = document['results']
        assert (result['source_filename'], result['status'], result['diameter']) == (small.name, 'completed', 17)
        assert result['objects'] > 40
        assert {artifact['kind'] for artifact in result['artifacts']} >= {
            'label_mask', 'class_mask', 'instance_mask', 'overlay'}
        listed = next(item for item in user.get('/api/inferences/').json if item['_id'] == inference)
        assert 'results' not in listed

    def test_masks_are_one_labelling(self, user, inference):
        (result,) = user.get(f'/api/inferences/{inference}').json['results']
        pictures = {artifact['kind']: Image.open(io.BytesIO(user.get(f'/api/files/{artifact["gridfs_id"]}').body))
                    for artifact in result['artifacts'] if artifact['content_type'] == 'image/png'}
        labels = numpy.asarray(pictures['label_mask']).astype(int)
        assert sorted(numpy.unique(labels)) == list(range(result['objects'] + 1))
        for kind in ('class_mask', 'instance_mask'):
            assert numpy.array_equal(numpy.asarray(pictures[kind]).any(axis=2), labels > 0)
        assert numpy.array_equal(numpy.asarray(pictures['overlay'])[..., 3] > 0, labels > 0)
        assert result['mask_id'] and result['class_mask_id'] and result['instance_mask_id']

    def test_files_have_ranges_and_etags(self, user, inference):
        (result,) = user.get(f'/api/inferences/{inference}').json['results']
        path = f'/api/files/{result["mask_id"]}'
        whole = user.get(path)
        artifact = next(item for item in result['artifacts'] if item['gridfs_id'] == result['mask_id'])
        assert whole.headers['ETag'] == f'"{artifact["sha256"]}"'
        assert hashlib.sha256(whole.body).hexdigest() == artifact['sha256']
        part = user.get(path, {'Range': 'bytes=10-19'})
        assert (part.status, part.body) == (206, whole.body[10:20])
        assert user.get(path, {'If-None-Match': whole.headers['ETag']}).status == 304

    def test_download(self, user, inference, small):
        answer = user.get(f'/api/inferences/{inference}/download')
        assert answer.headers['Content-Type'] == 'application/zip'
        assert int(answer.headers['Content-Length']) == len(answer.body)
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        assert archive.testzip() is None
        manifest = json.loads(archive.read('manifest.json'))
        assert manifest['_id'] == inference
        assert {file['path'] for file in manifest['files']} | {'manifest.json'} == set(archive.namelist())
        for file in manifest['files']:
            assert hashlib.sha256(archive.read(file['path'])).hexdigest() == file['sha256']
        assert archive.read(f'{small.stem}/{small.name}') == small.read_bytes()
        part = user.get(f'/api/inferences/{inference}/download', {'Range': 'bytes=100-299'})
        assert (part.status, part.body) == (206, answer.body[100:300])

    def test_an_image_without_cells(self, user):
        dataset = user.upload([('black.png', png(numpy.zeros((64, 80), numpy.uint8)))]).json['dataset_id']
        document = finished(user, user.start(dataset).json['inference_id'])
        (result,) = document['results']
        assert (document['status'], result['objects']) == ('completed', 0)
        mask = numpy.asarray(Image.open(io.BytesIO(user.get(f'/api/files/{result["mask_id"]}').body)))
        assert mask.shape == (64, 80) and not mask.any()

    def test_many_images_with_stems_that_collide(self, user, small):
        other = Image.open(small).convert('L')
        jpeg = io.BytesIO()
        other.save(jpeg, 'JPEG')
        files = [('well.png', small.read_bytes()), ('well.jpg', jpeg.getvalue()), ('WELL.PNG', small.read_bytes())]
        dataset = user.upload(files).json['dataset_id']
        inference = user.start(dataset, QUICK).json['inference_id']
        assert [result['source_filename'] for result in user.get(f'/api/inferences/{inference}').json['results']] == [
            name for name, _ in files]
        archive = zipfile.ZipFile(io.BytesIO(user.get(f'/api/inferences/{inference}/download').body))
        folders = {name.split('/')[0].lower() for name in archive.namelist() if '/' in name}
        assert len(folders) == 3

    def test_archive_filter_and_delete(self, user, dataset):
        inference = user.start(dataset, QUICK).json['inference_id']
        assert user.post('/api/inferences/archive', {'ids': [inference, UNKNOWN_ID], 'archived': True}).json == {
            'matched': 1, 'modified': 1}
        archived = user.get('/api/inferences/?archived=true').json
        assert [item['_id'] for item in archived] == [inference]
        assert inference not in [item['_id'] for item in user.get('/api/inferences/?archived=false').json]
        mask = user.get(f'/api/inferences/{inference}').json['results'][0]['mask_id']
        assert user.delete(f'/api/inferences/{inference}').status == 200
        problem(user.get(f'/api/inferences/{inference}'), 404)
        problem(user.get(f'/api/files/{mask}'), 404)
        assert user.get(f'/api/datasets/{dataset}').status == 200

    def test_pages(self, server, small):
        client = sign_in(server.url)
        made = [client.upload([(small.name, small.read_bytes())], name=f'Set {i}').json['dataset_id'] for i in range(5)]
        listed, path = [], '/api/datasets/?limit=2'
        while path:
            answer = client.get(path)
            listed += [item['_id'] for item in answer.json]
            link = answer.headers.get('Link')
            path = link[link.index('<') + 1:link.index('>')] if link else None
        assert listed == made[::-1]

    @pytest.mark.parametrize('body, status, field', [
        (b'{"dataset_id": ', 400, 'body'), (b'[]', 400, 'body'), ({}, 400, 'dataset_id'),
        ({'dataset_id': 'DATASET'}, 400, 'model_id'), ({'dataset_id': 'x', 'model_id': 'cellpose_default'}, 400, 'dataset_id'),
        ({'dataset_id': UNKNOWN_ID, 'model_id': 'cellpose_default'}, 404, 'dataset_id'),
        ({'dataset_id': 'DATASET', 'model_id': 'stardist'}, 400, 'model_id'),
        ({'dataset_id': 'DATASET', 'model_id': 'cellpose_default', 'priority': 1}, 400, 'priority')])
    def test_bad_starts(self, user, dataset, body, status, field):
        if isinstance(body, dict) and body.get('dataset_id') == 'DATASET':
            body = body | {'dataset_id': dataset}
        answer = user.post('/api/inferences/start', body, {'Content-Type': 'application/json'})
        assert answer.status == status, answer.body
        assert answer.json.get('field') == field
        assert answer.json['error']

    @pytest.mark.parametrize('params, field', [
        ('{"diameter": -1}', 'params.diameter'), ('{"diameter": "17"}', 'params.diameter'),
        ('{"diameter": 1e9}', 'params.diameter'), ('{"channels": [2, 0]}', 'params.channels'),
        ('{"channels": [0]}', 'params.channels'), ('{"niter": 1.5}', 'params.niter'),
        ('{"precision": "int4"}', 'params.precision'), ('{"do_3D": true}', 'params.do_3D'), ('[1]', 'params'),
        ('{"normalize": {"norm3D": true}}', 'params.normalize.norm3D')])
    def test_bad_params(self, user, dataset, params, field):
        body = f'{{"dataset_id": "{dataset}", "model_id": "cellpose_default", "params": {params}}}'.encode()
        before = len(user.get('/api/inferences/?limit=1000').json)
        problem(user.post('/api/inferences/start', body, {'Content-Type': 'application/json'}), 400, field)
        assert len(user.get('/api/inferences/?limit=1000').json) == before

    def test_memory_that_is_not_there(self, start_server, small):
        user = sign_in(start_server('--max-memory', '150000000').url)
        dataset = user.upload([(small.name, small.read_bytes())]).json['dataset_id']
        answer = user.start(dataset, QUICK)
        assert answer.status == 413
        assert '256 x 256 pixels' in answer.json['error']
        assert re.search(r'about 0\.(1[5-9]|2[0-4]) GB of memory .*; 0\.15 GB are allowed', answer.json['error'])
        assert user.get('/api/inferences/').json == []

    def test_nan_is_no_json(self, user, dataset):
        body = f'{{"dataset_id": "{dataset}", "model_id": "cellpose_default", "params": {{"diameter": NaN}}}}'.encode()
        problem(user.post('/api/inferences/start', body, {'Content-Type': 'application/json'}), 400, 'body')

    def test_a_body_over_the_limit(self, user):
        answer = user.post('/api/inferences/start', b' ' * (2 << 20), {'Content-Type': 'application/json'})
        assert '1,048,576' in problem(answer, 413, 'body')


class TestOwners:
    def test_what_is_anothers_is_unknown(self, server, user, dataset, inference):
        stranger = sign_in(server.url)
        mask = user.get(f'/api/inferences/{inference}').json['results'][0]['mask_id']
        for path in (f'/api/datasets/{dataset}', f'/api/inferences/{inference}', f'/api/files/{mask}',
                     f'/api/inferences/{inference}/download'):
            kind = path.split('/')[2]
            hidden = problem(stranger.get(path), 404)
            unknown = problem(stranger.get(f'/api/{kind}/{UNKNOWN_ID}' + path[path.index(kind) + len(kind) + 25:]), 404)
            assert hidden == unknown
        assert problem(stranger.start(dataset), 404, 'dataset_id') == problem(
            stranger.start(UNKNOWN_ID), 404, 'dataset_id')
        problem(stranger.delete(f'/api/datasets/{dataset}'), 404)
        problem(stranger.delete(f'/api/inferences/{inference}'), 404)
        assert stranger.post('/api/inferences/archive', {'ids': [inference], 'archived': True}).json['matched'] == 0
        assert stranger.get('/api/datasets/').json == stranger.get('/api/inferences/').json == []


class TestOperations:
    def test_health_ready_metrics(self, server, user, inference):
        client = Client(server.url)
        assert client.get('/health').status == 200
        assert client.get('/ready').status == 200
        metrics = client.get('/metrics').body.decode()
        assert 'intelliclinix_' in metrics and user.username not in metrics

    def test_models(self, user):
        (model,) = [item for item in user.get('/api/models/').json if item['_id'] == 'cellpose_default']
        assert (model['runner_name'], model['input_type']) == ('cellpose', 'flat')
        assert model['params']['properties']['diameter']['x-unit'] == 'px'
        one = user.get('/api/models/cellpose_default').json
        weights = (ROOT / 'models/nuclei_bbbc038.pth').read_bytes()
        assert (one['weights']['sha256'], one['weights']['bytes']) == (hashlib.sha256(weights).hexdigest(), len(weights))
        assert one['self_test']['passed'] is True
        problem(user.get('/api/models/stardist'), 404)

    def test_openapi(self, server):
        document = Client(server.url).get('/api/openapi.json').json
        assert document['openapi'].startswith('3.1') and '/api/inferences/start' in document['paths']

    def test_cors(self, server):
        client = Client(server.url)
        ask = {'Origin': 'http://localhost:3000', 'Access-Control-Request-Method': 'POST',
               'Access-Control-Request-Headers': 'authorization,content-type'}
        answer = client.send('OPTIONS', '/api/inferences/start', headers=ask)
        assert answer.status in (200, 204)
        assert answer.headers['Access-Control-Allow-Origin'] == 'http://localhost:3000'
        assert 'authorization' in answer.headers['Access-Control-Allow-Headers'].lower()
        other = client.get('/health', {'Origin': 'http://evil.example'})
        assert other.headers['Access-Control-Allow-Origin'] is None

    def test_unknown_paths_and_methods(self, server, user):
        problem(user.get('/api/nowhere'), 404)
        answer = user.send('PUT', '/api/datasets')
        problem(answer, 405)
        assert 'GET' in answer.headers['Allow']
