#!/usr/bin/env python3
"""Writes the C++ source that holds docs/openapi.yaml as JSON.

Usage: embed_openapi.py OPENAPI_YAML VERSION OUT_CPP      VERSION: the project's, which the document must name
"""
import json
import pathlib
import sys

import yaml

SOURCE = '''#include "api/openapi.h"

namespace intelliclinix::api {{

std::string_view OpenApiJson() {{
  return R"openapi({text})openapi";
}}

}}  // namespace intelliclinix::api
'''


def main(document_path, version, out):
    document = yaml.safe_load(pathlib.Path(document_path).read_text(encoding='utf-8'))
    named = document['info']['version']
    if named != version:
        sys.exit(f'{document_path}: info.version is {named!r}, but the project is {version!r}')
    # Keys such as 200 are numbers in YAML and become text; a date that is not quoted stops here.
    text = json.dumps(document, ensure_ascii=False, separators=(',', ':'))
    pathlib.Path(out).write_text(SOURCE.format(text=text), encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
