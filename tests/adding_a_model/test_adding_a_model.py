"""Does what docs/adding-a-model.md says, in a copy of the tree, builds it and runs the model over HTTP.

Only what the page adds or changes is compiled, with the commands of the build that is tested; the rest of the program is
that build's. So the test takes seconds, and shows that nothing else has to change.
"""
import hashlib
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(1, str(ROOT / 'tests'))
from black_box import Server, binary  # noqa: E402, F401
from client import sign_in  # noqa: E402

PAGE = (ROOT / 'docs/adding-a-model.md').read_text()
NEW_FILE = re.compile(r'^`([\w./]+)`:\n```\w*\n(.*?)^```$', re.MULTILINE | re.DOTALL)
BELOW = re.compile(r'^`([\w./]+)`, below the line `([^`]+)`:\n```\w*\n(.*?)^```$', re.MULTILINE | re.DOTALL)
AT_END = re.compile(r'^`([\w./]+)`, at the end:\n```\w*\n(.*?)^```$', re.MULTILINE | re.DOTALL)
UNTOUCHED = ('api', 'dispatch', 'http', 'store', 'runners')


def hashes(root):
    """Of the sources that a model must not need to touch."""
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for folder in UNTOUCHED for path in (root / 'src' / folder).rglob('*') if path.is_file()}


def follow(tree):
    """Does what the page says. Returns the sources that it added or changed."""
    changed = set()
    for name, content in NEW_FILE.findall(PAGE):
        assert not (tree / name).exists(), name
        (tree / name).write_text(content)
        changed.add(name)
    for name, line, content in BELOW.findall(PAGE):
        text = (tree / name).read_text()
        assert text.count(line + '\n') == 1, f'{name} has no line {line}'
        (tree / name).write_text(text.replace(line + '\n', line + '\n' + content))
        changed.add(name)
    for name, content in AT_END.findall(PAGE):
        with open(tree / name, 'a') as file:
            file.write(content)
        changed.add(name)
    return changed


class Build:
    """The commands of the build in build/release, for the sources of a copy of the tree."""

    def __init__(self, tree, folder):
        self.tree = tree
        self.folder = folder
        self.release = (ROOT / 'build/release').resolve()
        listed = subprocess.run(['ninja', '-C', self.release, '-t', 'commands', 'intelliclinix'], capture_output=True,
                                text=True, check=True).stdout
        self.commands = listed.splitlines()

    def run(self, command):
        done = subprocess.run(command, shell=True, cwd=self.release, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def units(self, module):
        """What the build compiles in one go for a module's library: the commands, each with the text of its file."""
        for command in self.commands:
            found = re.search(rf' -c (\S+/intelliclinix_{module.name}\.dir/Unity/\S+)', command)
            if found:
                yield command, pathlib.Path(found[1]).read_text()

    def compile(self, source):
        """Compiles `source` of the copy, with those that the build compiles it with; where it is new, by itself, with the
        command of a neighbour. Returns the object."""
        module = pathlib.Path(source).parent
        like, unit = next((command, unit) for command, unit in self.units(module)
                          if f'"{ROOT / source}"' in unit or not (ROOT / source).exists())
        if not (ROOT / source).exists():
            unit = f'#include "{ROOT / source}"\n'
        made = self.folder / (pathlib.Path(source).name + '.o')
        copied = made.with_suffix('.cxx')
        copied.write_text(unit.replace(f'{ROOT}/src', f'{self.tree}/src'))
        command = re.sub(r' -c \S+', f' -c {shlex.quote(str(copied))}', like)
        command = re.sub(r' -o \S+', f' -o {shlex.quote(str(made))}', command)
        command = re.sub(r' -M[DFTQ]+( \S+\.(d|o))?', '', command)
        self.run(command.replace(f'{ROOT}/src', f'{self.tree}/src'))
        return made

    def link(self, objects):
        """The program with `objects` before those of the same name in the build's libraries, which it finds from where it
        lies."""
        program = self.folder / 'bin/intelliclinix'
        program.parent.mkdir()
        (self.folder / 'lib').symlink_to(self.release.parent / 'lib')
        command = next(command for command in reversed(self.commands) if ' -o intelliclinix ' in command)
        before, after = command.split(' -o intelliclinix ', 1)
        linked = ' '.join(shlex.quote(str(made)) for made in objects)
        self.run(f'{before} {linked} -o {shlex.quote(str(program))} {after}')
        return program


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    copy = tmp_path_factory.mktemp('tree')
    for name in ('src', 'models', 'tools'):
        shutil.copytree(ROOT / name, copy / name)
    return copy


def test_a_newcomer_gets_from_an_empty_file_to_a_result(tree, tmp_path, binary):
    before = hashes(tree)
    changed = follow(tree)
    after = hashes(tree)
    assert {name: digest for name, digest in after.items() if name in before} == before
    assert set(after) - set(before) == {'src/runners/my_model_runner.cpp', 'src/runners/my_model_runner.h'}
    assert changed == {'models/my_model.txt', 'models/catalogue.yaml', 'src/app/installation.cpp',
                       'src/runners/my_model_runner.cpp', 'src/runners/my_model_runner.h'}
    layers = subprocess.run([tree / 'tools/check_layers.py', tree], capture_output=True, text=True)
    assert layers.returncode == 0, layers.stdout

    build = Build(tree, tmp_path)
    program = build.link([build.compile(name) for name in sorted(changed) if name.endswith('.cpp')])
    server = Server(program, tmp_path, '--models', tree / 'models/catalogue.yaml')
    try:
        server.wait_until_ready()
        client = sign_in(server.url)
        model = client.get('/api/models/my_model_default').json
        assert model['params']['properties']['brightness']['maximum'] == 1
        assert model['self_test']['passed']
        image = ROOT / 'examples/fluorescence_small_256x256.png'
        dataset = client.upload([(image.name, image.read_bytes())]).json['dataset_id']
        refused = client.start(dataset, {'brightness': 2}, model_id='my_model_default')
        assert (refused.status, refused.json['field']) == (400, 'params.brightness')
        started = client.start(dataset, {'brightness': 0.4}, model_id='my_model_default')
        assert started.status == 200, started.body
        inference = client.get(f'/api/inferences/{started.json["inference_id"]}').json
        assert inference['runner_name'] == 'my_model'
        assert inference['results'][0]['objects'] > 5
    finally:
        server.kill()
