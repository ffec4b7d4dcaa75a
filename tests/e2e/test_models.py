"""Imported models: from the command line and over HTTP, seen by servers that run, refused by name, removed."""
import hashlib
import io
import json
import secrets
import socket
import subprocess
import time
import zipfile

import pytest
import small_models
from client import Client, sign_in
from conftest import ROOT, environment
from test_jobs import upload

MODELS = ROOT / 'models'
UNET = [MODELS / f'unet_{name}' for name in ('nuclei_bbbc038.onnx', 'nuclei_bbbc038.toml', 'self_test_input.npy',
                                             'self_test_output.npy')]
ROLES = ('weights', 'description', 'test_input', 'test_output')


@pytest.fixture
def run(binary, tmp_path):
    """A function that runs `intelliclinix ... --data FOLDER`."""
    def call(*arguments, data=tmp_path / 'data'):
        return subprocess.run([str(binary), *map(str, arguments), '--data', str(data)], capture_output=True, text=True,
                              cwd=tmp_path, env=environment())
    return call


@pytest.fixture
def folder(tmp_path):
    """An ONNX model as people have it: a folder with its files and a licence."""
    path = tmp_path / 'model'
    path.mkdir()
    for file in UNET:
        (path / file.name).write_bytes(file.read_bytes())
    (path / 'LICENSE').write_text('Do as you like.\n')
    return path


def send(client, files, **fields):
    """POST /api/models. `files`: (role, name, bytes)."""
    boundary = secrets.token_hex(16)
    parts = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    parts += [(f'name="{role}"; filename="{name}"', content) for role, name, content in files]
    body = b''.join(f'--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n'.encode() + content + b'\r\n'
                    for head, content in parts) + f'--{boundary}--\r\n'.encode()
    return client.send('POST', '/api/models', body, {'Content-Type': f'multipart/form-data; boundary={boundary}'})


def unet_files():
    return [(role, path.name, path.read_bytes()) for role, path in zip(ROLES, UNET)]


def blobs(data):
    return [path for path in (data / 'blobs').rglob('*') if path.is_file()]


def test_a_running_server_has_what_the_command_line_imports(start_server, run, folder, examples):
    server = start_server()
    client = sign_in(server.url)
    assert client.get('/api/models/mine').status == 404
    done = run('models', 'import', folder, '--id', 'mine', '--name', 'My nuclei', data=server.data)
    assert done.returncode == 0, done.stderr
    assert "(ONNX network (semantic_watershed)) for the runner 'unet'" in done.stdout
    assert f"into the folder '{server.data}'; servers and workers that use it have it now." in done.stdout
    assert client.get('/api/models/mine').status == 200
    assert 'mine' in [model['_id'] for model in client.get('/api/models/').json]
    model = client.get('/api/models/mine').json
    assert model['name'] == 'My nuclei'
    assert model['license'] == 'CC0-1.0'
    assert model['license_text'] == 'Do as you like.\n'
    assert model['self_test']['passed'] and model['self_test']['compared']
    assert model['tile']['ms'] > 0
    assert model['input']['max_pixels'] == 400_000_000
    assert model['input']['model'] == {'channels': 1, 'multiple': 16, 'least_side': 16, 'tile': 1024}
    assert client.get('/api/models/cellpose_default').json['input']['model'] == {
        'channels': 2, 'multiple': 16, 'least_side': 32, 'tile': 224}

    started = client.start(upload(client, examples, 1), {'min_size': 30}, model_id='mine')
    assert started.status == 200, started.body
    archive = client.get(f'/api/inferences/{started.json["inference_id"]}/download').body
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        provenance = json.loads(files.read('manifest.json'))['provenance']
    assert provenance['model_license_text'] == 'Do as you like.\n'
    assert provenance['weights_sha256'] == model['weights']['sha256']

    assert run('models', 'verify', 'mine', data=server.data).stdout.startswith('mine: fit')
    assert 'My nuclei' in run('models', 'list', data=server.data).stdout
    assert run('models', 'import', folder, '--id', 'mine', data=server.data).returncode == 1
    assert run('models', 'remove', 'mine', data=server.data).returncode == 0
    assert 'mine' not in [model['_id'] for model in client.get('/api/models/').json]
    assert client.start(upload(client, examples, 1), model_id='mine').status == 400


def test_segment_runs_on_an_imported_checkpoint(run, examples, tmp_path):
    done = run('models', 'import', MODELS / 'nuclei_bbbc038.pth', '--id', 'nuclei2', '--size-model',
               MODELS / 'size_nuclei_bbbc038.npy')
    assert done.returncode == 0, done.stderr
    assert 'Cellpose 2 or 3 checkpoint' in done.stdout
    masks = [tmp_path / name for name in ('shipped', 'imported')]
    for out, model in zip(masks, ('cellpose_default', 'nuclei2')):
        done = run('segment', examples[0], '-o', out, '--model', model, '--outputs', 'label_mask')
        assert done.returncode == 0, done.stderr
    (shipped,), (imported,) = (list(out.iterdir()) for out in masks)
    assert shipped.read_bytes() == imported.read_bytes()


def test_a_checkpoint_of_cellpose_1_takes_its_diameter_from_its_name(run, tmp_path):
    old = tmp_path / 'nuclei_torch_0'
    with zipfile.ZipFile(MODELS / 'nuclei_bbbc038.pth') as source, zipfile.ZipFile(old, 'w') as made:
        for member in source.infolist():
            made.writestr(member.filename, source.read(member).replace(b'diam_', b'dium_'))
    done = run('models', 'import', old, '--id', 'old')
    assert done.returncode == 0, done.stderr
    assert 'Cellpose 1 checkpoint' in done.stdout
    files = json.loads(run('models', 'show', 'old').stdout)['files']
    with open(files['diameters']['path']) as diameters:
        assert json.load(diameters) == {'diam_mean': 17.0}


def test_administrators_import_over_http(start_server, run):
    server = start_server()
    client = sign_in(server.url)
    refused = send(client, unet_files(), id='sent')
    assert refused.status == 403
    assert 'administrator' in refused.json['error']
    assert client.delete('/api/models/unet_default').status == 403
    assert run('admin', 'grant', client.username, data=server.data).returncode == 0

    answer = send(client, unet_files() + [('license', 'LICENSE', b'Free.\n')], id='sent', name='Sent')
    assert answer.status == 201, answer.body
    assert answer.headers['Location'] == '/api/models/sent'
    assert answer.json['model']['license_text'] == 'Free.\n'
    assert client.get('/api/models/sent').json['name'] == 'Sent'
    assert send(client, unet_files(), id='sent').status == 409
    assert client.delete('/api/models/unet_default').status == 409
    assert client.delete('/api/models/sent').status == 200
    assert client.delete('/api/models/sent').status == 404

    assert run('admin', 'revoke', client.username, data=server.data).returncode == 0
    assert send(client, unet_files(), id='sent').status == 403
    assert run('admin', 'grant', 'nobody', data=server.data).returncode == 1


def test_a_form_that_is_not_whole_leaves_nothing_behind(start_server, run):
    server = start_server()
    client = sign_in(server.url)
    run('admin', 'grant', client.username, data=server.data)
    weights, description, *_ = unet_files()
    for files, fields, field in [
            ([weights, description], {'id': 'x'}, 'test_input'),
            ([], {'id': 'x'}, 'weights'),
            (unet_files(), {'id': 'x', 'colour': 'red'}, 'colour')]:
        answer = send(client, files, **fields)
        assert (answer.status, answer.json.get('field')) == (400, field), answer.body
        assert str(server.data) not in answer.json['error']
    assert blobs(server.data) == []
    assert list((server.data / 'models').iterdir()) == []
    assert len(client.get('/api/models/').json) == 2


def test_a_network_of_two_files_is_imported_from_their_folder(run, tmp_path):
    folder = tmp_path / 'model'
    folder.mkdir()
    (folder / 'net.onnx').write_bytes(small_models.onnx(location='net.onnx.data'))
    (folder / 'net.onnx.data').write_bytes(small_models.raw())
    (folder / 'net.toml').write_bytes(small_models.DESCRIPTION)
    for path, model_id in ((folder, 'folder'), (folder / 'net.onnx', 'file')):
        done = run('models', 'import', path, '--id', model_id)
        assert done.returncode == 0, done.stderr
    weights = [json.loads(run('models', 'show', model_id).stdout)['files']['weights'] for model_id in ('folder', 'file')]
    assert weights[0] == weights[1]
    whole = small_models.onnx()
    assert weights[0]['sha256'] == hashlib.sha256(whole).hexdigest(), 'it is one file from then on'
    for file in ('net.onnx.data', 'net.onnx'):
        (folder / file).unlink()
    assert run('models', 'verify', 'folder').returncode == 0


def test_a_model_in_use_stays_and_one_that_is_gone_is_not_started(start_server, run, folder, examples):
    server = start_server('--workers', '0')
    client = sign_in(server.url)
    run('admin', 'grant', client.username, data=server.data)
    assert run('models', 'import', folder, '--id', 'mine', data=server.data).returncode == 0
    dataset = upload(client, examples, 1)
    started = client.start(dataset, model_id='mine', headers={'Prefer': 'respond-async'})
    assert started.status == 202, started.body
    inference = started.json['inference_id']
    refused = client.delete('/api/models/mine')
    assert refused.status == 409
    assert 'is needed by an inference that has not ended' in refused.json['error']
    assert run('models', 'remove', 'mine', data=server.data).returncode == 1
    assert client.post(f'/api/inferences/{inference}/cancel').status == 202
    assert client.delete('/api/models/mine').status == 200
    retried = client.post(f'/api/inferences/{inference}/retry')
    assert (retried.status, retried.json['field']) == (409, 'model_id')
    assert "'mine' has been removed" in retried.json['error']
    assert client.get(f'/api/inferences/{inference}').json['error']['code'] == 'cancelled'
    started = client.start(dataset, model_id='mine')
    assert (started.status, started.json['field']) == (400, 'model_id')


def begin_to_send(client, size=1_000_000):
    """A connection on which an import has begun that does not go on."""
    connection = socket.create_connection(client.address.split(':'))
    head = (f'POST /api/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n'
            f'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {size}\r\n\r\n')
    part = '--b\r\nContent-Disposition: form-data; name="weights"; filename="a.onnx"\r\n\r\n'
    connection.sendall((head + part).encode() + bytes(1000))
    return connection


def incoming(server):
    return list((server.data / 'models').glob('incoming.*'))


def wait_for_incoming(server, count):
    deadline = time.monotonic() + 60
    while len(incoming(server)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_an_import_left_that_was_killed_goes_at_the_next_start(start_server, run):
    dying, living = start_server(), start_server()
    client = sign_in(dying.url)
    run('admin', 'grant', client.username, data=dying.data)
    with begin_to_send(client):
        wait_for_incoming(dying, 1)
        dying.kill()
    left = incoming(living)
    assert len(left) == 1
    with begin_to_send(Client(living.url, client.token)):
        wait_for_incoming(living, 2)
        (alive,) = set(incoming(living)) - set(left)
        start_server()
        assert incoming(living) == [alive], 'what is being sent stays'
