"""Workers that fall silent, and images that kill them."""
import re
import time

import pytest

from black_box import ROOT
from client import sign_in
from jobs import begin, check_whole, document, ended, images_done, small_files
from processes import Cluster, get, wait_until
from stores import STORES, SqliteStore

FLAGS = ('--threads', '1', '--lease-s', '1')
ATTEMPTS = 3


def running(worker):
    found = re.search(r'^intelliclinix_tasks_running (\d+)', get(worker.url + '/metrics')[1], re.MULTILINE)
    return found and int(found[1])


def large_file(name='large.png'):
    """An image that a worker is busy with for long enough to be caught at it."""
    return name, (ROOT / 'examples/fluorescence_dense_520x696.png').read_bytes()


@pytest.mark.parametrize('make_store', STORES.values(), ids=lambda store: store.name)
def test_a_worker_that_was_stopped_past_its_lease_writes_nothing(make_store, tmp_path):
    with Cluster(make_store(tmp_path), tmp_path, apis=1, workers=2, flags=FLAGS, serve_flags=['--workers', '0'],
                 worker_flags=['--workers', '1']) as cluster:
        api, (stopped, other) = cluster.apis[0], cluster.workers
        api.start()
        api.wait_until_ready()
        stopped.start()
        client = sign_in(api.url)
        files = [large_file(f'{number}.png') for number in range(3)]
        inference = begin(client, files, {'diameter': 17})
        wait_until(lambda: document(client, inference)['status'] == 'running', 'the job has begun')
        stopped.pause()
        time.sleep(1.5)
        other.start()
        before = check_whole(client, inference, [name for name, _ in files])
        stopped.resume()
        wait_until(lambda: stopped.stale_writes() >= 1, 'the worker that was stopped is refused')
        assert document(client, inference) == before
        check_whole(client, inference, [name for name, _ in files])
        assert cluster.stop() == []


def test_an_image_that_kills_its_worker_each_time_ends_and_the_others_go_on(tmp_path):
    with Cluster(SqliteStore(tmp_path), tmp_path, apis=1, workers=2, flags=FLAGS, serve_flags=['--workers', '0'],
                 worker_flags=['--workers', '1']) as cluster:
        cluster.start()
        client = sign_in(cluster.urls[0])
        files = [large_file(), *small_files(3)]
        inference = begin(client, files, {'diameter': 17})
        wait_until(lambda: images_done(client, inference) == 3, 'the other images are done')
        # Only the large one is left, so a worker that runs something runs that.
        for _ in range(ATTEMPTS):
            victim = wait_until(lambda: next((worker for worker in cluster.workers if running(worker)), None)
                                or images_done(client, inference) == len(files), 'somebody takes up the image')
            assert victim is not True, document(client, inference)
            victim.kill()
            victim.start()
        found = ended(client, inference)
        assert found['status'] == 'completed', found
        assert [(result['source_filename'], result['status']) for result in found['results']] == [
            ('large.png', 'failed'), *((name, 'completed') for name, _ in files[1:])]
        assert found['results'][0]['error']['code'] == 'attempts_exhausted'
        check_whole(client, begin(client, small_files(2)), [name for name, _ in small_files(2)])
        assert cluster.stop() == []
