"""`intelliclinix worker` as a process of its own."""
import json
import signal
import subprocess
import urllib.request

from conftest import environment


def start(binary, folder, *flags):
    return subprocess.Popen([str(binary), 'worker', '--store', str(folder / 'store'), '--workers', '1', *flags],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder,
                            env=environment())


def test_it_tells_how_it_is_and_stops_in_good_order(binary, tmp_path):
    process = start(binary, tmp_path, '--metrics-port', '0')
    line = process.stdout.readline()
    assert line.startswith('IntelliClinix worker worker-'), line
    url = line.split()[-1]
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
