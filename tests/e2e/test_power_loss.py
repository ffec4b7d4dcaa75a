"""What a power cut at any moment leaves: the order of the system calls of a real server, as strace tells it.

Bytes must be on the disk before the row that points to them, and the row before the answer that acknowledges it.
"""
import functools
import re
import shutil
import subprocess
import time

import pytest

from client import sign_in

ATTACH_TIMEOUT_S = 60
CALLS = 'write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync,rename,mkdir'
# "12 fsync(7</data/blobs/3f>) = 0", or in two lines: "12 fsync(7</data/blobs/3f> <unfinished ...>" and
# "12 <... fsync resumed>) = 0". -xx makes all strings hexadecimal, -yy tells the paths and sockets of descriptors.
LINE = re.compile(r'^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$')
HEX = re.compile(r'((?:\\x[0-9a-f]{2})+)')


class Call:
    """A call: `begin` and `end` are its places in the order of all beginnings and ends."""

    def __init__(self, name, text, begin):
        self.name = name
        self.text = text
        self.begin = begin
        self.end = None

    @functools.cache
    def bytes(self):
        return b''.join(bytes.fromhex(text.replace('\\x', '')) for text in HEX.findall(self.text))

    @functools.cache
    def path(self):
        """Of the descriptor that is the first argument."""
        found = re.match(r'\d+<([^>]*)>', self.text)
        return HEX.sub(lambda text: bytes.fromhex(text[1].replace('\\x', '')).decode(), found[1]) if found else ''

    def paths(self):
        """The two names of a rename, or the one of a mkdir."""
        return [bytes.fromhex(text.replace('\\x', '')).decode() for text in re.findall(r'"([^"]*)"', self.text)]


def read_calls(log):
    calls = []
    unfinished = {}
    for place, line in enumerate(log.read_text(errors='replace').splitlines()):
        found = LINE.match(line)
        if not found:
            continue
        thread, resumed, begun, rest = found.groups()
        if resumed:
            call = unfinished.pop(thread)
        else:
            call = Call(begun, rest, place)
            calls.append(call)
            if rest.endswith('<unfinished ...>'):
                unfinished[thread] = call
                continue
        call.end = place
    return calls


@pytest.fixture
def trace(start_server, examples, tmp_path):
    """The calls of a server that took an upload and ran an inference over it, with the ids of both."""
    assert shutil.which('strace'), 'strace is not installed; tools/setup installs it'
    server = start_server()
    client = sign_in(server.url)
    log = tmp_path / 'calls'
    tracer = subprocess.Popen(
        ['strace', '-f', '-qq', '-yy', '-xx', '-s', '70000', '-e', 'signal=none', '-e', f'trace={CALLS}', '-o', log,
         '-p', str(server.process.pid)], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + ATTACH_TIMEOUT_S
    while not (log.exists() and client.get('/health').status == 200 and log.stat().st_size > 0):
        if tracer.poll() is not None:
            pytest.skip(f'this machine does not let a process be traced: {tracer.stderr.read().strip()}')
        assert time.monotonic() < deadline, 'strace does not tell any calls of the server'
    dataset = client.upload([(examples[0].name, examples[0].read_bytes())]).json['dataset_id']
    inference = client.start(dataset).json['inference_id']
    assert server.terminate() == 0
    tracer.wait(60)
    return read_calls(log), dataset, inference


def first(calls, condition):
    return next((call for call in calls if condition(call)), None)


def writes_to_log(calls, needle):
    return [call for call in calls if call.name == 'pwrite64' and call.path().endswith('.db-wal')
            and needle in call.bytes()]


def synced(calls, path, after, before):
    """Whether `path` was synced in between."""
    return any(call.name in ('fsync', 'fdatasync') and call.path() == path and call.begin > after and call.end < before
               for call in calls)


def test_bytes_are_on_the_disk_before_their_row_and_rows_before_the_answer(trace):
    calls, dataset, inference = trace
    renames = [call for call in calls if call.name == 'rename' and '/blobs/' in call.paths()[1]]
    assert len(renames) >= 3, 'the image and its artifacts'
    for rename in renames:
        incoming, kept = rename.paths()
        folder, blob = kept.rsplit('/', 1)
        written = [call for call in calls if call.name == 'write' and call.path() == incoming]
        assert written, f'{incoming} was never written'
        assert synced(calls, incoming, after=written[-1].end, before=rename.begin), 'its bytes, before it has its name'
        rows = writes_to_log(calls, bytes.fromhex(blob))
        assert rows, f'{blob} never got a row'
        row = rows[0]
        assert synced(calls, folder, after=rename.end, before=row.begin), 'its name, before it has its row'
        made = first(calls, lambda call: call.name == 'mkdir' and call.paths() == [folder] and call.text.endswith('= 0'))
        if made:
            assert synced(calls, folder.rsplit('/', 1)[0], after=made.end, before=row.begin), 'and that of its folder'

    for document in (dataset, inference):
        rows = writes_to_log(calls, bytes.fromhex(document))
        answer = first(calls, lambda call: call.name in ('sendto', 'sendmsg', 'write', 'writev')
                       and 'TCP' in call.text and document.encode() in call.bytes())
        assert rows and answer
        assert rows[0].begin < answer.begin
        assert synced(calls, rows[0].path(), after=rows[0].end, before=answer.begin), 'a row, before it is acknowledged'
