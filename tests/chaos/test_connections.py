"""Connections that break in the middle of requests and answers."""
import random

import load
import pictures
from client import sign_in
from jobs import begin, check_whole, small_files
from processes import Cluster
from proxy import Proxy
from stores import MongoStore, SqliteStore

ROUNDS = 8


def test_a_client_on_a_bad_line_gets_all_that_it_asked_for_once(tmp_path):
    """Between a few bytes of a head and most of an upload pass before a connection breaks."""
    with Cluster(SqliteStore(tmp_path), tmp_path, apis=1, workers=0, flags=['--threads', '1']) as cluster:
        cluster.start()
        token = sign_in(cluster.urls[0]).token
        api = cluster.apis[0]
        proxy = Proxy(('127.0.0.1', api.port), cut_after=(50, 24000), seed=1)
        client = load.PatientClient([proxy.url], token, random.Random(2))
        content = pictures.cuttings()[0]
        for number in range(ROUNDS):
            dataset = client.upload([(f'{number}.png', content)]).json['dataset_id']
            started = client.start(dataset, load.VARIANTS[0], headers={'Idempotency-Key': f'job-{number}'})
            assert started.status == 200, started.body
            document = client.get(f'/api/inferences/{started.json["inference_id"]}').json
            assert [result['source_filename'] for result in document['results']] == [f'{number}.png']
            assert client.get(f'/api/inferences/{started.json["inference_id"]}/download').status == 200
        proxy.close()
        assert proxy.cuts > 0 and api.alive()
        assert cluster.stop() == []


def test_jobs_go_on_over_a_bad_line_to_the_store(tmp_path):
    """Every connection to MongoDB breaks after a while, in the middle of commands and of files."""
    store = MongoStore(tmp_path)
    with Cluster(store, tmp_path, apis=1, workers=2, flags=['--threads', '1'], serve_flags=['--workers', '0'],
                 worker_flags=['--workers', '1']) as cluster:
        cluster.start()
        client = sign_in(cluster.urls[0])
        files = small_files(12)
        store.proxy.cut_after = (20000, 400000)
        # The limit holds for connections that are made from now on, so those of the start go.
        store.proxy.go_down()
        store.proxy.come_up()
        inference = begin(load.PatientClient(cluster.urls, client.token, random.Random(3)), files)
        check_whole(load.PatientClient(cluster.urls, client.token, random.Random(4)), inference, [name for name, _ in files])
        assert store.proxy.cuts > 0
        store.proxy.cut_after = None
        assert cluster.stop() == []
