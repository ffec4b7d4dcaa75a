"""What `cmake --install` leaves runs from wherever it was moved, on the packages that the Containerfile names."""
import configparser
import pathlib
import re
import subprocess

import pytest

from conftest import ROOT, environment

CONTAINERFILE = (ROOT / 'packaging/Containerfile').read_text()


@pytest.fixture(scope='module')
def installed(binary, tmp_path_factory):
    """The installed program, in another place than it was installed to."""
    folder = tmp_path_factory.mktemp('install')
    subprocess.run(['cmake', '--install', pathlib.Path(binary).parent, '--prefix', folder / 'first'], check=True,
                   capture_output=True)
    (folder / 'first').rename(folder / 'moved')
    return folder / 'moved/bin/intelliclinix'


def run(program, *arguments, cwd):
    process = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=300, cwd=cwd, env=environment())
    assert process.returncode == 0, process.stderr
    return process.stdout


def libraries(program):
    """Where each shared library is that it needs, also through others, by its name."""
    listed = subprocess.run(['ldd', program], check=True, capture_output=True, text=True).stdout
    return {name: pathlib.Path(path) for name, path in re.findall(r'^\s+(\S+) => (/\S+)', listed, re.MULTILINE)}


def test_it_finds_models_and_libraries_in_its_own_folder(installed, examples, tmp_path):
    prefix = installed.parents[1]
    for model in ('cellpose_default', 'unet_default'):
        assert f'"path": "{prefix}/share/intelliclinix/models/' in run(installed, 'models', 'show', model, cwd=tmp_path)
        small = next(path for path in examples if path.name == 'fluorescence_small_256x256.png')
        run(installed, 'segment', small, '-o', model, '--model', model, cwd=tmp_path)
        assert list((tmp_path / model).glob('*_cp_masks.png'))
    dynamic = subprocess.run(['readelf', '-d', installed], check=True, capture_output=True, text=True).stdout
    assert re.findall(r'RUNPATH.*\[(.*)\]', dynamic) == ['$ORIGIN/../lib/intelliclinix']
    own = {path.parent.resolve() for name, path in libraries(installed).items() if re.match('lib(openvino|tbb)', name)}
    assert own == {prefix / 'lib/intelliclinix'}


def test_the_containerfile_names_the_packages_of_its_libraries(installed):
    needed = set()
    for file in [installed, *(installed.parents[1] / 'lib/intelliclinix').iterdir()]:
        dynamic = subprocess.run(['readelf', '-d', file], check=True, capture_output=True, text=True).stdout
        found = libraries(file)
        needed |= {found[name].resolve() for name in re.findall(r'NEEDED.*\[(.*)\]', dynamic) if name in found}
    owners = set()
    for path in needed - set(installed.parents[1].rglob('*')):
        owned = subprocess.run(['dpkg', '-S', f'*/{path.name}'], check=True, capture_output=True, text=True).stdout
        lines = [line.split(': ') for line in owned.splitlines()]
        owners.add(next(package.split(':')[0] for package, where in lines if pathlib.Path(where).resolve() == path))
    assert len(owners) > 10
    assert owners - {'libc6'} <= set(CONTAINERFILE.split()), 'packages that it does not install'


def test_the_unit_of_systemd_starts_what_is_installed(installed):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(ROOT / 'packaging/intelliclinix.service')
    service = unit['Service']
    program, *flags = service['ExecStart'].split()
    assert program == '/opt/intelliclinix/' + str(installed.relative_to(installed.parents[1]))
    shown = run(installed, *flags, '--print-config', cwd=installed.parent)
    grace = int(re.search(r'^stop_grace_s = (\d+)', shown, re.MULTILINE)[1])
    assert int(service['TimeoutStopSec']) > grace
    assert f'/var/lib/{service["StateDirectory"]}' in flags
    assert int(service['LimitNOFILE']) > int(re.search(r'^max_connections = (\d+)', shown, re.MULTILINE)[1])
