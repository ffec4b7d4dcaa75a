#!/usr/bin/env python3
"""Checks that the folders of src/ include only downwards, and that each foreign library stays in its folder.

Usage: tools/check_layers.py [ROOT]      exit status 1, and a line for each breach, where there is one
"""
import pathlib
import re
import sys

# What a module may include and depend on besides itself and base: the order of the architecture.
ALLOWED = {
    'app': {'api', 'http', 'dispatch', 'store', 'runners', 'records', 'unet', 'cellpose', 'nn', 'image'},
    'api': {'http', 'dispatch', 'store', 'runners', 'records'},
    'http': set(),
    'dispatch': {'store', 'runners', 'records'},
    'store': {'records'},
    'runners': {'records', 'unet', 'cellpose', 'nn', 'image'},
    'records': set(),
    'unet': {'cellpose', 'nn', 'image'},
    'cellpose': {'nn', 'image'},
    'nn': set(),
    'image': set(),
    'base': set(),
}

# The only folders of src/ that may see a foreign library.
HOMES = {
    r'boost/': {'http'},
    r'openvino/': {'nn/openvino'},
    r'sqlite3': {'store/sqlite'},
    r'(mongoc|bson)/': {'store/mongo'},
    r'(tiff\w*|png\w*|jpeglib|jerror)\.h': {'image'},
    r'pugixml': {'image'},
    r'opencv2/': {'image'},
    r'(sodium|crypt)\.h': {'api'},
    r'prometheus/': {'api'},
    r'(spdlog|unicode)/': {'base'},
    r'(CLI/|yaml-cpp/)': {'app'},
    r'toml\+\+/': {'app', 'runners'},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
MODULE = re.compile(r'intelliclinix_module\(\s*(\w+)([^)]*)\)')
DEPENDS = re.compile(r'\bDEPENDS\b(.*?)(?:\bLIBS\b|\bPRIVATE_LIBS\b|$)', re.DOTALL)


def declared_depends(src, module):
    """The modules that the module's CMakeLists.txt names, or None where it declares none of this name."""
    listing = src / module / 'CMakeLists.txt'
    match = MODULE.search(listing.read_text()) if listing.exists() else None
    if match is None or match[1] != module:
        return None
    depends = DEPENDS.search(match[2])
    return set(depends[1].split()) if depends else set()


def foreign_breach(path, include):
    for pattern, homes in HOMES.items():
        if re.match(pattern, include) and not any(path.is_relative_to(home) for home in homes):
            return f'<{include}> may be included only in {" and ".join("src/" + home for home in sorted(homes))}'
    return None


def own_breach(module, depends, include):
    target = include.split('/')[0] if '/' in include else None
    if target not in ALLOWED:
        return f'"{include}" is not a path from src/, such as "base/result.h"'
    if target == module:
        return None
    if target != 'base' and target not in ALLOWED[module]:
        return f'"{include}" goes up: {module} may include {", ".join(sorted(ALLOWED[module] | {"base"}))}'
    if target not in depends:
        return f'"{include}" needs {target} among the DEPENDS in src/{module}/CMakeLists.txt'
    return None


def file_breaches(src, file, module, depends):
    path = file.relative_to(src)
    text = file.read_text()
    for match in INCLUDE.finditer(text):
        breach = own_breach(module, depends, match[1]) if match[1] else foreign_breach(path.parent, match[2])
        if breach:
            yield f'src/{path}:{text.count(chr(10), 0, match.start(match.lastindex)) + 1}: {breach}'


def module_breaches(src, module):
    depends = declared_depends(src, module)
    if depends is None:
        yield f'src/{module}/CMakeLists.txt: intelliclinix_module({module} ...) is missing'
        return
    for upward in sorted(depends - ALLOWED[module] - {'base'}):
        yield f'src/{module}/CMakeLists.txt: {module} must not depend on {upward}'
    for file in sorted((src / module).rglob('*')):
        if file.suffix in {'.h', '.cpp'}:
            yield from file_breaches(src, file, module, depends)


def breaches(root):
    src = root / 'src'
    for folder in sorted(path for path in src.iterdir() if path.is_dir()):
        if folder.name in ALLOWED:
            yield from module_breaches(src, folder.name)
        else:
            yield f'src/{folder.name}: a folder that the table in tools/check_layers.py does not know'


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent
    found = list(breaches(root))
    print('\n'.join(found) if found else 'Every include goes down.')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
