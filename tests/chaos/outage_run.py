"""A store that goes away under running jobs and comes back."""
import time

from client import sign_in
from jobs import begin, check_whole, images_done, small_files
from processes import Cluster, get, wait_until

IMAGES = 24
WORKERS = 2


def run(store, folder, seconds):
    """Fails unless the job waits and is whole in the end, with every image run once or again, none given up."""
    with Cluster(store, folder, apis=1, workers=WORKERS, flags=['--threads', '1'], serve_flags=['--workers', '0'],
                 worker_flags=['--workers', '1']) as cluster:
        cluster.start()
        client = sign_in(cluster.urls[0])
        files = small_files(IMAGES)
        inference = begin(client, files)
        wait_until(lambda: images_done(client, inference) >= 2, 'the job has begun')
        store.go_down()
        time.sleep(seconds)
        assert all(process.alive() for process in cluster.processes), 'a process ended with the store'
        assert get(cluster.urls[0] + '/health')[0] == 200
        if store.remote:
            assert [get(process.url + '/ready', timeout=30)[0] for process in cluster.processes] == [503] * (1 + WORKERS)
        store.come_up()
        check_whole(client, inference, [name for name, _ in files])
        for process in cluster.processes:
            wait_until(process.is_ready, f'{process.name} is ready again')
        assert client.upload(small_files(1)).status == 201
        assert cluster.stop() == []
