"""What the benches share: building what they run, telling the machine, printing tables, and their common flags.

A bench is a function that measures and returns a JSON object, and one that makes tables of that object.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
FEATURES = ('avx2', 'fma', 'avx512f', 'avx512_bf16', 'avx512_vnni', 'amx_bf16')

# CPnet on a tile of 224 x 224: multiplications and additions, and the share of them in 3 x 3 convolutions.
TILE_GFLOP = 31.01
SHARE_3X3 = 0.97
# Winograd's F(4 x 4, 3 x 3) needs a quarter of the multiplications (Lavin and Gray 2016); its transforms are not counted.
WINOGRAD_GFLOP = TILE_GFLOP * (SHARE_3X3 / 4 + 1 - SHARE_3X3)


class BenchError(Exception):
    """What went wrong and what to do, as a sentence."""


class Build:
    """The compiled programs: those of build/release, built when they are asked for, or of a folder that is given."""

    def __init__(self, folder):
        self.given = folder is not None
        self.folder = (folder or ROOT / 'build/release').resolve()

    def program(self, target):
        """The path of `intelliclinix`, of the tests' MongoDB server, of a module's benches, or of a program of bench/."""
        elsewhere = {'intelliclinix': target, 'mongo_server': target, 'runners_bench': f'src/runners/{target}'}
        path = self.folder / elsewhere.get(target, f'bench/{target}')
        if not self.given:
            call([ROOT / 'tools/build', 'release', target])
        if not path.is_file():
            raise BenchError(f'{path} is not there. Build {target} in {self.folder}, or leave --build out.')
        return path


def call(command, env=None, cwd=None):
    """Runs a command and returns its standard output. Errors: BenchError with the command's last lines."""
    command = [str(part) for part in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environment(env), cwd=cwd)
    except OSError as error:
        raise BenchError(f'{command[0]} cannot be run: {error}') from error
    if done.returncode != 0:
        tail = '\n'.join((done.stdout + done.stderr).splitlines()[-20:])
        raise BenchError(f'"{" ".join(command)}" ended with status {done.returncode}:\n{tail}')
    return done.stdout


def environment(extra=None):
    """The caller's environment without the product's settings in it, and with `extra`."""
    return {name: value for name, value in os.environ.items() if not name.startswith('INTELLICLINIX_')} | (extra or {})


def busy_share(seconds=1.0):
    """How much of the cores' time was taken in the next moment: above about a tenth, numbers are noise.

    No load average, which still tells of the bench before.
    """
    def ticks():
        cpu = pathlib.Path('/proc/stat').read_text().split('\n', 1)[0].split()[1:9]
        counts = [int(count) for count in cpu]
        return sum(counts), counts[3] + counts[4]

    all_before, idle_before = ticks()
    time.sleep(seconds)
    all_after, idle_after = ticks()
    return round(1 - (idle_after - idle_before) / max(1, all_after - all_before), 2)


def machine():
    """The processor, and how busy the machine was before the bench began."""
    facts = dict(re.findall(r'^(model name|flags|Features)\s*: (.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M))
    flags = facts.get('flags', facts.get('Features', '')).split()
    return {'cpu': facts.get('model name', platform.machine()), 'cores': len(os.sched_getaffinity(0)),
            'features': [feature for feature in FEATURES if feature in flags],
            'busy_before': busy_share()}


def row_text(cell):
    """Three digits that count, and no more than the number has."""
    if cell is None:
        return '-'
    if not isinstance(cell, float):
        return f'{cell:,}' if isinstance(cell, int) else str(cell)
    digits = max(0, 2 - math.floor(math.log10(abs(cell)))) if cell else 0
    return f'{cell:,.{digits}f}'


def is_number(cell):
    return cell is None or re.fullmatch(r'[-\d.,]+', row_text(cell)) is not None


def table(title, columns, rows):
    """A table that reads well in a terminal and is Markdown. Numbers stand to the right; None is a dash."""
    rows = list(rows)
    texts = [list(columns)] + [[row_text(cell) for cell in row] for row in rows]
    right = [column > 0 and all(is_number(row[column]) for row in rows) for column in range(len(columns))]
    widths = [max(len(row[column]) for row in texts) for column in range(len(columns))]

    def line(cells):
        return '| ' + ' | '.join(
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(cells, widths, right)) + ' |'

    rule = '|' + '|'.join('-' * (width + 1) + (':' if at_right else '-') for width, at_right in zip(widths, right)) + '|'
    return '\n'.join([f'{title}:', '', line(texts[0]), rule, *map(line, texts[1:]), ''])


def machine_line(result):
    facts = result['machine']
    more = ''.join(f', {name} {result[name]}' for name in ('threads', 'engine') if name in result)
    noise = ': others used the machine, these numbers are noise' if facts['busy_before'] > 0.1 else ''
    return (f'{facts["cpu"]}, {facts["cores"]} cores ({", ".join(facts["features"])}){more}; '
            f'{facts["busy_before"]:.0%} busy before{noise}.\n')


def whole_number(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'{text} is not at least 1')
    return number


def run(name, description, add_flags, measure, tables):
    """A bench's main. `measure(flags, build)` returns the result, `tables(result)` a list of texts."""
    parser = argparse.ArgumentParser(prog=f'bench/{name}', description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--json', action='store_true', help='print one JSON object and nothing else')
    parser.add_argument('--quick', action='store_true', help='a few seconds, to see that it works; the numbers mean nothing')
    parser.add_argument('--from', dest='stored', type=pathlib.Path, metavar='FILE',
                        help='print the tables of an earlier --json, and measure nothing')
    parser.add_argument('--build', type=pathlib.Path, metavar='FOLDER',
                        help='measure the programs of this build folder as they are; default: build/release, brought up to date')
    add_flags(parser)
    flags = parser.parse_args()
    try:
        if flags.stored:
            result = json.loads(flags.stored.read_text())
        else:
            before = machine()
            result = {'bench': name, 'machine': before} | measure(flags, Build(flags.build))
    except (BenchError, OSError, json.JSONDecodeError) as error:
        print(f'bench/{name}: {error}', file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    if flags.json:
        print(json.dumps(result))
    else:
        print(machine_line(result), *tables(result), sep='\n')
