"""What is no model that can be run: refused at import by name, from the command line and over HTTP, and gone after it."""
import subprocess

import pytest
import small_models as small
from black_box import Server
from client import sign_in
from conftest import ROOT, environment
from test_models import send

CHECKPOINT = ROOT / 'models/nuclei_bbbc038.pth'
MOST_BYTES = 20_000_000  # of a model, as the server is told


def with_description(network, description=small.DESCRIPTION):
    return {'net.onnx': network, 'net.toml': description}


# Of each: the files, the field of the refusal, and what it names.
BAD = {
    'code in the pickle': (lambda: {'evil.pth': small.CODE}, 'weights', "'evil.pth': The checkpoint calls 'os.system'"),
    'a tensor of a checkpoint whose shape lies': (
        lambda: {'lying.pth': small.lying_checkpoint(CHECKPOINT)}, 'weights',
        f"Tensor '{small.TENSOR}' of the checkpoint reaches beyond its storage"),
    'a tensor of an ONNX file whose shape lies': (
        lambda: with_description(small.onnx(channels=3), b'channels = 3\n' + small.DESCRIPTION), 'weights',
        "'net.onnx'"),
    'weights of a checkpoint that are no numbers': (
        lambda: {'nan.pth': small.undefined_checkpoint(CHECKPOINT)}, 'weights',
        f"Tensor '{small.TENSOR}' of the checkpoint holds infinite or undefined numbers"),
    'weights of an ONNX file that are no numbers': (
        lambda: with_description(small.onnx(weights=(0.0, float('nan'), 0.0))), 'weights',
        "Tensor 'weights' of the ONNX file holds undefined numbers"),
    'an operator that the engine lacks': (lambda: with_description(small.onnx(op='Frobnicate')), 'weights', 'Frobnicate'),
    'a tensor in a file of the system': (
        lambda: with_description(small.onnx(location='/etc/passwd')), 'weights', "'/etc/passwd'"),
    'a tensor in a file above the folder': (
        lambda: with_description(small.onnx(location='../weights.bin')), 'weights', "'../weights.bin'"),
    'a tensor in a file that is not there': (
        lambda: with_description(small.onnx(location='none.bin')), 'weights', "'none.bin'"),
    'a description of another network': (
        lambda: with_description(small.onnx(), small.DESCRIPTION.replace(b'3', b'4')), 'description',
        'does not fit the network: this gives [1, 3, any, any], and [1, 4, height, width] is described'),
    'a description that is none': (
        lambda: with_description(small.onnx(), b'channels ='), 'description', 'line 1: this is not TOML'),
    'no description': (lambda: {'net.onnx': small.onnx()}, 'description', "'net.onnx' is an ONNX file, which needs"),
    'an id that is taken': (
        lambda: with_description(small.onnx()), 'id', "The model id 'cellpose_default' is taken"),
    'a path as an id': (lambda: with_description(small.onnx()), 'id', "An id has 1 to 64 characters of a-z, 0-9"),
}
IDS = {'an id that is taken': 'cellpose_default', 'a path as an id': '../mine'}
ROLE_OF = {'toml': 'description'}


def left_in(data):
    """Files of models, and of imports that were under way."""
    return [path for folder in ('blobs', 'models', 'incoming') for path in (data / folder).rglob('*') if path.is_file()]


@pytest.fixture(scope='module')
def server(binary, tmp_path_factory):
    running = Server(binary, tmp_path_factory.mktemp('server'), '--max-model-bytes', str(MOST_BYTES))
    running.wait_until_ready()
    yield running
    assert running.terminate() == 0, running.log.read_text()


@pytest.fixture(scope='module')
def admin(binary, server):
    client = sign_in(server.url)
    subprocess.run([str(binary), 'admin', 'grant', client.username, '--data', str(server.data)], check=True,
                   env=environment())
    return client


@pytest.mark.parametrize('what', BAD)
def test_over_http(server, admin, what):
    files, field, words = BAD[what]
    parts = [(ROLE_OF.get(name.split('.')[-1], 'weights'), name, content) for name, content in files().items()]
    answer = send(admin, parts, id=IDS.get(what, 'mine'))
    assert answer.status == (409 if what == 'an id that is taken' else 400), answer.body
    assert answer.json['field'] == field
    assert words in answer.json['error']
    assert str(server.data) not in answer.json['error']
    assert left_in(server.data) == []
    assert len(admin.get('/api/models/').json) == 2


def test_over_http_a_model_that_is_too_large(server, admin):
    answer = send(admin, [('weights', 'large.onnx', bytes(MOST_BYTES + 1))], id='mine')
    assert answer.status == 413
    assert answer.json['field'] == 'weights'
    assert f'more than {MOST_BYTES} bytes' in answer.json['error']
    assert left_in(server.data) == []


@pytest.fixture
def run_import(binary, tmp_path):
    """Imports a folder from the command line."""
    def call(folder, model_id='mine'):
        return subprocess.run([str(binary), 'models', 'import', str(folder), '--id', model_id, '--data',
                               str(tmp_path / 'data')], capture_output=True, text=True, cwd=tmp_path, env=environment())
    return call


@pytest.mark.parametrize('what', BAD)
def test_from_the_command_line(run_import, tmp_path, what):
    files, _, words = BAD[what]
    (tmp_path / 'model').mkdir()
    (tmp_path / 'weights.bin').write_bytes(small.raw())
    for name, content in files().items():
        (tmp_path / 'model' / name).write_bytes(content)
    refused = run_import('model', IDS.get(what, 'mine'))
    assert refused.returncode == 1, refused.stdout
    assert words in refused.stderr
    assert left_in(tmp_path / 'data') == []
    assert not (tmp_path / 'owned').exists()


def test_from_the_command_line_a_model_of_3_gb(run_import, tmp_path):
    with open(tmp_path / 'large.pth', 'wb') as large:
        large.write(b'PK')
        large.truncate(3_000_000_000)
    refused = run_import('large.pth')
    assert refused.returncode == 1
    assert "'large.pth' has 3000000000 bytes; at most 2147483648 are read" in refused.stderr
    assert left_in(tmp_path / 'data') == []


def test_links_lead_out_of_the_folder_no_more_than_paths(run_import, tmp_path):
    (tmp_path / 'model').mkdir()
    (tmp_path / 'weights.bin').write_bytes(small.raw())
    (tmp_path / 'model/weights.bin').symlink_to('../weights.bin')
    for name, content in with_description(small.onnx(location='weights.bin')).items():
        (tmp_path / 'model' / name).write_bytes(content)
    refused = run_import('model')
    assert refused.returncode == 1
    assert "'weights.bin' is outside of the folder of the model" in refused.stderr
    (tmp_path / 'model/weights.bin').unlink()
    (tmp_path / 'model/weights.bin').write_bytes(small.raw())
    assert run_import('model').returncode == 0
