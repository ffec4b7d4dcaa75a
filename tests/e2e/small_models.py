"""Models that are small, or bad, as files: written byte by byte, as nothing that writes models writes such."""
import re
import struct
import zipfile
from io import BytesIO

DESCRIPTION = b"""interpretation = 'semantic_watershed'
[semantic_watershed]
classes = 3
interior = 1
"""
# A tensor of the checkpoint that ships, and what its pickle says of it: the storage, and the shape [32, 32, 3, 3].
TENSOR = 'downsample.down.res_down_0.conv.conv_1.2.weight'
STORAGE = '14'
SHAPE = b'(K K K\x03K\x03t'


def varint(value):
    digits = b''
    while value >= 0x80:
        digits += bytes([value & 0x7f | 0x80])
        value >>= 7
    return digits + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def message(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def onnx(channels=1, op='Conv', weights=(0.0, 1.0, -1.0), location=None):
    """A network from [n, channels, h, w] to [n, 3, h, w]. `location`: the file that has the weights in its place."""
    def port(name, planes):
        sides = [number(1, 1), number(1, planes), message(2, b's'), message(2, b's')]
        shape = b''.join(message(1, side) for side in sides)
        return message(1, name) + message(2, message(1, number(1, 1) + message(2, shape)))

    tensor = number(1, 3) + number(1, channels) + number(1, 1) + number(1, 1) + number(2, 1) + message(8, b'weights')
    if location is None:
        tensor += message(9, raw(weights))
    else:
        tensor += message(13, message(1, b'location') + message(2, location.encode())) + number(14, 1)
    node = message(1, b'image') + message(1, b'weights') + message(2, b'planes') + message(4, op.encode())
    graph = (message(1, node) + message(2, b'g') + message(5, tensor) + message(11, port(b'image', channels))
             + message(12, port(b'planes', 3)))
    return number(1, 8) + message(7, graph) + message(8, number(2, 13))


def raw(weights=(0.0, 1.0, -1.0)):
    return struct.pack(f'<{len(weights)}f', *weights)


def checkpoint_with(path, change):
    """The checkpoint at `path` with its members changed: change(name, bytes) gives the new bytes."""
    made = BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(made, 'w') as copy:
        for member in source.infolist():
            copy.writestr(member.filename, change(member.filename, source.read(member)))
    return made.getvalue()


def lying_checkpoint(path):
    """Its tensor says that it has 255 x 32 filters."""
    def change(name, content):
        if not name.endswith('/data.pkl'):
            return content
        shape = content.index(SHAPE, content.index(TENSOR.encode()))
        return content[:shape + 4] + b'\xff' + content[shape + 5:]
    return checkpoint_with(path, change)


def undefined_checkpoint(path):
    """Its tensor begins with NaN."""
    return checkpoint_with(path, lambda name, content: struct.pack('<f', float('nan')) + content[4:]
                           if re.search(f'/data/{STORAGE}$', name) else content)


CODE = b'\x80\x02cos\nsystem\n(X\x0b\x00\x00\x00touch ownedtR.'
