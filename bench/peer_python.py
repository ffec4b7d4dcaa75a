"""The Python that has Cellpose 3.1.1.2, in a virtual environment under build/peer that is made where it is missing."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

import harness

CELLPOSE = 'cellpose==3.1.1.2'
# What it imports, in versions that work with Debian's numpy 1.24; torch 1.13 knows no numpy 2.
OLD_PACKAGES = ('fastremap==1.14.1', 'fill-voids==2.0.6', 'natsort==8.4.0', 'numba==0.58.1', 'numpy==1.24.2',
                'opencv-python-headless==4.9.0.80', 'roifile==2024.9.15', 'scipy==1.11.4', 'tifffile==2023.2.3',
                'tqdm==4.66.5')


def add_flags(parser):
    parser.add_argument('--torch', choices=('debian', 'pip'), default='debian', help='default: debian')
    parser.add_argument('--python', type=pathlib.Path, help='a Python that has Cellpose already; nothing is installed')


def install_debian_torch():
    if subprocess.run(['/usr/bin/python3', '-c', 'import torch, venv, ensurepip'], capture_output=True).returncode == 0:
        return
    as_root = [] if os.geteuid() == 0 else ['sudo']
    print('Installing python3-torch and python3-venv', file=sys.stderr)
    harness.call([*as_root, 'apt-get', '-qq', 'update'])
    harness.call([*as_root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-y', 'install',
                  '--no-install-recommends', 'python3-torch', 'python3-venv'])


def python_of(flags):
    """The Python with Cellpose, installed where it is missing."""
    if flags.python:
        return flags.python
    folder = harness.ROOT / f'build/peer/{flags.torch}'
    python, stamp = folder / 'bin/python', folder / '.complete'
    if stamp.exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    if flags.torch == 'debian':
        install_debian_torch()
    print(f'Installing {CELLPOSE} into {folder}', file=sys.stderr)
    pip = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    if flags.torch == 'debian':
        harness.call(['/usr/bin/python3', '-m', 'venv', '--system-site-packages', folder])
        harness.call([*pip, *OLD_PACKAGES])
        harness.call([*pip, '--no-deps', CELLPOSE])
    else:
        harness.call(['/usr/bin/python3', '-m', 'venv', folder])
        harness.call([*pip, CELLPOSE])
    stamp.touch()
    return python


class Worker:
    """A process of that Python: `script` of bench/ with the model that ships loaded. It answers lines with JSON objects;
    `about`, the first of them, says what it is. `folder` is for its log."""

    def __init__(self, python, script, folder, *arguments):
        self.log = open(folder / 'peer.log', 'w+')
        models = harness.ROOT / 'models'
        command = [python, harness.ROOT / 'bench' / script, models / 'nuclei_bbbc038.pth',
                   models / 'size_nuclei_bbbc038.npz', *arguments]
        try:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=self.log, text=True)
        except OSError as error:
            raise harness.BenchError(f'{python} cannot be run: {error}') from error
        self.about = self._answer()

    def ask(self, line=''):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + '\n')
            self.process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise harness.BenchError('Python Cellpose ended:\n' + ''.join(self.log.readlines()[-20:]))
        return json.loads(line)

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()
