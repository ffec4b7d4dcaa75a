"""Servers and workers that are killed, stopped and started again."""
import contextlib
import random
import re
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from black_box import environment, find_binary

READY_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
STORE_SILENT = 'MongoDB does not answer'
WORKER_NAME = re.compile(r'^IntelliClinix worker (\S+)', re.MULTILINE)
STALE_WRITES = re.compile(r'^intelliclinix_stale_writes_rejected_total (\d+)', re.MULTILINE)


def free_port():
    """A port that no server takes by chance while ours is down: below those that the system hands out."""
    while True:
        port = random.randrange(20000, 32000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(('127.0.0.1', port))
            return port


def get(url, timeout=5):
    """Status and body; status 0 where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ''


def wait_until(condition, what, timeout=READY_TIMEOUT_S):
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f'not within {timeout} s: {what}')


class Process:
    """A server or a worker. Starts at the same port each time; `log` holds what all its lives have logged."""

    def __init__(self, name, arguments, folder, env):
        self.name = name
        self.port = free_port()
        port_flag = '--port' if arguments[0] == 'serve' else '--metrics-port'
        self.command = [str(part) for part in (find_binary(), *arguments, port_flag, self.port)]
        self.log = folder / f'{name}.log'
        self.folder = folder
        self.env = environment(**env)
        self.process = None
        self.life_at = 0        # where in the log its present life begins
        self.was_ready = False  # in its present life
        self.gave_up = 0

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def start(self, wrap=()):
        """`wrap`: a command that runs the process, such as prlimit with its flags."""
        with open(self.log, 'ab') as log:
            self.life_at = log.tell()
            self.was_ready = False
            self.process = subprocess.Popen([*wrap, *self.command], stdout=log, stderr=log, cwd=self.folder, env=self.env)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def is_ready(self):
        ready = self.alive() and get(self.url + '/ready')[0] == 200
        self.was_ready |= ready
        return ready

    def start_again_if_it_gave_up(self):
        """Does what a supervisor does: a process ends where the store does not answer within seconds of its start."""
        ended = (self.process is not None and self.process.poll() == 1 and not self.was_ready
                 and STORE_SILENT in self.log.read_bytes()[self.life_at:].decode(errors='replace'))
        if ended:
            self.gave_up += 1
            self.start()
        return ended

    def wait_until_ready(self, supervised=False):
        def ready_or_dead():
            if not self.alive() and not (supervised and self.start_again_if_it_gave_up()):
                raise AssertionError(f'{self.name} ended with {self.process.returncode}:\n{self.tail()}')
            return self.is_ready()
        wait_until(ready_or_dead, f'{self.name} is ready')

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def worker_name(self):
        """By which the store knows its last life; none before it has said it."""
        names = WORKER_NAME.findall(self.log.read_text(errors='replace')) if self.log.exists() else []
        return names[-1] if names else None

    def terminate(self):
        """SIGTERM. The exit status; 0 is that of a process which stopped in good order."""
        self.process.terminate()
        try:
            return self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def stale_writes(self):
        """Writes that the store refused since the process began; 0 where it does not answer."""
        found = STALE_WRITES.search(get(self.url + '/metrics')[1])
        return int(found[1]) if found else 0

    def peak_bytes(self):
        """The most memory that the process has had so far."""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) << 10 for line in status if line.startswith('VmHWM:'))

    def tail(self, lines=30):
        return '\n'.join(self.log.read_text(errors='replace').splitlines()[-lines:]) if self.log.exists() else ''


class Cluster:
    """API processes and worker processes on one store. All are killed at its end, unless they were stopped before.

    `flags` are for all, `serve_flags` and `worker_flags` for the processes of a kind.
    """

    def __init__(self, store, folder, apis=2, workers=3, flags=(), serve_flags=(), worker_flags=()):
        self.store = store
        env = {'INTELLICLINIX_JWT_SECRET': secrets.token_hex(32)}
        common = [*store.flags(), *flags]
        self.apis = [Process(f'api-{i}', ['serve', *common, *serve_flags], folder, env) for i in range(apis)]
        self.workers = [Process(f'worker-{i}', ['worker', *common, *worker_flags], folder, env) for i in range(workers)]

    @property
    def processes(self):
        return [*self.apis, *self.workers]

    @property
    def urls(self):
        return [api.url for api in self.apis]

    def start(self):
        """The first alone, so that one makes the store; ready when it returns."""
        for process in self.processes:
            process.start()
            if process is self.processes[0]:
                process.wait_until_ready()
        for process in self.processes:
            process.wait_until_ready()

    def stop(self):
        """SIGTERM to all. The names of those that did not stop in good order."""
        return [process.name for process in self.processes if process.alive() and process.terminate() != 0]

    def fsck(self):
        """What `admin fsck` finds in the store, one sentence each."""
        command = [str(part) for part in (find_binary(), 'admin', 'fsck', *self.store.flags())]
        checked = subprocess.run(command, capture_output=True, text=True, env=self.processes[0].env)
        return [] if checked.returncode == 0 else (checked.stdout + checked.stderr).splitlines()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.alive():
                process.kill()
        self.store.close()
