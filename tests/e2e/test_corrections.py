"""Corrections: label images that come back, on a real server."""
import hashlib
import io
import json
import subprocess
import threading
import zipfile

import numpy
import pytest
from PIL import Image

from client import sign_in
from conftest import ROOT, environment

SMALL = ROOT / 'examples/fluorescence_small_256x256.png'


@pytest.fixture(scope='session')
def user(server):
    return sign_in(server.url)


@pytest.fixture(scope='session')
def dataset(user):
    return user.upload([(SMALL.name, SMALL.read_bytes()), ('other.png', SMALL.read_bytes())]).json['dataset_id']


@pytest.fixture
def inference(user, dataset):
    answer = user.start(dataset, {'diameter': 17})
    assert answer.status == 200, answer.body
    return answer.json['inference_id']


@pytest.fixture(scope='session')
def finished(user, dataset):
    """A completed inference that no test changes."""
    return user.start(dataset, {'diameter': 17}).json['inference_id']


def encoded(labels, kind='PNG', **options):
    out = io.BytesIO()
    Image.fromarray(labels).save(out, kind, **options)
    return out.getvalue()


def machine_labels(user, inference):
    mask = user.get(f'/api/inferences/{inference}').json['results'][0]['mask_id']
    return numpy.asarray(Image.open(io.BytesIO(user.get(f'/api/files/{mask}').body))).astype(numpy.uint16)


def without_last(labels):
    """The labels without their last object."""
    return numpy.where(labels == labels.max(), 0, labels).astype(labels.dtype)


class TestCorrection:
    def test_is_scored_versioned_listed_and_fetched(self, user, inference):
        labels = machine_labels(user, inference)
        objects = int(labels.max())
        file = encoded(without_last(labels))
        answer = user.correct(inference, ('a.png', file), source_filename=SMALL.name, note='one was dirt')
        assert answer.status == 201, answer.body
        first = answer.json
        assert (first['version'], first['objects'], first['machine_objects']) == (1, objects - 1, objects)
        assert first['scores'] == pytest.approx({
            'ap50': (objects - 1) / objects, 'ap75': (objects - 1) / objects, 'f1': 2 * (objects - 1) / (2 * objects - 1)})
        assert (first['note'], first['source_filename'], first['content_type']) == (
            'one was dirt', SMALL.name, 'image/png')
        assert first['sha256'] == hashlib.sha256(file).hexdigest()
        assert user.get(answer.headers['Location']).body == file

        picture = user.get(f'/api/inferences/{inference}').json['results'][0]['source_image_gridfs_id']
        tiff = encoded(labels.astype(numpy.int32), 'TIFF')
        second = user.correct(inference, ('a.tif', tiff), source_image_gridfs_id=picture).json
        assert (second['version'], second['scores'], second['content_type']) == (
            2, {'ap50': 1, 'ap75': 1, 'f1': 1}, 'image/tiff')
        other = user.correct(inference, ('b.tif', tiff), source_filename='other.png').json
        assert other['version'] == 1

        listed = user.get(f'/api/inferences/{inference}/corrections').json
        assert listed == [other, second, first]
        page = user.get(f'/api/inferences/{inference}/corrections?limit=2')
        assert page.json == [other, second] and 'rel="next"' in page.headers['Link']

    def test_is_part_of_the_archive_which_is_good(self, user, inference, binary, tmp_path):
        labels = machine_labels(user, inference)
        file = encoded(labels)
        before = user.get(f'/api/inferences/{inference}/download').headers['ETag']
        for _ in range(2):
            assert user.correct(inference, ('a.png', file), source_filename=SMALL.name, note='n').status == 201
        answer = user.get(f'/api/inferences/{inference}/download')
        assert answer.headers['ETag'] != before
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        path = f'{SMALL.stem}/corrections/{SMALL.stem}_correction_v2.png'
        assert archive.read(path) == file
        entry = next(item for item in json.loads(archive.read('manifest.json'))['files'] if item['path'] == path)
        assert (entry['kind'], entry['version'], entry['note'], entry['scores']['f1']) == ('correction', 2, 'n', 1)
        (tmp_path / 'a.zip').write_bytes(answer.body)
        process = subprocess.run([binary, 'verify', 'a.zip', '--rerun', '--json'], cwd=tmp_path, capture_output=True,
                                 env=environment())
        assert process.returncode == 0, process.stdout
        assert [image['outcome'] for image in json.loads(process.stdout)['rerun']] == ['same', 'same']

    def test_goes_with_its_inference(self, user, inference):
        file = encoded(machine_labels(user, inference))
        location = user.correct(inference, ('a.png', file), source_filename=SMALL.name).headers['Location']
        assert user.delete(f'/api/inferences/{inference}').status == 200
        assert user.get(location).status == 404
        assert user.get(f'/api/inferences/{inference}/corrections').status == 404

    def test_versions_of_corrections_that_come_at_once_differ(self, user, inference):
        file = encoded(machine_labels(user, inference))
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(
            user.correct(inference, ('a.png', file), source_filename=SMALL.name))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answer.json['version'] for answer in answers) == [1, 2, 3, 4]

    def test_a_label_image_without_objects(self, user, inference):
        empty = encoded(numpy.zeros((256, 256), numpy.uint16))
        answer = user.correct(inference, ('empty.png', empty), source_filename=SMALL.name)
        assert (answer.json['objects'], answer.json['scores']['ap50'], answer.json['scores']['f1']) == (0, 0, 0)


LABELS = numpy.zeros((256, 256), numpy.uint16)
LABELS[10:20, 10:20] = 1
SKIPPING = numpy.where(LABELS > 0, 3, 0).astype(numpy.uint16)
NEGATIVE = numpy.where(LABELS > 0, -2, 0).astype(numpy.int32)
FLOATS = numpy.where(LABELS > 0, 0.5, 0).astype(numpy.float32)
NAME = {'source_filename': SMALL.name}


class TestBadInput:
    @pytest.mark.parametrize('file, fields, field, told', [
        (encoded(LABELS[:, :200]), NAME, 'file', 'is 256 x 200 pixels (rows x columns), and the image is 256 x 256'),
        (encoded(SKIPPING), NAME, 'file', 'skip numbers: the largest is 3, and no pixel has 1'),
        (encoded(NEGATIVE, 'TIFF'), NAME, 'file', 'negative'),
        (encoded(FLOATS, 'TIFF'), NAME, 'file', 'not whole'),
        (encoded(numpy.stack([LABELS.astype(numpy.uint8)] * 3, -1)), NAME, 'file', 'colours'),
        (encoded(LABELS.astype(numpy.uint8), 'JPEG'), NAME, 'file', 'neither PNG nor TIFF'),
        (encoded(LABELS)[:200], NAME, 'file', 'damaged'),
        (b'', NAME, 'file', 'neither PNG nor TIFF'),
        (encoded(LABELS), {'source_filename': 'nobody.png'}, 'source_filename', "no image 'nobody.png'"),
        (encoded(LABELS), {'source_image_gridfs_id': 'f' * 24}, 'source_image_gridfs_id', 'no image'),
        (encoded(LABELS), {'source_image_gridfs_id': 'x'}, 'source_image_gridfs_id', 'source_image_gridfs_id'),
        (encoded(LABELS), {}, 'source_filename', 'is missing'),
        (encoded(LABELS), NAME | {'colour': 'red'}, 'colour', 'not known'),
        (encoded(LABELS), NAME | {'note': 'x' * 1001}, 'note', '1,000 characters'),
        (None, NAME, 'file', 'is missing'),
    ])
    def test_is_refused_and_nothing_is_kept(self, server, user, finished, file, fields, field, told):
        before = server.stored_files()
        answer = user.correct(finished, file if file is None else ('labels.png', file), **fields)
        assert answer.status == 400, answer.body
        assert answer.json['field'] == field
        assert told in answer.json['error']
        assert user.get(f'/api/inferences/{finished}/corrections').json == []
        server.wait_until_stored(before)

    def test_of_somebody_else_and_of_nothing(self, server, user, finished):
        other = sign_in(server.url)
        assert other.correct(finished, ('a.png', encoded(LABELS)), **NAME).status == 404
        assert other.get(f'/api/inferences/{finished}/corrections').status == 404
        assert user.correct('f' * 24, ('a.png', encoded(LABELS)), **NAME).status == 404

    def test_without_a_label_mask_to_compare_with(self, user, dataset):
        inference = user.start(dataset, {'diameter': 17, 'outputs': ['measurements']}).json['inference_id']
        answer = user.correct(inference, ('a.png', encoded(LABELS)), **NAME)
        assert answer.status == 409
        assert "'label_mask' among its outputs" in answer.json['error']

    def test_of_a_stack_it_is_of_the_plane_that_was_chosen(self, user):
        plane = Image.fromarray(LABELS[:64, :64].astype(numpy.uint8))
        stack = io.BytesIO()
        plane.save(stack, 'TIFF', save_all=True, append_images=[plane])
        dataset = user.upload([('stack.tif', stack.getvalue())], axes='ZYX').json['dataset_id']
        correction = ('a.png', encoded(LABELS[:64, :64]))
        each = user.start(dataset, {'diameter': 17, 'z': 'each'}).json['inference_id']
        answer = user.correct(each, correction, source_filename='stack.tif')
        assert answer.status == 409
        assert "a label mask of each plane of 'stack.tif'" in answer.json['error']
        one = user.start(dataset, {'diameter': 17, 'plane': {'z': 2}}).json['inference_id']
        assert user.correct(one, correction, source_filename='stack.tif').status == 201
