"""What the tests of single accidents ask of a client: a job over a few images, its document, its end."""
import pictures
from checks import check_archive
from load import FINAL
from processes import wait_until

PARAMS = {'diameter': 17, 'bsize': 64}


def begin(client, files, params=PARAMS):
    """The id of a new inference over `files`, (name, bytes) pairs, whose end nobody waits for."""
    uploaded = client.upload(files)
    assert uploaded.status == 201, uploaded.body
    started = client.start(uploaded.json['dataset_id'], params, headers={'Prefer': 'respond-async'})
    assert started.status == 202, started.body
    return started.json['inference_id']


def small_files(count, prefix=''):
    """Images of one tile that are done in no time, under names in the order of the upload."""
    content = pictures.cuttings()
    return [(f'{prefix}{number:05}.png', content[number % len(content)]) for number in range(count)]


def document(client, inference):
    answer = client.get(f'/api/inferences/{inference}')
    assert answer.status == 200, answer.body
    return answer.json


def images_done(client, inference):
    return document(client, inference)['progress']['images_done']


def ended(client, inference, timeout=300):
    """The document, once the job has ended."""
    return wait_until(lambda: (found := document(client, inference))['status'] in FINAL and found, f'{inference} ends',
                      timeout)


def check_whole(client, inference, names):
    """Every image is completed, once, in the order of the upload, and so is the ZIP."""
    found = ended(client, inference)
    assert found['status'] == 'completed', found
    assert [(result['source_filename'], result['status']) for result in found['results']] == [
        (name, 'completed') for name in names]
    assert check_archive(client.get(f'/api/inferences/{inference}/download').body, found) == []
    return found
