"""`intelliclinix verify` on archives that a real server gave, whole and after somebody changed them."""
import io
import json
import subprocess
import zipfile

import pytest

from client import sign_in
from conftest import ROOT, environment

QUICK = {'diameter': 17}


@pytest.fixture(scope='session')
def download(server):
    """The archive of one completed inference, as bytes."""
    user = sign_in(server.url)
    small = ROOT / 'examples/fluorescence_small_256x256.png'
    dataset = user.upload([(small.name, small.read_bytes())]).json['dataset_id']
    inference = user.start(dataset, QUICK).json['inference_id']
    answer = user.get(f'/api/inferences/{inference}/download')
    assert answer.status == 200, answer.body
    return answer.body


@pytest.fixture
def verify(binary, tmp_path):
    """verify(archive, *flags): the finished process; `archive` are its bytes."""

    def run(archive, *flags):
        (tmp_path / 'a.zip').write_bytes(archive)
        return subprocess.run([binary, 'verify', 'a.zip', *flags], capture_output=True, text=True, cwd=tmp_path,
                              timeout=300, env=environment())

    return run


def entries(archive):
    opened = zipfile.ZipFile(io.BytesIO(archive))
    return {name: opened.read(name) for name in opened.namelist()}


def made(files, compression=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def edited(archive, **changes):
    """The archive with members of its manifest replaced."""
    files = entries(archive)
    return made(files | {'manifest.json': json.dumps(json.loads(files['manifest.json']) | changes)})


def entry_that_ends(archive, ending):
    return next(name for name in entries(archive) if name.endswith(ending))


class TestWhole:
    def test_is_good(self, verify, download):
        process = verify(download)
        assert (process.returncode, process.stderr) == (0, '')
        (line,) = process.stdout.splitlines()
        assert line.startswith(f'a.zip: good: all {len(entries(download)) - 1} entries')

    def test_is_good_when_somebody_else_packed_it_again(self, verify, download):
        again = io.BytesIO(made(entries(download), zipfile.ZIP_DEFLATED))
        with zipfile.ZipFile(again, 'a') as archive:
            archive.writestr('a folder/', b'')
        assert verify(again.getvalue()).returncode == 0

    def test_json(self, verify, download):
        told = json.loads(verify(download, '--json').stdout)
        manifest = json.loads(entries(download)['manifest.json'])
        assert told['ok'] is True and told['problems'] == []
        assert told['inference_id'] == manifest['_id']
        assert told['bytes'] == sum(file['bytes'] for file in manifest['files'])

    def test_the_manifest_tells_what_made_the_results(self, download):
        manifest = json.loads(entries(download)['manifest.json'])
        provenance = manifest['provenance']
        assert provenance['build']['compiler'] and provenance['build']['commit']
        assert provenance['engine'] and provenance['device'] and provenance['precision'] == 'f32'
        assert provenance['model_files']['weights'] == provenance['weights_sha256']
        assert provenance['params']['diameter'] == 17 and provenance['params']['flow_threshold'] == 0.4
        assert provenance['timings_ms']['total'] > 0
        assert 'original' in {file['kind'] for file in manifest['files']}


class TestChanged:
    def problems(self, process):
        assert process.returncode == 1
        return {(problem['problem'], problem['entry']) for problem in json.loads(process.stdout)['problems']}

    def test_a_byte_that_flipped(self, verify, download):
        name = entry_that_ends(download, '_cp_masks.png')
        at = download.index(entries(download)[name]) + 40
        flipped = download[:at] + bytes([download[at] ^ 1]) + download[at + 1:]
        assert self.problems(verify(flipped, '--json')) == {('damaged', name)}
        lines = verify(flipped).stdout.splitlines()
        assert len(lines) == 2
        assert lines[0].startswith(f"damaged '{name}': ")
        assert lines[1].startswith('a.zip: NOT GOOD: 1 problem')

    def test_another_content(self, verify, download):
        name = entry_that_ends(download, '_cp_masks.png')
        other = made(entries(download) | {name: b'x'})
        assert self.problems(verify(other, '--json')) == {('differs', name)}

    def test_renamed_removed_and_added(self, verify, download):
        files = entries(download)
        mask = entry_that_ends(download, '_cp_masks.png')
        overlay = entry_that_ends(download, '_overlay.png')
        files['renamed.png'] = files.pop(mask)
        del files[overlay]
        files['a\n\x1b[31mb'] = b''
        process = verify(made(files), '--json')
        assert self.problems(process) == {('missing', mask), ('missing', overlay), ('extra', 'renamed.png'),
                                          ('extra', 'a\n\x1b[31mb')}
        assert "extra 'a??[31mb'" in verify(made(files)).stdout

    def test_the_manifest(self, verify, download):
        files = entries(download)
        del files['manifest.json']
        process = verify(made(files))
        assert process.returncode == 1
        assert "'a.zip': manifest.json is not that of an IntelliClinix archive: the archive has none." in process.stderr
        assert 'files is not an array' in verify(edited(download, files=None)).stderr

    @pytest.mark.parametrize('damage, told', [
        (lambda archive: archive[:-1], 'its end is missing'),
        (lambda archive: archive[:2000], 'its end is missing'),
        (lambda archive: b'', 'its end is missing'),
        (lambda archive: b'x' + archive, 'damaged'),
    ])
    def test_an_archive_that_is_none(self, verify, download, damage, told):
        process = verify(damage(download))
        assert (process.returncode, process.stdout) == (1, '')
        assert told in process.stderr and len(process.stderr.splitlines()) == 1
        assert json.loads(verify(damage(download), '--json').stdout)['ok'] is False

    def test_a_bomb_is_not_read(self, verify):
        process = verify(made({f'zeros{i}': bytes(64 << 20) for i in range(20)}, zipfile.ZIP_DEFLATED))
        assert process.returncode == 1
        assert 'It is not read.' in process.stderr

    def test_a_file_that_is_not_there(self, binary, tmp_path):
        process = subprocess.run([binary, 'verify', 'nothing.zip'], capture_output=True, text=True, cwd=tmp_path,
                                 env=environment())
        assert process.returncode == 1
        assert 'nothing.zip' in process.stderr


class TestRerun:
    def test_gives_the_same_masks(self, verify, download):
        process = verify(download, '--rerun', '--json')
        assert process.returncode == 0, process.stdout + process.stderr
        (image,) = json.loads(process.stdout)['rerun']
        assert image['outcome'] == 'same'
        assert image['objects'] == image['objects_recorded'] > 40

    def test_other_parameters_give_others(self, verify, download):
        provenance = json.loads(entries(download)['manifest.json'])['provenance']
        other = provenance | {'params': provenance['params'] | {'diameter': 60}}
        process = verify(edited(download, provenance=other), '--rerun')
        assert process.returncode == 1
        different, summary = process.stdout.splitlines()
        assert different.startswith("different 'fluorescence_small_256x256.png': ")
        assert 'average precision' in different
        assert 'NOT REPRODUCED' in summary

    def test_another_engine_is_named(self, verify, download):
        provenance = json.loads(entries(download)['manifest.json'])['provenance']
        process = verify(edited(download, provenance=provenance | {'engine': 'abacus 1'}), '--rerun')
        assert process.returncode == 0, process.stdout
        assert 'instead of abacus 1' in process.stdout

    @pytest.mark.parametrize('changes, told', [
        ({'model_id': 'cyto9'}, "There is no model 'cyto9'"),
        ({'provenance': {'weights_sha256': '0' * 64, 'params': {}}}, 'other weights of the model'),
    ])
    def test_a_model_that_this_machine_does_not_have(self, verify, download, changes, told):
        process = verify(edited(download, **changes), '--rerun')
        assert process.returncode == 1
        assert told in process.stderr

    def test_parameters_that_the_model_does_not_have(self, verify, download):
        provenance = json.loads(entries(download)['manifest.json'])['provenance']
        process = verify(edited(download, provenance=provenance | {'params': {'colour': 3}}), '--rerun')
        assert process.returncode == 1
        assert 'colour' in process.stderr
