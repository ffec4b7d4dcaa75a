"""What must hold once all is quiet. Each check returns sentences about what does not."""
import collections
import hashlib
import io
import json
import time
import zipfile

from load import FINAL

PAGE = 1000
END_TIMEOUT_S = 300


def inferences_of(client):
    """All of the user's, by id."""
    found = {}
    path = f'/api/inferences/?limit={PAGE}'
    while path:
        answer = client.get(path)
        assert answer.status == 200, answer.body
        found |= {document['_id']: document for document in answer.json}
        link = answer.headers.get('Link')
        path = link.split('>')[0].lstrip('<') if link else None
    return found


def wait_for_ends(clients):
    """Returns when no inference of anybody is open. Those that are after a long time are told."""
    deadline = time.monotonic() + END_TIMEOUT_S
    while True:
        open_ones = [inference for client in clients for inference, document in inferences_of(client).items()
                     if document['status'] not in FINAL]
        if not open_ones:
            return []
        if time.monotonic() > deadline:
            return [f'{inference} never ended' for inference in open_ones]
        time.sleep(0.2)


class Tally(collections.Counter):
    """Counts for the report: jobs and images by what became of them. `exhausted`: images that were given up, as
    (inference, name)."""

    def __init__(self):
        super().__init__()
        self.exhausted = []

    def note_exhausted(self, job, name):
        self['image attempts_exhausted'] += 1
        self.exhausted.append((job.inference, name))


def check_user(user, masks, tally):
    """Every job of a user against what its client was told. `masks`: the SHA-256 of the label mask, by (cutting,
    variant)."""
    wrong = []
    found = inferences_of(user.client)
    for job in user.jobs:
        tally['jobs'] += 1
        if job.deleted:
            tally['deleted'] += 1
            if job.inference in found:
                wrong.append(f'{job.inference} was deleted and is there')
            continue
        if job.inference not in found:
            wrong.append(f'{job.inference} was acknowledged and is lost')
            continue
        wrong += check_job(user.client, job, masks, tally)
    extra = found.keys() - {job.inference for job in user.jobs}
    if extra:
        wrong.append(f'started twice: {sorted(extra)}')
    datasets = {document['_id'] for document in user.client.get(f'/api/datasets/?limit={PAGE}').json}
    wrong += [f'dataset {dataset} is lost' for dataset in user.datasets.keys() - datasets]
    return wrong


def check_job(client, job, masks, tally):
    document = client.get(f'/api/inferences/{job.inference}').json
    tally[document['status']] += 1
    if document['status'] == 'failed':
        return check_failed(job, document, tally)
    wrong = check_results(job, document, masks, tally)
    answer = client.get(f'/api/inferences/{job.inference}/download')
    if answer.status != 200:
        return [*wrong, f'{job.inference}: its ZIP answers {answer.status} {answer.body[:300]!r}']
    return wrong + [f'{job.inference}: {fault}' for fault in check_archive(answer.body, document)]


def check_failed(job, document, tally):
    code = (document['error'] or {}).get('code')
    tally[code] += 1
    if code == 'cancelled' and job.cancelled:
        return []
    if code == 'attempts_exhausted':
        for name, _ in job.files:
            tally.note_exhausted(job, name)
        return []
    return [f'{job.inference} failed with {document["error"]}']


def check_results(job, document, masks, tally):
    results = document['results']
    names = [result['source_filename'] for result in results]
    if names != [name for name, _ in job.files]:
        return [f'{job.inference} has results of {names}, not {job.files}']
    wrong = []
    for result, (name, cutting) in zip(results, job.files):
        tally['images'] += 1
        if result['status'] != 'completed':
            code = result['error']['code']
            if code == 'attempts_exhausted':
                tally.note_exhausted(job, name)
            elif code == 'cancelled' and job.cancelled:
                tally['image cancelled'] += 1
            else:
                wrong.append(f'{job.inference}: {name} failed with {result["error"]}')
            continue
        artifacts = {artifact['kind']: artifact for artifact in result['artifacts']}
        if len(artifacts) != len(result['artifacts']):
            wrong.append(f'{job.inference}: {name} has an artifact twice')
        if len({process_of(artifact['gridfs_id']) for artifact in result['artifacts']}) != 1:
            wrong.append(f'{job.inference}: {name} has artifacts of several attempts')
        if artifacts['label_mask']['sha256'] != masks[cutting, job.variant]:
            wrong.append(f'{job.inference}: {name} has the mask of something else')
    return wrong


def process_of(object_id):
    """The part of an id that tells the process which made it."""
    return object_id[8:18]


def check_archive(body, document):
    """A ZIP against its own manifest and the inference's document."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
        manifest = json.loads(archive.read('manifest.json'))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        return [f'its ZIP cannot be read: {error!r}']
    names = archive.namelist()
    files = {file['path']: file for file in manifest['files']}
    wrong = []
    if manifest['_id'] != document['_id'] or manifest['results'] != document['results']:
        wrong.append('its manifest is not its document')
    if sorted(names) != sorted([*files, 'manifest.json']):
        wrong.append(f'its ZIP has {sorted(names)} and its manifest {sorted(files)}')
    for path in files.keys() & set(names):
        if hashlib.sha256(archive.read(path)).hexdigest() != files[path]['sha256']:
            wrong.append(f'{path} in its ZIP is not what its manifest says')
    expected = [artifact['sha256'] for result in document['results'] for artifact in result['artifacts']]
    packed = [file['sha256'] for file in manifest['files'] if file['kind'] != 'original']
    if sorted(expected) != sorted(packed):
        wrong.append('its ZIP has other artifacts than its document')
    return wrong
