"""Each bench runs and prints one JSON object, of which it can make tables. Nothing here looks at a time."""
import json
import subprocess

import pytest

from conftest import ROOT, environment

PYTHON = '/usr/bin/python3'


@pytest.fixture
def bench(binary):
    """A function that runs a bench with flags, on the build that is tested."""
    tested = [] if binary.parent == ROOT / 'build/release' else ['--build', binary.parent]

    def run(name, *flags):
        command = [str(part) for part in (ROOT / 'bench' / name, *flags, *tested)]
        return subprocess.run(command, capture_output=True, text=True, env=environment())

    return run


def test_floor(bench):
    result = measured(bench, 'floor')
    assert {'f32'} <= {peak['precision'] for peak in result['peaks']}
    for peak in result['peaks']:
        assert peak['gflops_one_core'] > 0 and peak['gflops_all_cores'] > 0 and peak['direct_ms'] > 0


def test_network(bench):
    result = measured(bench, 'network')
    assert {'native-f32', 'openvino-f32'} <= {variant['variant'] for variant in result['variants']}
    assert all(variant['many_ms'] > 0 and variant['lone_ms'] > 0 for variant in result['variants'])
    layers = next(layers for layers in result['layers'] if layers['variant'] == 'native-f32')
    assert sum(kind['layers'] for kind in layers['kinds'] if '3x3' in kind['kind']) == 32
    # Of the reference's 31.01 three 1x1 convolutions are less: they come before the upsampling, on a quarter of the pixels.
    direct = 31.01 - 3 * 0.75 * 0.2055
    assert sum(kind['direct_gflop'] for kind in layers['kinds']) == pytest.approx(direct, rel=0.001)
    assert all(kind['ms'] > 0 for kind in layers['kinds'])


def test_models(bench):
    points = measured(bench, 'models')['points']
    assert {point['model'] for point in points} >= {'cellpose_default', 'unet_default'}
    assert all(point['ap50'] > 0 and point['seconds'] > 0 and point['peak_memory_bytes'] > 0 for point in points)


def test_artifacts(bench):
    artifacts = {made['name']: made for made in measured(bench, 'artifacts')['artifacts']}
    assert artifacts.keys() >= {'all of the default', 'label_mask', 'geojson', 'rois'}
    assert all(made['ms'] > 0 and made['cpu_ms'] > 0 and made['mb'] > 0 for made in artifacts.values())


def test_scale(bench):
    result = measured(bench, 'scale')
    assert {point['threads'] for point in result['points']} >= {1}
    assert all(point['objects'] > 0 and point['peak_memory_bytes'] > 0 for point in result['points'])
    assert all(start['seconds'] > start['network_seconds'] > 0 for start in result['starts'])
    assert [point['share'] for point in result['cells']] == [0, 0.25, 0.5, 1]
    assert result['cells'][0]['objects'] < result['cells'][-1]['objects']


def test_server(bench):
    result = measured(bench, 'server')
    assert set(result) >= {'memory', 'health', 'rates'}
    assert all(rate > 0 for rate in result['rates'].values())


def test_views(bench):
    result = measured(bench, 'views')
    assert [file['kind'] for file in result['files']] == ['png', 'tiff']
    assert all(file['tiles_per_s'] > 0 and file['first_tile_s'] > 0 for file in result['files'])


def test_claims(bench):
    result = measured(bench, 'claims')
    assert {'ClaimTask', 'CommitTask', 'LoadStates, large'} <= {call['call'] for call in result['calls']}
    assert all(0 < call['p50_ms'] <= call['p99_ms'] for call in result['calls'])


def test_workers(bench):
    result = measured(bench, 'workers')
    assert {(point['store'], point['workers']) for point in result['points']} >= {('sqlite', 1), ('sqlite', 2), ('mongo', 1)}
    assert all(point['jobs_per_s'] > 0 and point['calls_per_job'] > 5 for point in result['points'])
    assert {one['through'] for one in result['cancels']} == {'same process', 'another process'}


def measured(bench, name):
    """What a quick run printed: one object, and nothing beside it."""
    process = bench(name, '--json', '--quick')
    assert process.returncode == 0, process.stderr
    result = json.loads(process.stdout)
    assert result['bench'] == name
    assert {'cpu', 'cores', 'features', 'busy_before'} <= result['machine'].keys()
    return result


def test_tables_of_a_stored_result(bench, tmp_path):
    stored = tmp_path / 'floor.json'
    stored.write_text(bench('floor', '--json', '--quick').stdout)
    process = bench('floor', '--from', stored)
    assert process.returncode == 0, process.stderr
    assert json.loads(stored.read_text())['machine']['cpu'] in process.stdout
    assert '| GFLOP/s, one core |' in process.stdout


def test_a_result_that_is_not_one(bench, tmp_path):
    (tmp_path / 'bad.json').write_text('this is no JSON')
    process = bench('floor', '--from', tmp_path / 'bad.json')
    assert (process.returncode, process.stdout) == (1, '')
    assert process.stderr.startswith('bench/floor: ')


@pytest.mark.parametrize('name', ['agreement', 'artifacts', 'claims', 'floor', 'models', 'network', 'peer', 'scale', 'server', 'views', 'workers'])
def test_help(bench, name):
    process = bench(name, '--help')
    assert process.returncode == 0, process.stderr
    assert '--json' in process.stdout and '--quick' in process.stdout


def test_the_agreement_of_label_images():
    """Average precision, in the Python that the benches run in."""
    program = """
import sys
import numpy
sys.path.insert(0, sys.argv[1])
from matching import average_precision
one = numpy.zeros((8, 20), int)
one[1:5, 1:5], one[1:5, 10:14] = 1, 2          # two objects of 16 pixels
other = numpy.zeros_like(one)
other[1:5, 1:5], other[1:5, 11:15], other[6:8, 0:2] = 7, 3, 5   # the same; shifted, IoU 12 / 20; one more
nothing = numpy.zeros_like(one)
print([average_precision(one, other, at) for at in (0.5, 0.75)], average_precision(other, one, 0.75),
      average_precision(one, one, 0.9), average_precision(one, nothing, 0.5), average_precision(nothing, nothing, 0.5))
"""
    process = subprocess.run([PYTHON, '-c', program, str(ROOT / 'bench')], capture_output=True, text=True)
    assert process.stdout.split() == ['[0.6666666666666666,', '0.25]', '0.25', '1.0', '0.0', '1.0'], process.stderr
