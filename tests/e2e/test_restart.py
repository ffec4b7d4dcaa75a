"""What a server leaves behind when it stops or dies, and what the next one makes of it."""
import stat
import time

from client import Client, PASSWORD, sign_in

BUSY = ('--workers', '1', '--threads', '1', '--stop-grace-s', '0')


def wait_for_status(client, inference, statuses):
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        document = client.get(f'/api/inferences/{inference}').json
        if document['status'] in statuses:
            return document
        time.sleep(0.05)
    raise AssertionError(f'{inference} does not become {statuses}')


def begin_job(server, examples):
    """A client, and an inference over several images that has begun and is far from its end."""
    client = sign_in(server.url)
    dataset = client.upload([(path.name, path.read_bytes()) for path in examples]).json['dataset_id']
    inference = client.start(dataset, {'diameter': 17}, headers={'Prefer': 'respond-async'}).json['inference_id']
    wait_for_status(client, inference, ('running',))
    return client, inference


def check_complete(client, inference, examples):
    document = wait_for_status(client, inference, ('completed', 'failed'))
    assert document['status'] == 'completed', document
    assert [result['source_filename'] for result in document['results']] == [path.name for path in examples]
    assert all(result['status'] == 'completed' and result['objects'] > 0 for result in document['results'])
    assert client.get(f'/api/inferences/{inference}/download').status == 200


def test_a_stop_hands_the_job_back_and_the_next_server_ends_it(start_server, examples, tmp_path):
    first = start_server(*BUSY)
    client, inference = begin_job(first, examples)
    assert first.terminate() == 0
    second = start_server(*BUSY, folder=tmp_path)
    moved = Client(second.url, client.token)
    assert moved.get(f'/api/inferences/{inference}').json['status'] in ('queued', 'running', 'completed')
    check_complete(moved, inference, examples)


def test_a_killed_server_loses_nothing_that_it_acknowledged(start_server, examples, tmp_path):
    first = start_server(*BUSY)
    client, inference = begin_job(first, examples[-3:])
    first.kill()
    second = start_server(*BUSY, folder=tmp_path)
    moved = Client(second.url, client.token)
    login = moved.post('/api/auth/login', {'username': client.username, 'password': PASSWORD})
    assert login.status == 200
    check_complete(moved, inference, examples[-3:])


def test_an_empty_folder_becomes_a_server_with_secrets_of_its_own(start_server, tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').mkdir()
    first, second = start_server(folder=tmp_path / 'a'), start_server(folder=tmp_path / 'b')
    for server in (first, second):
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        for path in server.data.rglob('*'):
            assert not stat.S_IMODE(path.stat().st_mode) & 0o077 or path.is_dir(), path
    client = sign_in(first.url)
    assert Client(second.url, client.token).get('/api/auth/me').status == 401


def test_two_servers_share_a_folder(start_server, examples):
    first = start_server()
    second = start_server('--workers', '0')
    client = sign_in(first.url)
    dataset = client.upload([(examples[0].name, examples[0].read_bytes())]).json['dataset_id']
    other = Client(second.url, client.token)
    assert other.get(f'/api/datasets/{dataset}').json == client.get(f'/api/datasets/{dataset}').json
    started = other.start(dataset)
    assert started.status == 200, started.body
    first.kill()
    document = other.get('/api/inferences/' + started.json['inference_id']).json
    assert document['status'] == 'completed'
    assert other.get('/api/files/' + document['results'][0]['mask_id']).status == 200
    assert sign_in(second.url).get('/api/datasets/').json == []


def test_logs_tell_no_secrets(start_server, examples):
    server = start_server()
    client = sign_in(server.url)
    client.upload([(examples[0].name, examples[0].read_bytes())])
    client.post('/api/auth/login', {'username': client.username, 'password': 'a wrong one indeed'})
    secret_files = [path for path in server.data.iterdir() if path.is_file() and 0 < path.stat().st_size <= 128]
    assert server.terminate() == 0
    log = server.log.read_text()
    assert '/api/datasets/upload' in log
    for secret in (client.token, client.token.split('.')[2], PASSWORD, 'a wrong one indeed'):
        assert secret not in log
    for path in secret_files:
        assert path.read_bytes().hex() not in log
