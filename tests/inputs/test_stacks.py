"""Images as microscopes write them, through the server and the command line."""
import hashlib
import io
import json
import subprocess
import zipfile

import client
import numpy
import ome_types
import pytest
import tifffile
import writers
from conftest import ROOT, environment
from PIL import Image

EXAMPLES = ROOT / 'examples'
PIXEL_UM = 0.5
PARAMS = {'channels': ['DAPI', None], 'diameter_um': 17 * PIXEL_UM}


def cells():
    return numpy.asarray(Image.open(EXAMPLES / 'fluorescence_small_256x256.png').convert('L')).astype('u2') * 100


@pytest.fixture(scope='module')
def ome():
    """Three channels, of which the second shows nuclei."""
    empty = numpy.random.default_rng(1).integers(0, 50, (256, 256), 'u2')
    metadata = {'axes': 'CYX', 'Channel': {'Name': ['GFP', 'DAPI', 'Cy5']}, 'PhysicalSizeX': PIXEL_UM,
                'PhysicalSizeY': PIXEL_UM}
    return writers.tiff(numpy.stack([empty, cells(), empty]), ome=True, metadata=metadata)


@pytest.fixture(scope='module')
def plain():
    """The same pages, of which nobody says what they are: an empty one between two of nuclei."""
    return writers.tiff(numpy.stack([cells(), cells() // 100, cells()]), photometric='minisblack', metadata=None)


@pytest.fixture(scope='module')
def user(server):
    return client.sign_in(server.url)


def run(user, name, content, params, **fields):
    """The inference document of one image."""
    uploaded = user.upload([(name, content)], **fields)
    assert uploaded.status == 201, uploaded.json
    started = user.start(uploaded.json['dataset_id'], params)
    assert started.status == 200, started.json
    return user.get(f'/api/inferences/{started.json["inference_id"]}').json


def archive(user, inference):
    return zipfile.ZipFile(io.BytesIO(user.get(f'/api/inferences/{inference["_id"]}/download').body))


def segment(binary, folder, name, content, *flags):
    """The files that the command line makes of one image."""
    (folder / name).write_bytes(content)
    subprocess.run([binary, 'segment', name, '-o', 'out', *flags], cwd=folder, check=True, capture_output=True,
                   env=environment())
    return {path.name: path.read_bytes() for path in (folder / 'out').iterdir()}


def test_a_dataset_tells_what_the_file_tells(user, ome):
    dataset = user.upload([('a.ome.tif', ome)]).json['dataset_id']
    file = user.get(f'/api/datasets/{dataset}').json['files'][0]
    assert (file['axes'], file['channels'], file['depth'], file['times']) == ('CYX', 3, 1, 1)
    assert file['channel_names'] == ['GFP', 'DAPI', 'Cy5']
    assert file['pixel_size_um'] == {'x': PIXEL_UM, 'y': PIXEL_UM}


@pytest.mark.parametrize('axes, sizes, units', [('CYX', (3, 1, 1), ('µm', 'µm')), ('TZCYX', (2, 3, 4), ('nm', 'nm')),
                                                ('CTZYX', (2, 2, 2), ('mm', 'µm'))])
def test_a_dataset_tells_what_ome_types_reads(user, tmp_path, axes, sizes, units):
    channels, times, depth = sizes
    shape = [{'C': channels, 'T': times, 'Z': depth}[axis] for axis in axes[:-2]]
    names = [f'stain {number} <&>' for number in range(channels)]
    metadata = {'axes': axes, 'Channel': {'Name': names}, 'PhysicalSizeX': 0.325, 'PhysicalSizeXUnit': units[0],
                'PhysicalSizeY': 0.65, 'PhysicalSizeYUnit': units[1]}
    content = writers.tiff(numpy.zeros((*shape, 8, 9), 'u2'), ome=True, metadata=metadata)
    dataset = user.upload([('a.ome.tif', content)]).json['dataset_id']
    file = user.get(f'/api/datasets/{dataset}').json['files'][0]
    (tmp_path / 'a.ome.tif').write_bytes(content)
    pixels = ome_types.from_tiff(tmp_path / 'a.ome.tif').images[0].pixels
    assert (file['channels'], file['times'], file['depth']) == (pixels.size_c, pixels.size_t, pixels.size_z) == sizes
    assert (file['height'], file['width']) == (pixels.size_y, pixels.size_x)
    assert file['channel_names'] == [channel.name for channel in pixels.channels] == names
    um = {'nm': 1e-3, 'µm': 1, 'mm': 1e3}
    assert file['pixel_size_um']['x'] == pytest.approx(pixels.physical_size_x * um[pixels.physical_size_x_unit.value])
    assert file['pixel_size_um']['y'] == pytest.approx(pixels.physical_size_y * um[pixels.physical_size_y_unit.value])


def test_channels_by_name_and_a_diameter_in_micrometres(user, binary, tmp_path, ome):
    inference = run(user, 'a.ome.tif', ome, PARAMS)
    result = inference['results'][0]
    assert result['status'] == 'completed'
    assert result['diameter'] == 17
    assert result['objects'] > 20
    made = segment(binary, tmp_path, 'a.ome.tif', ome, '--channels', 'DAPI,null', '--diameter-um', str(17 * PIXEL_UM))
    zipped = archive(user, inference)
    for name, content in made.items():
        assert zipped.read(f'a.ome/{name}') == content, name
    by_number = segment(binary, tmp_path, 'a.ome.tif', ome, '--channels', '2,0', '--diameter', '17')
    assert by_number['a.ome_cp_masks.png'] == made['a.ome_cp_masks.png']


def test_what_the_image_does_not_have_is_refused_before_the_job(user, ome):
    dataset = user.upload([('a.ome.tif', ome)]).json['dataset_id']
    for params, field, words in (({'channels': ['dapi', 0]}, 'params.channels', "'GFP', 'DAPI', 'Cy5'"),
                                 ({'channels': [4, 0]}, 'params.channels', ''),
                                 (PARAMS | {'diameter': 17}, 'params.diameter_um', 'not both'),
                                 ({'plane': {'z': 2}}, 'params.plane.z', 'the file has 1')):
        answer = user.start(dataset, params)
        assert (answer.status, answer.json['field']) == (400, field)
        assert words in answer.json['error']
    png = (EXAMPLES / 'fluorescence_small_256x256.png').read_bytes()
    dataset = user.upload([('a.png', png)]).json['dataset_id']
    assert 'size of a pixel' in user.start(dataset, {'diameter_um': 8}).json['error']


def test_pages_that_nobody_explains_are_asked_about(user, plain, ome):
    answer = user.upload([('plain.tif', plain)])
    assert (answer.status, answer.json['field']) == (400, 'axes')
    assert "'plain.tif': The file holds 3 pages" in answer.json['error']
    assert user.upload([('plain.tif', plain)], axes='ABC').json['field'] == 'axes'
    assert user.upload([('a.ome.tif', ome)], axes='TCYX').status == 201
    boundary = b'x'
    late = b''.join(b'--x\r\nContent-Disposition: form-data; ' + head + b'\r\n\r\n' + content + b'\r\n' for head, content in
                    ((b'name="files"; filename="a.tif"', ome), (b'name="axes"', b'ZYX'))) + b'--x--\r\n'
    answer = user.send('POST', '/api/datasets/upload', late, {'Content-Type': f'multipart/form-data; boundary={boundary.decode()}'})
    assert (answer.status, answer.json['field']) == (400, 'axes')


def test_a_stack_is_segmented_as_chosen(user, binary, tmp_path, plain):
    dataset = user.upload([('plain.tif', plain)], axes='ZYX').json['dataset_id']
    assert user.get(f'/api/datasets/{dataset}').json['files'][0]['depth'] == 3
    refused = user.start(dataset, {'diameter': 17})
    assert (refused.status, refused.json['field']) == (400, 'params.plane.z')
    assert 'not done yet' in user.start(dataset, {'do_3D': True}).json['error']

    single = run(user, 'plain.tif', plain, {'diameter': 17, 'plane': {'z': 1}}, axes='ZYX')
    projected = run(user, 'plain.tif', plain, {'diameter': 17, 'z_project': 'max'}, axes='ZYX')
    mask = archive(user, single).read('plain/plain_cp_masks.png')
    assert mask == archive(user, projected).read('plain/plain_cp_masks.png')

    each = run(user, 'plain.tif', plain, {'diameter': 17, 'z': 'each', 'outputs': ['label_mask']}, axes='ZYX')
    assert [artifact['filename'] for artifact in each['results'][0]['artifacts']] == [
        f'plain_z0{z}_cp_masks.png' for z in (1, 2, 3)]
    zipped = archive(user, each)
    assert zipped.read('plain/plain_z01_cp_masks.png') == zipped.read('plain/plain_z03_cp_masks.png') == mask
    made = segment(binary, tmp_path, 'plain.tif', plain, '--axes', 'ZYX', '--z', 'each', '--diameter', '17', '--outputs',
                   'label_mask')
    assert {name: zipped.read(f'plain/{name}') for name in made} == made
    process = subprocess.run([binary, 'segment', 'plain.tif', '-o', 'out', '--json'], cwd=tmp_path, capture_output=True,
                             text=True, env=environment())
    assert json.loads(process.stdout)['field'] == 'axes'


def test_what_is_no_number_is_a_warning(user):
    image = cells().astype('f4')
    image[0, :3] = numpy.nan, numpy.inf, -numpy.inf
    inference = run(user, 'nan.tif', writers.tiff(image), {'diameter': 17})
    assert any(warning.startswith('3 samples were not a number') for warning in inference['results'][0]['warnings'])


def with_entry(archive, name, content):
    """The archive as one whose server had made `content` in the place of an entry."""
    files = {entry: archive.read(entry) for entry in archive.namelist()} | {name: content}
    manifest = json.loads(files['manifest.json'])
    for file in manifest['files']:
        if file['path'] == name:
            file |= {'bytes': len(content), 'sha256': hashlib.sha256(content).hexdigest()}
    files['manifest.json'] = json.dumps(manifest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as changed:
        for entry, written in files.items():
            changed.writestr(entry, written)
    return zipfile.ZipFile(out)


def rerun(binary, folder, archive):
    """What `verify --rerun` tells of the only image."""
    archive.fp.seek(0)
    (folder / 'a.zip').write_bytes(archive.fp.read())
    process = subprocess.run([binary, 'verify', 'a.zip', '--rerun', '--json'], cwd=folder, capture_output=True, text=True,
                             env=environment())
    told = json.loads(process.stdout)
    assert told['ok'] == (process.returncode == 0), process.stdout
    return told['rerun'][0]


def test_a_stack_is_made_again_as_it_was_read(user, binary, tmp_path):
    """What its pages are, only the upload told; and each plane has a mask to compare."""
    stack = writers.tiff(numpy.stack([cells(), cells()[::-1]]), photometric='minisblack', metadata=None)
    params = {'diameter': 17, 'z': 'each', 'outputs': ['label_mask']}
    zipped = archive(user, run(user, 'plain.tif', stack, params, axes='ZYX'))
    assert rerun(binary, tmp_path, zipped)['outcome'] == 'same'
    first, second = 'plain/plain_z01_cp_masks.png', 'plain/plain_z02_cp_masks.png'
    assert zipped.read(first) != zipped.read(second)
    told = rerun(binary, tmp_path, with_entry(zipped, second, zipped.read(first)))
    assert told['outcome'] == 'different'
    assert 'plain_z02' in told['detail']


def hyperstack():
    """[t, z, c, y, x] of two each: the second channel shows the same nuclei, turned differently in each plane."""
    shown = cells()
    planes = numpy.stack([[shown, shown[::-1]], [shown[:, ::-1], shown.T]])
    return numpy.stack([numpy.zeros_like(planes), planes], axis=2)


@pytest.mark.parametrize('choice, expected', [
    ({'plane': {'z': 2, 't': 2}}, lambda shown: shown[1, 1]),
    ({'plane': {'t': 1}, 'z_project': 'max'}, lambda shown: shown[0].max(axis=0)),
    ({'plane': {'t': 2}, 'z_project': 'mean'}, lambda shown: shown[1].mean(axis=0).astype('u2')),
])
def test_a_hyperstack_becomes_the_plane_that_was_chosen(user, binary, tmp_path, choice, expected):
    metadata = {'axes': 'TZCYX', 'Channel': {'Name': ['GFP', 'DAPI']}}
    content = writers.tiff(hyperstack(), ome=True, metadata=metadata)
    params = {'channels': ['DAPI', None], 'diameter': 17, 'outputs': ['label_mask']}
    zipped = archive(user, run(user, 'a.ome.tif', content, params | choice))
    assert rerun(binary, tmp_path, zipped)['outcome'] == 'same'
    alone = writers.tiff(expected(hyperstack()[:, :, 1]))
    mask = archive(user, run(user, 'a.tif', alone, {'diameter': 17, 'outputs': ['label_mask']})).read('a/a_cp_masks.png')
    assert zipped.read('a.ome/a.ome_cp_masks.png') == mask


def test_outputs_of_a_plane_do_not_overwrite_those_of_another_image(binary, tmp_path, plain):
    (tmp_path / 'plain.tif').write_bytes(plain)
    Image.fromarray((cells() // 100).astype('u1')).save(tmp_path / 'plain_z01.png')
    process = subprocess.run([binary, 'segment', 'plain.tif', 'plain_z01.png', '-o', 'out', '--axes', 'ZYX', '--z', 'each',
                              '--diameter', '17', '--outputs', 'label_mask', '--json'], cwd=tmp_path, capture_output=True,
                             text=True, env=environment())
    assert process.returncode == 2
    refused = [line for line in map(json.loads, process.stdout.splitlines()) if 'error' in line]
    assert len(refused) == 1
    assert 'would overwrite' in refused[0]['error']
