"""Clients that upload, start, cancel and delete through whichever server answers, and note what was acknowledged."""
import dataclasses
import http.client
import random
import threading
import time
import uuid

from client import Client

RETRY_FOR_S = 180
OPEN_AT_ONCE = 3
# One tile an image, and little to do for the masks; the second gives other masks than the first.
VARIANTS = ({'diameter': 17, 'bsize': 64}, {'diameter': 17, 'bsize': 64, 'min_size': 60})
FINAL = ('completed', 'failed')


class PatientClient(Client):
    """Asks one of several servers, again and again until one answers. `unanswered` counts the requests that none did,
    which may or may not have been carried out."""

    def __init__(self, urls, token, rng):
        super().__init__(urls[0], token)
        self.urls = urls
        self.rng = rng
        self.unanswered = 0

    def send(self, method, path, body=None, headers=None):
        deadline = time.monotonic() + RETRY_FOR_S
        while True:
            self.address = self.rng.choice(self.urls).split('//')[1]
            try:
                answer = super().send(method, path, body, headers)
                if answer.status not in (429, 503):
                    return answer
                reason = f'{answer.status} {answer.body[:300]!r}'
            except (OSError, http.client.HTTPException) as error:
                reason = repr(error)
            self.unanswered += 1
            if time.monotonic() > deadline:
                raise AssertionError(f'nobody answers {method} {path}: {reason}')
            time.sleep(self.rng.uniform(0.02, 0.2))


@dataclasses.dataclass
class Job:
    """An inference that a client started. `files`: names in the order of the upload, with the index of the cutting."""
    key: str
    dataset: str
    files: list
    variant: int
    inference: str = ''
    cancelled: bool = False  # a cancel was asked for
    deleted: bool = False    # a delete was acknowledged
    document: dict = None    # its last state, once it has ended


class User(threading.Thread):
    """One user with work to do until `stop` is set. What goes wrong in it is kept in `failure`."""

    def __init__(self, client, pictures, seed):
        super().__init__()
        self.client = client
        self.pictures = pictures
        self.rng = random.Random(seed)
        self.stop = threading.Event()
        self.jobs = []
        self.datasets = {}  # id: files, of those that were not deleted
        self.failure = None

    def run(self):
        try:
            while not self.stop.is_set():
                self.one_round()
        except Exception as error:  # noqa: BLE001  told by the thread that waits for this one
            self.failure = error

    def one_round(self):
        dataset, files = self.upload(self.rng.choice((1, 1, 2, 3, 5)))
        for _ in range(self.rng.choice((1, 1, 2))):
            job = self.start_job(dataset, files)
            if self.rng.random() < 0.08:
                self.cancel(job)
            if self.rng.random() < 0.08:
                self.delete(job)
        if self.rng.random() < 0.05:
            self.delete_dataset(dataset)
        while not self.stop.is_set() and len(self.open_jobs()) >= OPEN_AT_ONCE:
            self.look_at(self.rng.choice(self.open_jobs()))
            time.sleep(0.05)

    def upload(self, count):
        chosen = self.rng.sample(range(len(self.pictures)), count)
        files = [(f'{self.rng.randrange(1000):03}-{cutting}.png', cutting) for cutting in chosen]
        answer = self.client.upload([(name, self.pictures[cutting]) for name, cutting in files])
        assert answer.status == 201, answer.body
        self.datasets[answer.json['dataset_id']] = files
        return answer.json['dataset_id'], files

    def start_job(self, dataset, files):
        job = Job(str(uuid.UUID(int=self.rng.getrandbits(128))), dataset, files, self.rng.randrange(len(VARIANTS)))
        headers = {'Idempotency-Key': job.key}
        if self.rng.random() < 0.8:
            headers['Prefer'] = 'respond-async'
        answer = self.client.start(dataset, VARIANTS[job.variant], headers=headers)
        assert answer.status in (200, 202, 500), answer.body
        job.inference = answer.json['inference_id']
        self.jobs.append(job)
        return job

    def open_jobs(self):
        return [job for job in self.jobs if not job.deleted and job.document is None]

    def look_at(self, job):
        answer = self.client.get(f'/api/inferences/{job.inference}')
        assert answer.status == 200, f'{job}: {answer.status} {answer.body}'
        if answer.json['status'] in FINAL:
            job.document = answer.json

    def cancel(self, job):
        job.cancelled = True
        answer = self.client.post(f'/api/inferences/{job.inference}/cancel')
        assert answer.status in (200, 202, 409), answer.body

    def delete(self, job):
        answer = self.client.delete(f'/api/inferences/{job.inference}')
        assert answer.status in (200, 404), answer.body
        job.deleted = True

    def delete_dataset(self, dataset):
        answer = self.client.delete(f'/api/datasets/{dataset}')
        assert answer.status in (200, 404), answer.body
        del self.datasets[dataset]
        for job in self.jobs:
            job.deleted |= job.dataset == dataset
