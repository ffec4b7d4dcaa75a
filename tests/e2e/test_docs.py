"""The commands in the README are run as they stand there."""
import re
import socket
import subprocess
import zipfile

import pytest

from conftest import ROOT, environment


def commands(heading):
    """The shell commands below a heading of the README."""
    section = (ROOT / 'README.md').read_text().split(f'\n## {heading}\n')[1].split('\n## ')[0]
    return '\n'.join(re.findall(r'```sh\n(.*?)```', section, re.DOTALL))


@pytest.fixture
def checkout(binary, tmp_path):
    """A folder that looks like the project's after a build."""
    (tmp_path / 'build').mkdir()
    (tmp_path / 'build/release').symlink_to(binary.parent)
    (tmp_path / 'examples').symlink_to(ROOT / 'examples')
    return tmp_path


def run(script, folder):
    # A script that fails half-way must not leave its server behind.
    script = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + script
    return subprocess.run(['bash', '-euo', 'pipefail', '-m', '-c', script], cwd=folder, env=environment(),
                          capture_output=True, text=True, timeout=300)


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]


def test_on_the_command_line(checkout):
    process = run(commands('On the command line'), checkout)
    assert process.returncode == 0, process.stderr
    assert len(list((checkout / 'masks').glob('*_cp_masks.png'))) == 3
    assert '"objects":' in process.stdout


def test_over_http(checkout):
    port = free_port()
    script = commands('Over HTTP').replace('5001', str(port)).replace(' serve &', f' serve --port {port} &')
    assert str(port) in script
    process = run(script, checkout)
    assert process.returncode == 0, process.stderr
    with zipfile.ZipFile(checkout / 'results.zip') as archive:
        assert archive.testzip() is None
        assert {'manifest.json', 'tissue_256x256/tissue_256x256_cp_masks.png'} <= set(archive.namelist())


def test_links_in_the_docs_lead_somewhere():
    pages = [*ROOT.glob('*.md'), *(ROOT / 'docs').rglob('*.md')]
    assert len(pages) > 8
    for page in pages:
        for target in re.findall(r'\]\(([^)#]+)[^)]*\)', page.read_text()):
            assert target.startswith('http') or (page.parent / target).exists(), f'{page.name}: {target}'
