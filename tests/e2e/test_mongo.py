"""The server with its records in MongoDB: a client's day, an outage, and a database that the Python server left."""
import crypt
import datetime
import hashlib
import io
import socket
import subprocess
import time
import zipfile

import bson
import gridfs
import pytest
import small_models

from client import Client, PASSWORD, person, sign_in
from conftest import environment
from mongo_server import MongoServer, start_mongo


@pytest.fixture
def mongo(tmp_path):
    server = start_mongo(tmp_path / 'mongo')
    yield server
    server.stop()


def status_of(client, path):
    return client.get(path).status


def index_of(collection, *fields):
    """What the server tells of the index on these fields; none where there is no such index."""
    return next((index for index in collection.index_information().values()
                 if [field for field, _ in index['key']] == list(fields)), None)


def wait_until(condition, what):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(what)


def test_a_clients_day_and_the_next_server(start_server, mongo, examples, tmp_path):
    first = start_server('--store', mongo.uri, '--workers', '1')
    client = sign_in(first.url)
    image = examples[0]
    uploaded = client.upload([(image.name, image.read_bytes())])
    assert uploaded.status == 201, uploaded.body
    dataset = uploaded.json['dataset_id']
    started = client.start(dataset, {'diameter': 17})
    assert started.status == 200, started.body
    inference = started.json['inference_id']
    assert first.terminate() == 0
    assert not (first.data / 'intelliclinix.db').exists()

    second = start_server('--store', mongo.uri, '--workers', '1', folder=tmp_path)
    client = Client(second.url, client.token)
    document = client.get(f'/api/inferences/{inference}').json
    assert document['status'] == 'completed' and document['progress']['images_done'] == 1
    archive = client.get(f'/api/inferences/{inference}/download')
    assert archive.status == 200 and zipfile.ZipFile(io.BytesIO(archive.body)).testzip() is None
    source = document['results'][0]['original_gridfs_id']
    assert client.get(f'/api/files/{source}').body == image.read_bytes()

    kept = mongo.database()
    assert kept.inferences.find_one()['requested_by'] == kept.users.find_one()['_id']
    assert isinstance(kept.inferences.find_one()['results'], list)
    assert isinstance(kept.datasets.find_one()['created_at'], datetime.datetime)
    assert index_of(kept.inference_tasks, 'inference_id', 'position')['unique']
    assert index_of(kept['fs.chunks'], 'files_id', 'n')['unique']
    assert index_of(kept.inferences, 'status', '_id')
    stored = gridfs.GridFS(kept).get(bson.ObjectId(source))
    assert stored.read() == image.read_bytes() and stored.chunk_size == 255 * 1024
    assert {'inference_id', 'source_image_id', 'owner_id', 'sha256'} <= stored.metadata.keys()

    assert client.delete(f'/api/datasets/{dataset}').status == 200
    assert all(kept[name].count_documents({}) == 0
               for name in ('datasets', 'inferences', 'inference_tasks', 'fs.files', 'fs.chunks'))


def test_a_worker_elsewhere_fetches_an_imported_model(start_server, mongo, binary, examples, tmp_path):
    server = start_server('--store', mongo.uri, '--workers', '0')
    client = sign_in(server.url)
    (tmp_path / 'net.onnx').write_bytes(small_models.onnx())
    (tmp_path / 'net.toml').write_bytes(small_models.DESCRIPTION)

    def command(name, *flags):
        return [str(part) for part in (binary, name, *flags, '--store', mongo.uri, '--data', tmp_path / name)]

    subprocess.run(command('models', 'import', tmp_path / 'net.onnx', '--id', 'mine'), check=True, env=environment())
    dataset = client.upload([(examples[0].name, examples[0].read_bytes())]).json['dataset_id']
    worker = subprocess.Popen(command('worker', '--workers', '1'), env=environment())
    try:
        started = client.start(dataset, model_id='mine')
        assert started.status == 200, started.body
    finally:
        worker.terminate()
        assert worker.wait(60) == 0
    sha256 = hashlib.sha256(small_models.onnx()).hexdigest()
    for copy in (tmp_path / 'worker/models' / sha256, server.data / 'models' / sha256):
        assert copy.read_bytes() == small_models.onnx()
    assert mongo.database()['fs.files'].count_documents({'filename': 'net.onnx'}) == 1


def test_an_outage_is_told_and_passes(start_server, tmp_path):
    mongo = MongoServer(tmp_path / 'mongo')
    server = start_server('--store', mongo.uri)
    client = sign_in(server.url)
    mongo.stop()
    wait_until(lambda: status_of(client, '/ready') == 503, '/ready stays 200')
    assert status_of(client, '/health') == 200
    assert status_of(client, '/api/datasets/') == 503
    mongo.start()
    wait_until(lambda: status_of(client, '/ready') == 200, '/ready stays 503')
    assert status_of(client, '/api/datasets/') == 200
    mongo.stop()


@pytest.mark.parametrize('options', ['w=0&readPreference=secondaryPreferred', 'w=majority'])
def test_options_of_the_uri_weaken_nothing(start_server, mongo, options):
    """Without an answer to its writes a store would take a second account of the same name."""
    server = start_server('--store', mongo.uri + ('&' if '?' in mongo.uri else '?') + options)
    client = sign_in(server.url)
    again = client.post('/api/auth/signup', person(client.username))
    assert again.status == 409, again.body


def test_what_nobody_understands_fails_alone(start_server, mongo, examples, tmp_path):
    """An unknown status, a dataset that is gone, and a runner that is gone before the start or after it: each job fails
    for its own reason, and the worker goes on with the others."""
    api = start_server('--store', mongo.uri, '--workers', '0')
    client = sign_in(api.url)
    image = examples[0]
    dataset = client.upload([(image.name, image.read_bytes())]).json['dataset_id']
    strange, gone, sound = (client.start(dataset, {'diameter': 17}, headers={'Prefer': 'respond-async'}).json['inference_id']
                            for _ in range(3))
    kept = mongo.database()
    cut_short = kept.inferences.find_one({'_id': bson.ObjectId(sound)}) | {'_id': bson.ObjectId(), 'dispatched': False}
    kept.inferences.insert_one(cut_short | {'runner_name': 'withdrawn'})
    bereft = cut_short | {'_id': bson.ObjectId(), 'dataset_id': bson.ObjectId()}
    kept.inferences.insert_one(bereft)
    kept.inferences.update_one({'_id': bson.ObjectId(strange)}, {'$set': {'status': 'sleeping'}})
    kept.inferences.update_one({'_id': bson.ObjectId(gone)}, {'$set': {'runner_name': 'withdrawn'}})
    start_server('--store', mongo.uri, '--workers', '1', folder=tmp_path)

    def ended(inference):
        path = f'/api/inferences/{inference}'
        wait_until(lambda: client.get(path).json['status'] in ('completed', 'failed'), f'{inference} does not end')
        return client.get(path).json

    assert ended(sound)['status'] == 'completed'
    for inference, code in ((strange, 'unknown_status'), (gone, 'unknown_runner'), (cut_short['_id'], 'unknown_runner'),
                            (bereft['_id'], 'dataset_gone')):
        document = ended(inference)
        assert (document['status'], document['error']['code']) == ('failed', code), document
    assert "'sleeping'" in ended(strange)['error']['detail'] and "'withdrawn'" in ended(gone)['error']['detail']
    wait_until(lambda: kept.inference_tasks.count_documents({'state': {'$in': ['queued', 'running']}}) == 0,
               'a task stays open')


@pytest.mark.parametrize('uri', ['mongodb://u:hidden@127.0.0.1:{unused}/', 'mongodb://u:hidden@127.0.0.1:{silent}/',
                                 'mongodb://u:hid%den@h:', 'mongodb://'])
@pytest.mark.parametrize('command', ['serve', 'worker'])
def test_a_wrong_uri_is_one_line_and_soon(binary, tmp_path, uri, command):
    """Soon: long before the 30 s for which the driver looks for a server that nobody told it to give up."""
    with socket.socket() as unused, socket.create_server(('127.0.0.1', 0)) as silent:
        unused.bind(('127.0.0.1', 0))  # and nobody listens
        named = uri.format(unused=unused.getsockname()[1], silent=silent.getsockname()[1])
        run = subprocess.run([binary, command, '--data', tmp_path / 'data', '--store', named], cwd=tmp_path,
                             env=environment(), capture_output=True, text=True, timeout=20)
    assert run.returncode not in (0, -6, -11)
    said = [line for line in run.stderr.strip().splitlines() if not line.startswith('{')]  # without the log
    assert len(said) == 1 and 'hid' not in run.stderr, run.stderr


def left_by_the_python_server(mongo, image):
    """A database as the Python server writes it, with fields that only it knows. Returns ids by name."""
    database = mongo.database()
    now = datetime.datetime(2024, 5, 6, 7, 8, 9)
    user = database.users.insert_one({
        'username': 'Ada', 'email': 'ada@example.org', 'first_name': 'Ada', 'last_name': 'Lovelace', 'role': 'user',
        'password': crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)).encode(), 'created_at': now,
        'organisation': {'name': 'Lab'}}).inserted_id
    database.users.insert_one({'username': 'grace', 'email': 'grace@example.org', 'created_at': now})
    files = gridfs.GridFS(database)
    metadata = {'owner_id': user}
    source = files.put(image, filename='cells.png', metadata=metadata)
    dataset = database.datasets.insert_one({
        'name': 'Old', 'owner_id': user, 'created_at': now, 'model_id': 'cellpose_default', 'input_type': 'flat',
        'files': [{'gridfs_id': source, 'filename': 'cells.png', 'type': 'image'}], 'tags': ['kept']}).inserted_id
    masks = {name: files.put(image + name.encode(), filename=f'cells_{name}.png', metadata=metadata)
             for name in ('mask_id', 'class_mask_id', 'instance_mask_id')}
    inference = database.inferences.insert_one({
        'dataset_id': dataset, 'requested_by': user, 'model_id': 'cellpose_default', 'runner_name': 'cellpose',
        'params': {'diameter': 30}, 'status': 'completed', 'created_at': now, 'finished_at': now, 'notes': None,
        'results': [{'source_filename': 'cells.png', 'source_image_gridfs_id': source, **masks}],
        'pipeline': 7}).inserted_id
    return {'user': user, 'source': source, 'dataset': dataset, 'inference': inference, **masks}


def test_a_database_of_the_python_server_is_served_as_it_is(start_server, mongo, examples):
    image = examples[0].read_bytes()
    ids = left_by_the_python_server(mongo, image)
    server = start_server('--store', mongo.uri, '--workers', '1')
    client = Client(server.url)
    for _ in range(2):  # the second against the hash that replaced the first
        login = client.post('/api/auth/login', {'username': 'ada', 'password': PASSWORD})
        assert login.status == 200, login.body
    client.token = login.json['access_token']
    datasets = client.get('/api/datasets/').json
    assert [one['_id'] for one in datasets] == [str(ids['dataset'])]
    assert datasets[0]['created_at'].startswith('2024-05-06T07:08:09')
    assert [one['_id'] for one in client.get('/api/inferences/').json] == [str(ids['inference'])]
    document = client.get(f'/api/inferences/{ids["inference"]}').json
    assert document['results'][0]['class_mask_id'] == str(ids['class_mask_id'])
    assert client.get(f'/api/files/{ids["mask_id"]}').body == image + b'mask_id'
    archive = client.get(f'/api/inferences/{ids["inference"]}/download')
    assert archive.status == 200, archive.body
    contents = zipfile.ZipFile(io.BytesIO(archive.body))
    assert contents.testzip() is None
    assert {name.split('/')[-1] for name in contents.namelist()} >= {'cells.png', 'cells_mask_id.png', 'manifest.json'}

    assert client.start(str(ids['dataset']), {'diameter': 17}).status == 200
    body = {'ids': [str(ids['inference'])], 'archived': True}
    assert client.post('/api/inferences/archive', body).json == {'matched': 1, 'modified': 1}
    database = mongo.database()
    user = database.users.find_one({'_id': ids['user']})
    assert user['organisation'] == {'name': 'Lab'} and user['password'].startswith('$argon2id$')
    assert database.datasets.find_one({'_id': ids['dataset']})['tags'] == ['kept']
    inference = database.inferences.find_one({'_id': ids['inference']})
    assert inference['pipeline'] == 7 and inference['archived'] is True
