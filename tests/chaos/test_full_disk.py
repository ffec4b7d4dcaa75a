"""A disk that fills up under a running job: the job waits, says so to nobody as a failure, and goes on."""
import errno
import resource
import subprocess
import time

import pytest

from client import sign_in
from jobs import begin, check_whole, document, images_done, small_files
from processes import Cluster, wait_until
from stores import SqliteStore

IMAGES = 16
FULL_S = 4  # longer than the retries of a single write


class SmallDisk:
    """A file system in memory of its own, which the test may fill; only root can mount one."""

    def __init__(self, folder):
        self.folder = folder / 'disk'
        self.folder.mkdir()
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=16m', 'chaos', self.folder], capture_output=True)
        if mounted.returncode != 0:
            pytest.skip(f'no file system can be mounted here: {mounted.stderr.decode().strip()}')

    def fill(self, _cluster):
        with open(self.folder / 'filler', 'wb', buffering=0) as filler:
            for size in (1 << 16, 1 << 12):
                try:
                    while True:
                        filler.write(bytes(size))
                except OSError as error:
                    assert error.errno == errno.ENOSPC

    def free(self, _cluster):
        (self.folder / 'filler').unlink()

    def close(self):
        subprocess.run(['umount', '--lazy', self.folder], check=True)


class LimitedFiles:
    """The processes' own limit on the size of a file, below which no new byte goes to the database or a blob."""

    def __init__(self, folder):
        self.folder = folder

    def fill(self, cluster):
        for process in cluster.processes:
            resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (256, resource.RLIM_INFINITY))

    def free(self, cluster):
        for process in cluster.processes:
            resource.prlimit(process.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

    def close(self):
        pass


@pytest.fixture(params=[SmallDisk, LimitedFiles], ids=lambda kind: kind.__name__)
def disk(request, tmp_path):
    made = request.param(tmp_path)
    yield made
    made.close()


def test_a_job_waits_for_room_on_the_disk(disk, tmp_path):
    flags = ['--threads', '1', '--lease-s', '2']
    with Cluster(SqliteStore(disk.folder), tmp_path, apis=1, workers=0, flags=flags, serve_flags=['--workers', '1']) as cluster:
        cluster.start()
        client = sign_in(cluster.urls[0])
        files = small_files(IMAGES)
        inference = begin(client, files)
        wait_until(lambda: images_done(client, inference) >= 1, 'the job has begun')
        disk.fill(cluster)
        refused = client.upload(small_files(1))
        assert refused.status in (503, 507) and 'error' in refused.json, refused.body
        time.sleep(FULL_S)
        assert document(client, inference)['status'] == 'running'
        disk.free(cluster)
        check_whole(client, inference, [name for name, _ in files])
        assert client.upload(small_files(1)).status == 201
        assert cluster.stop() == []
