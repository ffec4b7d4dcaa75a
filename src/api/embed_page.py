#!/usr/bin/env python3
"""Writes the C++ source that holds the web page: every file of a folder, compressed where that makes it smaller.

Usage: embed_page.py FOLDER OUT_CPP OUT_BIN      OUT_BIN: the bytes, which OUT_CPP has the assembler include
"""
import gzip
import hashlib
import json
import pathlib
import sys

CONTENT_TYPES = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.png': 'image/png',
    '.svg': 'image/svg+xml; charset=utf-8',
    '.txt': 'text/plain; charset=utf-8',
    '.wasm': 'application/wasm',
    '.woff2': 'font/woff2',
}

SOURCE = '''#include "api/page.h"

// The bytes of all files, one behind the other.
asm(R"(
  .pushsection .rodata
  .balign 16
  .globl intelliclinix_page_bytes
  .hidden intelliclinix_page_bytes
intelliclinix_page_bytes:
  .incbin {blob}
  .popsection
)");

extern "C" const std::byte intelliclinix_page_bytes[];

namespace intelliclinix::api {{

std::span<const PageFile> EmbeddedPage() {{
  const auto at = [](std::size_t offset, std::size_t size) {{ return std::span(intelliclinix_page_bytes + offset, size); }};
  static const PageFile files[] = {{
{rows}
  }};
  return files;
}}

}}  // namespace intelliclinix::api
'''


def files_of(folder):
    """Path as the browser asks for it, and content; source maps are left out."""
    for path in sorted(folder.rglob('*')):
        if not path.is_file() or path.suffix == '.map':
            continue
        name = path.relative_to(folder).as_posix()
        if path.suffix not in CONTENT_TYPES:
            sys.exit(f'{path}: there is no content type for {path.suffix!r}; name one in {__file__}')
        yield '/' if name == 'index.html' else f'/{name}', CONTENT_TYPES[path.suffix], path.read_bytes()


def main(folder, out_cpp, out_bin):
    rows, blob = [], bytearray()

    def place(content):
        offset = len(blob)
        blob.extend(content)
        return f'at({offset}, {len(content)})'

    for path, content_type, content in files_of(pathlib.Path(folder)):
        packed = gzip.compress(content, 9, mtime=0)
        etag = hashlib.sha256(content).hexdigest()[:32]
        # Pictures and fonts are compressed already.
        smaller = place(packed) if len(packed) < 0.95 * len(content) else '{}'
        rows.append(f'      {{{json.dumps(path)}, {json.dumps(content_type)}, "{etag}", {place(content)}, {smaller}}},')
    if not any(row.lstrip().startswith('{"/",') for row in rows):
        sys.exit(f'{folder} has no index.html: the page was not built')
    pathlib.Path(out_bin).write_bytes(blob)
    source = SOURCE.format(blob=json.dumps(str(pathlib.Path(out_bin).resolve())), rows='\n'.join(rows))
    pathlib.Path(out_cpp).write_text(source, encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
