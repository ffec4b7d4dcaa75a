"""Cancel, events, idempotent starts, retries and limits, over a running server."""
import http.client
import json
import threading
import time
import urllib.parse
import uuid

from client import Client, person, sign_in

ONE_AT_A_TIME = ('--workers', '1', '--threads', '1', '--stop-grace-s', '0')
ASYNC = {'Prefer': 'respond-async'}


def upload(client, examples, count):
    images = (examples * count)[:count]
    files = [(f'{number}-{path.name}', path.read_bytes()) for number, path in enumerate(images)]
    return client.upload(files).json['dataset_id']


def start(client, dataset, **headers):
    answer = client.start(dataset, {'diameter': 17}, headers=ASYNC | headers)
    assert answer.status == 202, answer.body
    return answer.json['inference_id']


def document(client, inference):
    return client.get(f'/api/inferences/{inference}').json


def wait_for(client, inference, *statuses):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = document(client, inference)
        if found['status'] in statuses:
            return found
        time.sleep(0.02)
    raise AssertionError(f'{inference} does not become {statuses}: {found}')


class Events:
    """The stream of an inference. Iterating gives (id, event, data) until it ends."""

    def __init__(self, client, inference, last_id=None):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit('http://' + client.address).netloc, timeout=60)
        headers = {'Authorization': f'Bearer {client.token}'} | ({'Last-Event-ID': last_id} if last_id else {})
        self.connection.request('GET', f'/api/inferences/{inference}/events', headers=headers)
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __iter__(self):
        fields = {}
        for line in iter(self.response.readline, b''):
            name, _, value = line.decode().rstrip('\n').partition(': ')
            if name:
                fields[name] = value
            elif 'event' in fields:
                yield fields['id'], fields['event'], json.loads(fields['data'])
                fields = {}


def test_events_tell_the_whole_of_a_job(start_server, examples):
    server = start_server(*ONE_AT_A_TIME)
    client = sign_in(server.url)
    inference = start(client, upload(client, examples, 2))
    events = list(Events(client, inference))
    names = [event for _, event, _ in events]
    assert names[-1] == 'completed' and set(names[:-1]) == {'progress'}, names
    ids = [identity for identity, _, _ in events]
    assert len(set(ids)) == len(ids)
    assert events[-1][2]['progress']['fraction'] == 1
    assert Events(client, inference, ids[-1]).status == 204
    assert [event for _, event, _ in Events(client, inference, ids[0])] == ['completed']


def test_events_go_on_after_a_restart(start_server, examples, tmp_path):
    first = start_server(*ONE_AT_A_TIME)
    client = sign_in(first.url)
    inference = start(client, upload(client, examples, 4))
    seen = []
    stream = Events(client, inference)
    reading = threading.Thread(target=lambda: seen.extend(stream))
    reading.start()
    while not any(data['status'] == 'running' for _, _, data in seen):
        time.sleep(0.02)
    assert first.terminate() == 0
    reading.join(60)
    assert not reading.is_alive(), 'the stream did not end with the server'
    second = start_server(*ONE_AT_A_TIME, folder=tmp_path)
    moved = Client(second.url, client.token)
    events = list(Events(moved, inference, seen[-1][0]))
    assert events[0][0] != seen[-1][0], 'what was seen is told again'
    assert events[-1][1] == 'completed'


def test_cancelling_stops_what_runs_and_a_retry_goes_on_from_there(start_server, examples):
    server = start_server(*ONE_AT_A_TIME)
    client = sign_in(server.url)
    inference = start(client, upload(client, examples, 6))
    wait_for(client, inference, 'running')
    answer = client.post(f'/api/inferences/{inference}/cancel')
    assert answer.status == 202, answer.body
    ended = wait_for(client, inference, 'failed', 'completed')
    assert ended['status'] == 'failed' and ended['error']['code'] == 'cancelled', ended
    cancelled = [result for result in ended['results'] if result['status'] == 'failed']
    assert cancelled and all(result['error']['code'] == 'cancelled' for result in cancelled)
    again = client.post(f'/api/inferences/{inference}/retry')
    assert again.status == 202 and again.json['images'] == len(cancelled)
    done = wait_for(client, inference, 'completed', 'failed')
    assert done['status'] == 'completed' and done['attempt'] == 2
    assert all(result['status'] == 'completed' for result in done['results'])


def test_a_waiting_start_ends_when_it_is_cancelled(start_server, examples):
    server = start_server('--workers', '0')
    client = sign_in(server.url)
    dataset = upload(client, examples, 1)
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(client.start(dataset, {'diameter': 17})))
    waiting.start()
    while not (found := client.get('/api/inferences/').json):
        time.sleep(0.02)
    assert found[0]['status'] == 'queued'
    assert client.post(f'/api/inferences/{found[0]["_id"]}/cancel').json['status'] == 'failed'
    waiting.join(60)
    assert answers[0].status == 500 and answers[0].json['inference_id'] == found[0]['_id']


def test_a_start_that_is_sent_twice_is_one(start_server, examples):
    server = start_server('--workers', '0', '--max-queued-jobs', '2')
    client = sign_in(server.url)
    dataset = upload(client, examples, 1)
    key = {'Idempotency-Key': str(uuid.uuid4())}
    inference = start(client, dataset, **key)
    assert start(client, dataset, **key) == inference
    assert client.start(dataset, {'diameter': 18}, headers=ASYNC | key).status == 422
    assert document(client, inference)['progress']['queue_position'] == 1
    assert document(client, start(client, dataset))['progress']['queue_position'] == 2
    full = client.start(dataset, headers=ASYNC)
    assert full.status == 429 and int(full.headers['Retry-After']) > 0
    assert start(client, dataset, **key) == inference


def test_many_who_hash_at_once_wait_for_their_turn(start_server):
    server = start_server('--workers', '0')
    answers = []

    def sign_up():
        answers.append(Client(server.url).post('/api/auth/signup', person()).status)

    threads = [threading.Thread(target=sign_up) for _ in range(30)]
    for thread in threads:
        thread.start()
    assert Client(server.url).get('/health').status == 200
    for thread in threads:
        thread.join()
    assert answers == [201] * 30
