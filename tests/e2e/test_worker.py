"""`intelliclinix worker` and `admin fsck`: processes beside the server, on one store."""
import json
import signal
import subprocess
import time
import urllib.request

import pytest
from client import sign_in
from conftest import environment
from test_jobs import Events, start, upload, wait_for

API_ALONE = ('--workers', '0')


@pytest.fixture
def start_worker(binary, tmp_path):
    """A function that starts a worker on the store in `folder`; it has opened the store when that returns."""
    processes = []

    def begin(folder, *flags):
        command = [str(binary), 'worker', '--store', str(folder), '--workers', '1', '--threads', '1', *flags]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
                                   env=environment())
        processes.append(process)
        process.line = process.stdout.readline()
        assert process.line.startswith('IntelliClinix worker worker-'), process.line
        return process

    yield begin
    for process in processes:
        process.kill()
        process.wait()


def test_it_tells_how_it_is_and_stops_in_good_order(start_worker, tmp_path):
    process = start_worker(tmp_path / 'store', '--metrics-port', '0')
    url = process.line.split()[-1]
    with urllib.request.urlopen(url + '/health') as response:
        assert json.load(response)['status'] == 'ok'
    with urllib.request.urlopen(url + '/metrics') as response:
        assert b'intelliclinix_tasks_running 0' in response.read()
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_a_worker_without_workers_is_refused(binary, tmp_path):
    done = subprocess.run([str(binary), 'worker', '--workers', '0'], capture_output=True, text=True, cwd=tmp_path,
                          env=environment())
    assert done.returncode == 1
    assert done.stderr == 'intelliclinix worker: A worker needs --workers of 1 or more.\n'


def test_a_start_waits_for_whatever_worker_runs_it(start_server, start_worker, examples):
    server = start_server(*API_ALONE)
    client = sign_in(server.url)
    dataset = upload(client, examples, 2)
    start_worker(server.data)
    answer = client.start(dataset, {'diameter': 17})
    assert answer.status == 200, answer.body
    assert client.get(f'/api/inferences/{answer.json["inference_id"]}/download').status == 200


def test_cancelling_and_events_reach_across_processes(start_server, start_worker, examples):
    server = start_server(*API_ALONE)
    client = sign_in(server.url)
    start_worker(server.data)
    inference = start(client, upload(client, examples, 8))
    stream = iter(Events(client, inference))
    while next(stream)[2]['status'] != 'running':
        pass
    assert client.post(f'/api/inferences/{inference}/cancel').status == 202
    *_, (_, event, data) = stream
    assert event == 'failed' and data['error']['code'] == 'cancelled'


def test_a_worker_that_dies_costs_nothing(start_server, start_worker, examples):
    server = start_server(*API_ALONE)
    client = sign_in(server.url)
    worker = start_worker(server.data)
    inference = start(client, upload(client, examples, 4))
    wait_for(client, inference, 'running')
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    start_worker(server.data)
    done = wait_for(client, inference, 'completed', 'failed')
    assert done['status'] == 'completed' and len(done['results']) == 4


def fsck(binary, folder, *flags):
    return subprocess.run([str(binary), 'admin', 'fsck', '--store', str(folder), *flags], capture_output=True, text=True,
                          env=environment())


def test_fsck_refuses_a_folder_without_a_store(binary, tmp_path):
    for folder in (tmp_path / 'mistyped', tmp_path):
        refused = fsck(binary, folder)
        assert (refused.returncode, refused.stdout) == (1, '')
        assert str(folder) in refused.stderr, refused.stderr
    assert not list(tmp_path.iterdir()), 'a store was made'


def test_fsck_finds_what_is_wrong_and_puts_it_right(binary, start_server, examples):
    server = start_server('--workers', '1')
    client = sign_in(server.url)
    assert client.start(upload(client, examples, 1), {'diameter': 17}).status == 200
    clean = fsck(binary, server.data)
    assert (clean.returncode, clean.stdout) == (0, 'The store is consistent.\n')
    assert server.terminate() == 0
    artifact = max((path for path in (server.data / 'blobs').rglob('*') if path.is_file()),
                   key=lambda path: path.stat().st_mtime)
    artifact.unlink()
    found = fsck(binary, server.data, '--json')
    assert found.returncode == 1
    kinds = {json.loads(line)['kind'] for line in found.stdout.splitlines()}
    assert 'blob_without_bytes' in kinds, found.stdout
    deadline = time.monotonic() + 60
    while fsck(binary, server.data, '--fix').returncode and time.monotonic() < deadline:
        pass
    assert fsck(binary, server.data).returncode == 0
