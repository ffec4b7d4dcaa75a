"""The command line as a user meets it: the real binary, real images, exit status, standard output and error."""
import json
import os
import pty
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time

import numpy
import pytest
from PIL import Image

from conftest import ROOT, environment

# Small images, and a diameter so that no time goes into its estimate.
QUICK = ('--diameter', '17')


@pytest.fixture
def run(binary, tmp_path):
    """run(*arguments, env=None): the finished process, its output as text. Its working folder is the test's own."""

    def run_binary(*arguments, env=None):
        command = [str(part) for part in (binary, *arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300,
                              env=environment(**(env or {})))

    return run_binary


@pytest.fixture
def run_bound(binary, tmp_path):
    """As `run`, but permissions of files and folders bind it even where root runs the tests."""
    privileges = '-dac_override,-dac_read_search'
    bound = ('setpriv', f'--bounding-set={privileges}', f'--inh-caps={privileges}') if os.geteuid() == 0 else ()
    if bound and subprocess.run([*bound, 'true'], capture_output=True).returncode != 0:
        pytest.skip('setpriv cannot give up the privileges of root here')

    def run_binary(*arguments):
        command = [str(part) for part in (*bound, binary, *arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, env=environment())

    return run_binary


@pytest.fixture(scope='session')
def small(examples):
    return next(path for path in examples if path.name == 'fluorescence_small_256x256.png')


def json_lines(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


def labels(path):
    return numpy.asarray(Image.open(path)).astype(numpy.int64)


class TestSegment:
    def test_files_and_a_json_line(self, run, small, tmp_path):
        process = run('segment', small, '-o', 'out', '--json', *QUICK)
        assert (process.returncode, process.stderr) == (0, '')
        (line,) = json_lines(process)
        assert line['file'] == str(small)
        assert line['objects'] > 40
        assert line['diameter'] == 17
        assert line['peak_memory_bytes'] > 1 << 20
        assert {'decode', 'network', 'total'} <= line['timings_ms'].keys()
        assert line['outputs'] == [f'out/{small.stem}{ending}' for ending in (
            '_cp_masks.png', '_class_mask.png', '_instance_mask.png', '_overlay.png', '_rois.zip', '.geojson',
            '_measurements.csv')]
        assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == sorted(
            path.split('/')[1] for path in line['outputs'])
        masks = Image.open(tmp_path / line['outputs'][0])
        assert masks.mode.startswith('I')
        assert masks.size == Image.open(small).size
        assert set(numpy.unique(labels(masks.filename))) == set(range(line['objects'] + 1))
        assert Image.open(tmp_path / line['outputs'][3]).mode == 'RGBA'

    def test_the_masks_are_those_of_the_truth(self, run, examples, tmp_path):
        """Most nuclei that people drew are found, with no diameter given."""
        image = next(path for path in examples if path.name == 'fluorescence_dense_520x696.png')
        (line,) = json_lines(run('segment', image, '-o', 'out', '--json'))
        found = labels(tmp_path / line['outputs'][0])
        truth = labels(image.with_name(image.stem + '_truth.png'))
        hits = 0
        for nucleus in range(1, truth.max() + 1):
            inside = found[truth == nucleus]
            if inside.size == 0 or not inside.any():
                continue
            best = numpy.bincount(inside[inside > 0]).argmax()
            overlap = numpy.count_nonzero(inside == best)
            union = inside.size + numpy.count_nonzero(found == best) - overlap
            hits += overlap / union > 0.5
        assert hits / truth.max() > 0.75
        assert hits / line['objects'] > 0.75

    def test_lines_that_cannot_be_written_are_an_error(self, binary, small, tmp_path):
        with open('/dev/full', 'w') as full:
            process = subprocess.run([binary, 'segment', small, '-o', tmp_path / 'out', '--json', *QUICK], stdout=full,
                                     stderr=subprocess.PIPE, text=True, env=environment())
        assert process.returncode == 1
        assert 'Standard output' in process.stderr

    def test_silent_when_piped(self, run, small):
        process = run('segment', small, '-o', 'out', *QUICK)
        assert (process.returncode, process.stdout, process.stderr) == (0, '', '')

    def test_all_outputs(self, run, small, tmp_path):
        run('segment', small, '-o', 'out', '--all', *QUICK)
        endings = {path.name.removeprefix(small.stem) for path in (tmp_path / 'out').iterdir()}
        assert endings >= {'_cp_masks.png', '_overlay.png', '_composite.png', '_class_mask.png', '_instance_mask.png'}

    def test_outputs_are_those_that_were_chosen(self, run, small, tmp_path):
        process = run('segment', small, '-o', 'out', '--outputs', 'coco,overlay', '--json', *QUICK)
        assert json_lines(process)[0]['outputs'] == [f'out/{small.stem}_coco.json', f'out/{small.stem}_overlay.png']

    @pytest.mark.parametrize('arguments, sentence', [
        (['--outputs', 'overlay,jpeg'], 'got "jpeg"'), (['--outputs', 'coco,coco'], 'each once'),
        (['--outputs', 'overlay', '--all'], 'Leave one out')])
    def test_outputs_that_are_none(self, run, small, arguments, sentence):
        process = run('segment', small, '-o', 'out', *arguments)
        assert process.returncode == 1
        assert sentence in process.stderr

    def test_one_bad_file_does_not_stop_the_others(self, run, small, tmp_path):
        images = tmp_path / 'in'
        images.mkdir()
        (images / 'a_text.png').write_text('this is no image')
        (images / 'b_truncated.png').write_bytes(small.read_bytes()[:5000])
        (images / 'c_empty.tif').touch()
        shutil.copy(small, images / 'd_good.png')
        process = run('segment', images, '-o', 'out', '--outputs', 'label_mask,overlay', '--json', *QUICK)
        assert process.returncode == 2
        lines = json_lines(process)
        assert [line['file'].split('/')[-1][0] for line in lines] == ['a', 'b', 'c', 'd']
        assert ['error' in line for line in lines] == [True, True, True, False]
        for line in lines[:3]:
            assert f"'{line['file']}': {line['error']}" in process.stderr
        assert {path.name for path in (tmp_path / 'out').iterdir()} == {'d_good_cp_masks.png', 'd_good_overlay.png'}

    def test_a_path_that_is_not_there_does_not_stop_the_others(self, run, small):
        process = run('segment', 'missing.png', small, '-o', 'out', '--json', *QUICK)
        assert process.returncode == 2
        missing, found = json_lines(process)
        assert missing == {'file': 'missing.png', 'error': 'There is no such file or folder.'}
        assert "'missing.png': There is no such file or folder." in process.stderr
        assert found['objects'] > 40

    def test_nothing_that_is_there_ends_with_1(self, run, tmp_path):
        process = run('segment', 'missing.png', 'neither', '-o', 'out', '--json')
        assert process.returncode == 1
        assert [line['file'] for line in json_lines(process)] == ['missing.png', 'neither']
        assert not (tmp_path / 'out').exists()

    def test_a_folder_that_cannot_be_read_does_not_stop_the_others(self, run_bound, small, tmp_path):
        (tmp_path / 'in/closed').mkdir(parents=True)
        shutil.copy(small, tmp_path / 'in/good.png')
        (tmp_path / 'in/closed').chmod(0)
        process = run_bound('segment', 'in', '-o', 'out', '--json', *QUICK)
        assert process.returncode == 2
        closed, good = json_lines(process)
        assert (closed['file'], good['file']) == ('in/closed', 'in/good.png')
        assert "'in/closed': The folder cannot be read: Permission denied." in process.stderr

    def test_a_folder_that_cannot_be_written_to_is_found_first(self, run_bound, small, tmp_path):
        (tmp_path / 'out').mkdir(mode=0o555)
        process = run_bound('segment', small, '-o', 'out', '--json', *QUICK)
        assert (process.returncode, process.stdout) == (1, '')
        assert process.stderr == ("intelliclinix segment: The folder 'out' cannot be written to: Permission denied. "
                                  'Choose another with -o.\n')

    def test_an_image_is_no_output_for_its_name_alone(self, run, small, tmp_path):
        (tmp_path / 'in').mkdir()
        for name in ('a.png', 'a_overlay.png', 'b_overlay.png'):
            shutil.copy(small, tmp_path / 'in' / name)
        process = run('segment', 'in', '-o', 'out', '--json', *QUICK)
        assert process.returncode == 0
        assert [line['file'] for line in json_lines(process)] == ['in/a.png', 'in/b_overlay.png']
        assert '1 image was left out' in process.stderr

    def test_an_image_without_cells_has_an_empty_mask(self, run, tmp_path):
        Image.new('L', (64, 64), 7).save(tmp_path / 'flat.png')
        process = run('segment', 'flat.png', '-o', 'out', '--json')
        assert process.returncode == 0
        assert json_lines(process)[0]['objects'] == 0
        assert not labels(tmp_path / 'out/flat_cp_masks.png').any()

    def test_stems_that_collide(self, run, small, tmp_path):
        for name in ('a.png', 'a.tif', 'sub/a.png'):
            (tmp_path / 'in' / name).parent.mkdir(parents=True, exist_ok=True)
            Image.open(small).crop((0, 0, 64, 64)).save(tmp_path / 'in' / name)
        process = run('segment', 'in', '-o', 'out', '--json', *QUICK)
        assert process.returncode == 0
        assert [line['outputs'][0] for line in json_lines(process)] == [
            'out/a.png_cp_masks.png', 'out/a.tif_cp_masks.png', 'out/a.png_2_cp_masks.png']

    def test_inputs_are_not_overwritten(self, run, small, tmp_path):
        shutil.copy(small, tmp_path / 'a.png')
        shutil.copy(small, tmp_path / 'a_cp_masks.png')
        process = run('segment', 'a.png', 'a_cp_masks.png', '-o', '.', '--json', *QUICK)
        assert process.returncode == 2
        assert 'overwrite' in json_lines(process)[0]['error']
        assert (tmp_path / 'a_cp_masks.png').read_bytes() == small.read_bytes()

    def test_a_second_run_over_the_same_folder_takes_the_same_images(self, run, small, tmp_path):
        shutil.copy(small, tmp_path / 'a.png')
        first = json_lines(run('segment', '.', '-o', '.', '--json', *QUICK))
        second = json_lines(run('segment', '.', '-o', '.', '--json', *QUICK))
        assert [line['file'] for line in first] == [line['file'] for line in second] == ['./a.png']
        assert first[0]['objects'] == second[0]['objects']

    def test_sixteen_bits_in_a_tiff_find_the_same(self, run, small, tmp_path):
        pixels = numpy.asarray(Image.open(small)).astype(numpy.uint16) * 257
        Image.fromarray(pixels).save(tmp_path / 'deep.tif')
        deep, plain = json_lines(run('segment', 'deep.tif', small, '-o', 'out', '--json', *QUICK))
        assert deep['objects'] == plain['objects']

    @pytest.mark.parametrize('arguments, words', [
        (('--diameter', '-3'), "'diameter'"),
        (('--diameter', 'wide'), "'diameter'"),
        (('--channels', '1'), "'channels'"),
        (('--precision', 'f64'), "'precision'"),
        (('--model', 'nothing'), "There is no model 'nothing'"),
        (('--no-such-flag',), 'no-such-flag'),
        (('--resample', 'false'), '--resample=false'),
    ])
    def test_what_cannot_be_meant_ends_with_1(self, run, small, tmp_path, arguments, words):
        process = run('segment', small, '-o', 'out', *arguments)
        assert process.returncode == 1
        assert words in process.stderr
        assert not (tmp_path / 'out').exists()

    def test_a_channel_that_the_image_lacks(self, run, small):
        process = run('segment', small, '-o', 'out', '--json', '--channels', '3,0')
        assert process.returncode == 2
        assert 'channels' in json_lines(process)[0]['field']

    def test_the_pixel_limit_of_the_settings_holds(self, run, small):
        process = run('segment', small, '-o', 'out', '--json', env={'INTELLICLINIX_MAX_PIXELS': '1000'})
        assert process.returncode == 2
        assert 'pixels' in json_lines(process)[0]['error']

    def test_what_would_not_fit_is_refused_with_the_numbers(self, run, tmp_path):
        Image.new('L', (3000, 2000)).save(tmp_path / 'large.png')
        process = run('segment', 'large.png', '-o', 'out', '--json', '--max-memory', '300000000', *QUICK)
        assert process.returncode == 2
        error = json_lines(process)[0]['error']
        assert '3,000 x 2,000 pixels' in error
        assert '0.30 GB are allowed (setting max_memory)' in error
        assert os.listdir(tmp_path / 'out') == []

    def test_memory_is_its_own(self, run, small):
        held = bytearray(os.urandom(1 << 20) * 600)
        peak = json_lines(run('segment', small, '-o', 'out', '--json', *QUICK))[0]['peak_memory_bytes']
        assert 20e6 < peak < len(held)

    def test_memory_is_foretold(self, run, small, tmp_path):
        """With the costliest outputs: what is told before holds, and is not far off."""
        tile = Image.open(small)
        image = Image.new('L', (4 * tile.width, 4 * tile.height))
        for i in range(16):
            image.paste(tile, (i % 4 * tile.width, i // 4 * tile.height))
        image.save(tmp_path / 'many.png')
        flags = ('segment', 'many.png', '-o', 'out', '--all', '--json', *QUICK)
        told = json_lines(run(*flags, '--max-memory', '1'))[0]['error']
        foretold = float(re.search(r'about ([0-9.]+) GB', told)[1]) * 1e9
        peak = json_lines(run(*flags))[0]['peak_memory_bytes']
        assert 0.4 * foretold < peak < foretold + 0.1e9

    def test_a_progress_bar_on_a_terminal(self, binary, small, tmp_path):
        terminal, its_end = pty.openpty()
        seen = []

        def read():
            try:
                while piece := os.read(terminal, 4096):
                    seen.append(piece)
            except OSError:  # how Linux says that the other end is closed
                pass

        reader = threading.Thread(target=read)
        reader.start()
        process = subprocess.run([binary, 'segment', small, '-o', 'out', *QUICK], stdout=its_end, stderr=its_end,
                                 cwd=tmp_path, env=environment(), timeout=300)
        os.close(its_end)
        reader.join()
        text = b''.join(seen).decode()
        assert process.returncode == 0
        assert '] 0 of 1 image, ' in text and ' tiles at work' in text
        assert f'{small}: ' in text and ' objects, diameter 17.0 px' in text

    def test_ctrl_c_stops_and_leaves_nothing_half_done(self, binary, examples, tmp_path):
        process = subprocess.Popen([binary, 'segment', *examples * 2, '-o', 'out', '--augment'], cwd=tmp_path,
                                   stderr=subprocess.PIPE, text=True, env=environment())
        while not (tmp_path / 'out').exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert 'stopped; ' in errors
        assert not [path for path in (tmp_path / 'out').iterdir() if path.suffix == '.tmp']


class TestModels:
    def test_list(self, run):
        process = run('models', 'list')
        assert process.returncode == 0
        assert 'cellpose_default' in process.stdout
        assert run('models').stdout == process.stdout
        assert run('models', '--models', 'missing.yaml').returncode == 1

    def test_show(self, run):
        shown = json.loads(run('models', 'show', 'cellpose_default').stdout)
        assert shown['runner_name'] == 'cellpose'
        assert 'diameter' in shown['params']['properties']

    def test_show_what_is_not_there(self, run):
        process = run('models', 'show', 'nothing')
        assert process.returncode == 1
        assert 'cellpose_default' in process.stderr

    def test_verify(self, run):
        process = run('models', 'verify')
        assert process.returncode == 0
        assert process.stdout.startswith('cellpose_default: fit')

    def test_weights_that_were_changed_are_not_fit(self, run, small, tmp_path):
        shutil.copytree(ROOT / 'models', tmp_path / 'models')
        weights = tmp_path / 'models/nuclei_bbbc038.pth'
        content = bytearray(weights.read_bytes())
        content[len(content) // 2] ^= 1
        weights.write_bytes(content)
        verify = run('models', 'verify', '--models', 'models/catalogue.yaml')
        assert verify.returncode == 2
        assert 'nuclei_bbbc038.pth' in verify.stdout
        segment = run('segment', small, '-o', 'out', '--models', 'models/catalogue.yaml')
        assert segment.returncode == 1
        assert 'nuclei_bbbc038.pth' in segment.stderr

    def test_a_catalogue_that_names_a_missing_file(self, run, tmp_path):
        shutil.copy(ROOT / 'models/catalogue.yaml', tmp_path)
        process = run('models', 'list', '--models', 'catalogue.yaml')
        assert process.returncode == 1
        assert "CC0-1.0.txt' is missing" in process.stderr


class TestDoctor:
    def test_json(self, run):
        process = run('doctor', '--json')
        assert process.returncode == 0, process.stdout
        report = json.loads(process.stdout)
        assert report['problems'] == []
        assert report['models']['cellpose_default']['fit'] is True
        assert all(time > 0 for time in report['models']['cellpose_default']['tile_ms'].values())
        assert ('bf16' in report['models']['cellpose_default']['tile_ms']) == report['precision']['bf16_possible']
        assert report['models']['cellpose_default']['weights_sha256'].startswith('d659d7f26c4c')
        assert report['models']['cellpose_default']['input']['channels'] == 2
        assert report['models']['cellpose_default']['self_test_compared'] is True
        assert report['models']['unet_default']['input'] == {
            'channels': 1, 'multiple': 16, 'least_side': 16, 'tile': 1024}
        assert report['input']['max_pixels'] == 400_000_000
        assert report['input']['max_memory'] > 0
        assert report['threads'] >= 1
        assert report['data']['free_bytes'] > 0
        assert report['open_files']['permitted'] >= report['open_files']['now']
        assert isinstance(report['precision']['bf16_possible'], bool)

    def test_words(self, run):
        process = run('doctor')
        assert process.returncode == 0, process.stdout
        for word in ('processor', 'precision', 'cellpose_default: fit', 'open files', 'free', 'weights d659d7f26c4c',
                     'sees 2 channels', 'self-test differs by', 'one tile takes', 'up to 400,000,000 px'):
            assert word in process.stdout

    def test_makes_no_data_folder(self, run, tmp_path):
        run('doctor')
        assert list(tmp_path.iterdir()) == []

    def test_a_problem_gives_2(self, run):
        process = run('doctor', '--models', '/does/not/exist.yaml')
        assert process.returncode == 2
        assert '/does/not/exist.yaml' in process.stdout


class TestServe:
    def test_print_config(self, run, tmp_path):
        (tmp_path / 'settings.toml').write_text('port = 1001\nworkers = 2\n')
        process = run('serve', '--print-config', '--config', 'settings.toml', '--host', '0.0.0.0',
                      env={'INTELLICLINIX_PORT': '1002', 'INTELLICLINIX_JWT_SECRET': 'not-to-be-seen' * 4})
        assert process.returncode == 0
        assert 'port = 1002  # environment INTELLICLINIX_PORT\n' in process.stdout
        assert 'workers = 2  # settings.toml, line 2\n' in process.stdout
        assert 'host = "0.0.0.0"  # --host\n' in process.stdout
        assert 'store = "sqlite"  # default\n' in process.stdout
        assert 'not-to-be-seen' not in process.stdout
        assert not (tmp_path / 'intelliclinix-data').exists()

    @pytest.mark.parametrize('flags, env, words', [
        (('--port', '99999'), {}, "'port' (--port)"),
        ((), {'INTELLICLINIX_PROT': '1'}, "'INTELLICLINIX_PROT'"),
        (('--config', 'missing.toml'), {}, 'missing.toml'),
        (('--store', 'mysql://localhost'), {}, "must be 'sqlite'"),
        (('--host', 'no.such.address'), {}, 'no.such.address'),
    ])
    def test_wrong_configuration_ends_with_1(self, run, flags, env, words):
        process = run('serve', *flags, env=env)
        assert process.returncode == 1
        assert words in process.stderr

    def test_the_data_folder_is_its_owners_alone(self, start_server):
        data = start_server(ready=False).data
        modes = {path.relative_to(data).parts[0]: stat.S_IMODE(path.stat().st_mode) for path in data.iterdir()}
        assert modes['jwt_secret'] == 0o600
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert all(mode & 0o077 == 0 for mode in modes.values()), modes
        assert len((data / 'jwt_secret').read_bytes()) == 32

    def test_a_secret_that_others_may_read_is_refused(self, run, start_server):
        server = start_server(ready=False)
        assert server.terminate() == 0
        (server.data / 'jwt_secret').chmod(0o644)
        process = run('serve', '--data', server.data, '--port', '0')
        assert process.returncode == 1
        assert 'chmod 600' in process.stderr

    def test_a_port_that_is_taken(self, run):
        with socket.create_server(('127.0.0.1', 0)) as taken:
            process = run('serve', '--port', taken.getsockname()[1])
        assert process.returncode == 1
        assert 'port' in process.stderr

    def test_a_second_start_on_the_same_data(self, start_server):
        first = start_server()
        secret = (first.data / 'jwt_secret').read_bytes()
        assert first.terminate() == 0
        assert (start_server().data / 'jwt_secret').read_bytes() == secret

    @pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
    def test_signals_stop_it_in_good_order(self, start_server, number):
        server = start_server(ready=False)
        server.process.send_signal(number)
        assert server.process.wait(60) == 0


class TestProgram:
    def test_version(self, run):
        assert run('--version').stdout == run('version').stdout
        assert run('version').stdout.startswith('intelliclinix ')

    def test_help_tells_the_exit_status(self, run):
        process = run('--help')
        assert process.returncode == 0
        assert 'Exit status' in process.stdout

    @pytest.mark.parametrize('command', ['list', 'show', 'verify', 'import', 'remove'])
    def test_help_is_all_that_is_done(self, run, tmp_path, command):
        process = run('models', command, '--help', env={'INTELLICLINIX_MODELS': 'missing.yaml'})
        assert process.returncode == 0
        assert process.stdout.count('cellpose_default ') == 0
        assert process.stderr == ''
        assert list(tmp_path.iterdir()) == []

    def test_the_settings_in_the_data_folder_hold_but_for_files(self, run, small, tmp_path):
        (tmp_path / 'data').mkdir()
        (tmp_path / 'data/intelliclinix.toml').write_text('models = "missing.yaml"\n')
        for command in (['models'], ['admin', 'fsck'], ['admin', 'grant', 'ada'], ['doctor']):
            assert run(*command, '--data', 'data').returncode != 0
        assert 'missing.yaml' in run('models', '--data', 'data').stderr
        assert run('segment', small, '-o', 'out', '--data', 'data', *QUICK).returncode == 0

    @pytest.mark.parametrize('command', [('admin', 'grant', 'ada'), ('admin', 'fsck'), ('models', 'remove', 'mine')])
    def test_where_there_is_no_store_none_is_made(self, run, tmp_path, command):
        process = run(*command, '--data', 'none')
        assert process.returncode == 1
        assert "none'" in process.stderr
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize('arguments', [(), ('unknown',), ('segment',), ('segment', 'a.png'), ('models', 'show')])
    def test_wrong_usage_ends_with_1(self, run, arguments):
        process = run(*arguments)
        assert process.returncode == 1
        commands = [word for word in arguments if word in ('segment', 'models', 'show')]
        assert ' '.join(['See: intelliclinix', *commands[:1], '--help']) in process.stderr

    @pytest.mark.parametrize('arguments, words', [
        (('bogus',), "There is no command 'bogus'."),
        (('--bogus',), "There is no flag '--bogus'."),
        (('models', 'bogus'), "There is no command 'bogus'."),
        (('segment', '--bogus'), "There is no flag '--bogus'."),
        (('models', 'show', 'cellpose_default', 'more'), "'more' is one too many."),
    ])
    def test_what_is_not_understood_is_named(self, run, arguments, words):
        process = run(*arguments)
        assert process.returncode == 1
        assert words in process.stderr
