"""Images of extreme shapes, and processors that have less: what is unusual is run like anything else."""
import json
import os
import subprocess

import numpy
import pytest
from PIL import Image

from conftest import environment

LEVELS = ('baseline', 'avx2', 'avx512')  # the newer ones are for bfloat16


@pytest.fixture
def run(binary, tmp_path):
    """run(*arguments, cpu=None): the JSON that the process printed; `cpu` is the newest instructions that it may use."""

    def run_binary(*arguments, cpu=None):
        limits = {'INTELLICLINIX_CPU': cpu} if cpu else {}
        process = subprocess.run([str(part) for part in (binary, *arguments, '--json')], capture_output=True, text=True,
                                 cwd=tmp_path, timeout=300, env=environment(**limits))
        assert (process.returncode, process.stderr) == (0, '')
        return json.loads(process.stdout)

    return run_binary


@pytest.fixture
def machine(binary, tmp_path):
    """machine(*flags, before=()): what `doctor` says of the machine, without models, which take seconds to try."""

    def examine(*flags, before=(), cpu='amx'):
        command = [*before, str(binary), 'doctor', '--json', '--models', 'none.yaml', *flags]
        process = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment(INTELLICLINIX_CPU=cpu))
        return json.loads(process.stdout)

    return examine


def labels(path):
    return numpy.asarray(Image.open(path)).astype(numpy.int64)


class TestShapes:
    @pytest.mark.parametrize('height, width', [(1, 1), (2000, 1), (1, 100_000)])
    def test_a_line_of_pixels(self, run, tmp_path, height, width):
        # A large diameter makes the long ones shorter for the network, so that the test is short too.
        noise = numpy.random.default_rng(7).integers(0, 255, (height, width), dtype=numpy.uint8)
        Image.fromarray(noise).save(tmp_path / 'line.png')
        line = run('segment', 'line.png', '-o', 'out', '--diameter', '200')
        mask = labels(tmp_path / 'out/line_cp_masks.png')
        assert mask.shape == (height, width)
        assert line['objects'] == mask.max() == len(set(mask.flat) - {0})


class TestCpuLevels:
    @pytest.fixture(scope='class')
    def image(self, examples):
        return next(path for path in examples if path.name == 'fluorescence_faint_256x256.png')

    def test_the_masks_are_the_same_on_a_lesser_processor(self, run, image, tmp_path):
        masks = []
        for level in LEVELS:
            run('segment', image, '-o', level, '--diameter', '17', cpu=level)
            masks.append(labels(next((tmp_path / level).glob('*_cp_masks.png'))))
        for mask in masks:
            assert mask.max() == masks[0].max() > 0
            # Sums are rounded in another order, which may move a pixel at an edge from cell to background.
            assert numpy.count_nonzero(mask != masks[0]) <= 0.001 * numpy.count_nonzero(masks[0])

    @pytest.mark.parametrize('level', LEVELS)
    def test_bfloat16_is_refused_where_it_may_not_be_used(self, binary, image, tmp_path, level):
        process = subprocess.run([str(part) for part in (binary, 'segment', image, '-o', 'out', '--precision', 'bf16')],
                                 capture_output=True, text=True, cwd=tmp_path, env=environment(INTELLICLINIX_CPU=level))
        assert process.returncode != 0 and process.stdout == ''
        assert 'bfloat16 is not possible with this processor and engine. Choose precision f32' in process.stderr

    @pytest.mark.parametrize('level', ('avx512bf16', 'amx'))
    def test_bfloat16_finds_nearly_the_same(self, run, machine, image, tmp_path, level):
        if not machine(cpu=level)['precision']['bf16_possible']:
            pytest.skip('this processor has no bfloat16')
        for precision in ('f32', 'bf16'):
            run('segment', image, '-o', precision, '--diameter', '17', '--precision', precision, cpu=level)
        exact, rounded = (labels(next((tmp_path / precision).glob('*_cp_masks.png'))) for precision in ('f32', 'bf16'))
        assert rounded.max() == exact.max() > 0
        assert numpy.count_nonzero((rounded > 0) != (exact > 0)) <= 0.01 * numpy.count_nonzero(exact)


class TestCores:
    def test_one_thread_a_core_that_the_process_may_use(self, machine):
        report = machine(before=('taskset', '--cpu-list', str(min(os.sched_getaffinity(0)))))
        assert (report['cpu']['usable_cores'], report['threads']) == (1, 1)

    def test_as_many_threads_as_are_asked_for(self, machine):
        assert machine('--threads', '3')['threads'] == 3
