"""One inference of very many small images over several workers: who did how much, and what its document is like."""
import dataclasses
import json
import re
import time

import pictures
from client import sign_in
from jobs import begin, ended
from processes import Cluster, get

MAX_DOCUMENT_BYTES = 8 << 20
MAX_SPREAD = 0.1
COMPLETED = re.compile(r'^intelliclinix_tasks_completed_total (\d+)', re.MULTILINE)


@dataclasses.dataclass
class Outcome:
    images: int
    seconds: float
    by_worker: list       # images that each did
    document_bytes: list  # of each page of the document
    peak_bytes: dict      # memory of each process
    wrong: list

    @property
    def spread(self):
        """The most that a worker did beyond the least, as a share of the mean."""
        return (max(self.by_worker) - min(self.by_worker)) * len(self.by_worker) / sum(self.by_worker)

    def report(self):
        return '\n'.join([f'{self.images} images in {self.seconds:.1f} s ({self.images / self.seconds:.1f} a second); '
                          f'by worker {self.by_worker}, spread {self.spread:.1%}; document of {len(self.document_bytes)} pages, '
                          f'{max(self.document_bytes) / 1e6:.2f} MB the largest; most memory, MB: '
                          + ', '.join(f'{name} {peak / 1e6:.0f}' for name, peak in self.peak_bytes.items()),
                          *(f'WRONG: {sentence}' for sentence in self.wrong)])


def run(store, folder, images, workers=4):
    with Cluster(store, folder, apis=1, workers=workers, flags=['--threads', '1'], serve_flags=['--workers', '0'],
                 worker_flags=['--workers', '1']) as cluster:
        cluster.start()
        client = sign_in(cluster.urls[0])
        content = pictures.cuttings()
        names = [f'{number:05}.png' for number in range(images)]
        begin_s = time.monotonic()
        inference = begin(client, [(name, content[number % len(content)]) for number, name in enumerate(names)])
        document = ended(client, inference, timeout=3600)
        outcome = Outcome(images, time.monotonic() - begin_s, completed_by(cluster.workers), [], {}, [])
        if document['status'] != 'completed':
            outcome.wrong.append(f'the inference ended as {document["status"]}: {document["error"]}')
        check_pages(client, inference, names, outcome)
        outcome.peak_bytes |= {process.name: process.peak_bytes() for process in cluster.processes}
        outcome.wrong += [f'{name} did not stop in good order' for name in cluster.stop()]
        return outcome


def completed_by(workers):
    return [int(COMPLETED.search(get(worker.url + '/metrics')[1])[1]) for worker in workers]


def check_pages(client, inference, names, outcome):
    """All results are there once, completed, in the order of the dataset, page after page."""
    found = []
    after = 0
    while after is not None:
        answer = client.get(f'/api/inferences/{inference}?results_after={after}')
        outcome.document_bytes.append(len(answer.body))
        page = json.loads(answer.body)
        found += page['results']
        after = page.get('results_next')
    if [result['source_filename'] for result in found] != names:
        outcome.wrong.append('the results are not those of the dataset in its order')
    if any(result['status'] != 'completed' for result in found):
        outcome.wrong.append('not every image is completed')
    # The first result of a page comes however large it is.
    if max(outcome.document_bytes) > MAX_DOCUMENT_BYTES + (1 << 20):
        outcome.wrong.append(f'a page has {max(outcome.document_bytes)} bytes')
    if sum(outcome.by_worker) != len(names):
        outcome.wrong.append(f'{sum(outcome.by_worker)} images were run, not {len(names)}')
