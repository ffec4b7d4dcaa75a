"""Images of extreme shapes, and processors that have less: what is unusual is run like anything else."""
import json
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
