"""Bytes that no client library would send: the server's head checks, time-outs, and clients that go away."""
import os
import pathlib
import resource
import socket
import struct
import threading
import time
import zlib

import pytest

from client import form, sign_in


def connect(server):
    host, port = server.url.removeprefix('http://').rsplit(':', 1)
    return socket.create_connection((host, int(port)), timeout=60)


def exchange(server, sent):
    """What the server answers until it closes."""
    with connect(server) as connection:
        connection.sendall(sent)
        received = b''
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
        return received


@pytest.mark.parametrize('head', [
    b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
    b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    b'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n',
    b'GET /health HTTP/1.1\r\nHost : x\r\n\r\n',
    b'GET /health HTTP/1.1\nHost: x\n\n',
    b'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n',
    b'GET /health HTTP/1.1\r\n\r\n',
    b'GET /health HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n',
], ids=['length-and-chunked', 'two-lengths', 'xchunked', 'space-before-colon', 'bare-lf', 'nul', 'no-host', 'folded'])
def test_heads_that_could_smuggle_a_request(server, head):
    answer = exchange(server, head + b'GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
    assert answer.startswith(b'HTTP/1.1 400 ')
    assert answer.count(b'HTTP/1.1 ') == 1, 'the connection was not closed'


def test_a_target_in_absolute_form(server):
    answer = exchange(server, b'GET http://x/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert answer.startswith(b'HTTP/1.1 200 ')


def test_a_head_that_is_too_large(server):
    assert exchange(server, b'GET / HTTP/1.1\r\nHost: x\r\nX: ' + b'a' * 100_000 + b'\r\n\r\n').startswith(b'HTTP/1.1 431 ')


def test_a_client_that_hangs_up_in_the_middle_of_an_upload(start_server, examples):
    server = start_server()
    client = sign_in(server.url)
    body, content_type = form([(path.name, path.read_bytes()) for path in examples[:3]], {'name': 'Cut off'})
    head = (f'POST /api/datasets/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n'
            f'Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n').encode()
    for kept in (0.3, 0.9, 0.999):
        connection = connect(server)
        connection.sendall(head + body[:int(len(body) * kept)])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    server.wait_until_stored([])
    assert client.get('/api/datasets/').json == []


def test_a_client_that_hangs_up_does_not_stop_its_job(server, examples):
    client = sign_in(server.url)
    path = examples[-1]
    dataset = client.upload([(path.name, path.read_bytes())]).json['dataset_id']
    body = f'{{"dataset_id": "{dataset}", "model_id": "cellpose_default", "params": {{"diameter": 17}}}}'.encode()
    connection = connect(server)
    connection.sendall((f'POST /api/inferences/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n'
                        f'Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n').encode() + body)
    deadline = time.monotonic() + 60
    while not client.get('/api/inferences/').json and time.monotonic() < deadline:
        time.sleep(0.02)
    connection.close()
    while client.get('/api/inferences/').json[0]['status'] != 'completed' and time.monotonic() < deadline:
        time.sleep(0.1)
    assert client.get('/api/inferences/').json[0]['status'] == 'completed'


def resident_bytes(server):
    return int(pathlib.Path(f'/proc/{server.process.pid}/statm').read_text().split()[1]) * resource.getpagesize()


def raw_png(rows, row_bytes):
    """The pieces of a grey PNG whose pixels do not compress."""
    def chunk(kind, content):
        return len(content).to_bytes(4, 'big') + kind + content + zlib.crc32(kind + content).to_bytes(4, 'big')
    head = row_bytes.to_bytes(4, 'big') + rows.to_bytes(4, 'big') + bytes([8, 0, 0, 0, 0])
    yield b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head)
    packer = zlib.compressobj(0)
    noise = os.urandom(row_bytes)
    for row in range(rows):
        packed = packer.compress(b'\0' + noise[row % 251:] + noise[:row % 251])
        if packed:
            yield chunk(b'IDAT', packed)
    yield chunk(b'IDAT', packer.flush()) + chunk(b'IEND', b'')


def raw_tiff(rows, row_bytes):
    """The pieces of an uncompressed RGB TIFF of 16 bits in one strip, of which the server makes a preview."""
    tags = [(256, 4, 1, row_bytes // 6), (257, 4, 1, rows), (258, 3, 3, 8), (259, 3, 1, 1), (262, 3, 1, 2),
            (273, 4, 1, 14 + 2 + 9 * 12 + 4), (277, 3, 1, 3), (278, 4, 1, rows), (279, 4, 1, rows * row_bytes)]
    yield struct.pack('<2sHI3H', b'II', 42, 14, 16, 16, 16) + struct.pack('<H', len(tags))
    yield b''.join(struct.pack('<HHII', *tag) for tag in tags) + bytes(4)
    noise = os.urandom(row_bytes)
    for row in range(rows):
        yield noise[row % 251:] + noise[:row % 251]


@pytest.mark.parametrize('name, pieces', [('large.png', raw_png(10_000, 20_000)), ('large.tif', raw_tiff(5_000, 60_000))])
def test_memory_stays_flat_under_a_large_upload_and_many_idle_connections(start_server, name, pieces):
    """200 or 300 MB of one image and 1,000 connections that wait, within 64 MiB."""
    server = start_server()
    client = sign_in(server.url)
    idle = [connect(server) for _ in range(1000)]
    for connection in idle:
        connection.sendall(b'GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
    for connection in idle:
        assert connection.recv(4096).startswith(b'HTTP/1.1 200 ')
    before = resident_bytes(server)
    largest = before
    done = threading.Event()

    def watch():
        nonlocal largest
        while not done.wait(0.02):
            largest = max(largest, resident_bytes(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with connect(server) as connection:
            status = send_image(connection, client, name, pieces)
    finally:
        done.set()
        watcher.join()
    assert status.startswith(b'HTTP/1.1 201 ')
    assert largest - before < 64 << 20
    for connection in idle:
        connection.close()


def send_image(connection, client, name, pieces):
    """Uploads an image as it is made; returns the answer's first line."""
    connection.sendall((f'POST /api/datasets/upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {client.token}\r\n'
                        'Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n').encode())

    def send(content):
        connection.sendall(f'{len(content):x}\r\n'.encode() + content + b'\r\n')

    send('--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nLarge\r\n'
         f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode())
    for piece in pieces:
        send(piece)
    send(b'\r\n--b--\r\n')
    connection.sendall(b'0\r\n\r\n')
    return connection.recv(65536).split(b'\r\n')[0]
