"""What all black-box tests share: the binary, the example images, and servers that run for a test.

A folder of tests takes the fixtures it needs into its conftest.py: from black_box import binary, server.
"""
import os
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60
LISTENING = re.compile(r'^IntelliClinix listening on (http://\S+)$', re.MULTILINE)


def environment(**extra):
    """The tester's environment without the product's settings in it, and with `extra`.

    MongoDB's driver names counters in shared memory by the process; those of processes that were killed stay, and it
    warns on standard error when the number of one comes again.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith('INTELLICLINIX_')}
    return own | {'MONGOC_DISABLE_SHM': '1'} | extra


def find_binary():
    path = pathlib.Path(os.environ.get('INTELLICLINIX_BINARY', ROOT / 'build/release/intelliclinix'))
    if not path.is_file():
        raise AssertionError(f'{path} is not there. Build it first: tools/build')
    return path.resolve()


class Server:
    """A running `intelliclinix serve` with its data in `folder`/data, which may be that of an earlier server.

    `url` is where it listens, `out` and `log` are the files that hold its standard output and standard error.
    """

    def __init__(self, binary, folder, *flags, env=None):
        self.data = folder / 'data'
        self.out = pathlib.Path(tempfile.mkstemp(dir=folder, suffix='.out')[1])
        self.log = self.out.with_suffix('.log')
        command = [str(part) for part in (binary, 'serve', '--data', self.data, '--port', '0', *flags)]
        with open(self.out, 'wb') as out, open(self.log, 'wb') as log:
            self.process = subprocess.Popen(command, stdout=out, stderr=log, cwd=folder, env=environment(**(env or {})))
        self.url = self._until(lambda: LISTENING.search(self.out.read_text()), 'listen')[1]

    def wait_until_ready(self):
        self._until(self._is_ready, 'become ready')

    def _is_ready(self):
        try:
            with urllib.request.urlopen(self.url + '/ready', timeout=START_TIMEOUT_S) as response:
                return response.status == 200
        except urllib.error.HTTPError:
            return False

    def _until(self, condition, what):
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self.process.poll() is None:
            value = condition()
            if value:
                return value
            time.sleep(0.02)
        self.kill()
        raise AssertionError(f'The server did not {what}; exit status {self.process.returncode}:\n{self.log.read_text()}')

    def stored_files(self):
        """The files under the data folder that hold bytes of clients."""
        return sorted(path for folder in ('blobs', 'incoming') for path in (self.data / folder).rglob('*') if path.is_file())

    def wait_until_stored(self, files):
        """What was refused goes when its connection does, which may be after the answer has come."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while self.stored_files() != files and time.monotonic() < deadline:
            time.sleep(0.02)
        assert self.stored_files() == files

    def terminate(self):
        """SIGTERM. Returns the exit status; 0 is that of a server which stopped in good order."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'The server did not stop:\n{self.log.read_text()}') from None

    def kill(self):
        """SIGKILL, as a power cut would."""
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope='session')
def binary():
    return find_binary()


@pytest.fixture(scope='session')
def examples():
    """The example images, without their true label images."""
    return sorted(path for path in (ROOT / 'examples').glob('*.png') if not path.stem.endswith('_truth'))


@pytest.fixture
def start_server(binary, tmp_path):
    """A function that starts a server with flags of the test's own: start_server('--workers', '2', folder=..., env=...).

    It is ready when the function returns, unless `ready=False`. All are stopped after the test.
    """
    servers = []

    def start(*flags, folder=tmp_path, env=None, ready=True):
        servers.append(Server(binary, folder, *flags, env=env))
        if ready:
            servers[-1].wait_until_ready()
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            assert server.terminate() == 0, server.log.read_text()


@pytest.fixture(scope='session')
def server(binary, tmp_path_factory):
    """One ready server for all tests that do nothing to it: each signs up users of its own."""
    running = Server(binary, tmp_path_factory.mktemp('server'))
    running.wait_until_ready()
    yield running
    assert running.process.poll() is None, f'The server has died:\n{running.log.read_text()}'
    assert running.terminate() == 0, running.log.read_text()
