"""The client's part of tools/demo: from sign-up to the unpacked ZIP, over HTTP alone.

Usage: demo_client.py URL OUT IMAGE...
"""
import datetime
import hashlib
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.error
import urllib.request
import zipfile

READY_TIMEOUT_S = 60
JOB_TIMEOUT_S = 3600

# Pictures for people among the artifacts, by kind.
PICTURES = {'composite': 'Nuclei outlined on the image', 'overlay': 'The same on a transparent background'}


class DemoError(Exception):
    """What went wrong, as a sentence."""


class Client:
    """Calls the server as one user. Errors: DemoError, with the server's own sentence."""

    def __init__(self, url):
        self.url = url
        self.token = None

    def send(self, path, body=None, content_type=None):
        request = urllib.request.Request(self.url + path, data=body)
        if content_type:
            request.add_header('Content-Type', content_type)
        if self.token:
            request.add_header('Authorization', f'Bearer {self.token}')
        try:
            return urllib.request.urlopen(request, timeout=JOB_TIMEOUT_S)
        except urllib.error.HTTPError as error:
            raise DemoError(f'{path} was answered {error.code}: {server_sentence(error.read())}') from error
        except OSError as error:
            raise DemoError(f'{path} was not answered: {error}') from error

    def get(self, path):
        with self.send(path) as response:
            return json.load(response)

    def post(self, path, document):
        with self.send(path, json.dumps(document).encode(), 'application/json') as response:
            return json.load(response)

    def upload(self, path, fields, files):
        boundary = secrets.token_hex(16)
        parts = [part(boundary, f'name="{name}"', value.encode()) for name, value in fields.items()]
        parts += [part(boundary, f'name="files"; filename="{file.name}"', file.read_bytes()) for file in files]
        body = b''.join(parts) + f'--{boundary}--\r\n'.encode()
        with self.send(path, body, f'multipart/form-data; boundary={boundary}') as response:
            return json.load(response)


def part(boundary, disposition, content):
    return f'--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n'.encode() + content + b'\r\n'


def server_sentence(body):
    try:
        return json.loads(body)['error']
    except (ValueError, KeyError, TypeError):
        return body[:300].decode(errors='replace')


def wait_until_ready(client):
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        try:
            client.send('/ready').close()
            return
        except DemoError as error:
            if time.monotonic() > deadline:
                raise DemoError(f'the server is not ready after {READY_TIMEOUT_S} s: {error}') from error
            time.sleep(0.1)


def sign_in(client):
    name, password = f'demo-{secrets.token_hex(4)}', secrets.token_urlsafe(24)
    person = {'email': f'{name}@example.org', 'first_name': 'Demo', 'last_name': 'User'}
    client.post('/api/auth/signup', {'username': name, 'password': password} | person)
    client.token = client.post('/api/auth/login', {'username': name, 'password': password})['access_token']


def run_job(client, images):
    """Returns the id of a finished inference over the images."""
    print(f'Uploading {len(images)} images')
    dataset = client.upload('/api/datasets/upload', {'name': 'Examples'}, images)['dataset_id']
    print('Finding nuclei with cellpose_default')
    job = {'dataset_id': dataset, 'model_id': 'cellpose_default'}
    return client.post('/api/inferences/start', job)['inference_id']


def download(client, inference_id, archive, folder):
    """Fetches and unpacks the ZIP; returns its manifest and the paths of its files by (name, SHA-256)."""
    with client.send(f'/api/inferences/{inference_id}/download') as response:
        archive.write_bytes(response.read())
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    manifest = json.loads((folder / 'manifest.json').read_text())
    paths = [path for path in folder.rglob('*') if path.is_file()]
    return manifest, {(path.name, hashlib.sha256(path.read_bytes()).hexdigest()): path for path in paths}


def artifact_paths(result, files):
    """The result's artifacts as (kind, path). Errors: one that is missing from the ZIP or differs from the manifest."""
    for artifact in result.get('artifacts', []):
        key = (artifact['filename'], artifact['sha256'])
        if key not in files:
            raise DemoError('the ZIP has no {} with the SHA-256 {} that its manifest tells'.format(*key))
        yield artifact['kind'], files[key]


def seconds(result):
    timings = result.get('timings_ms') or {}
    total_ms = timings.get('total', sum(timings.values()))
    return f'{total_ms / 1000:.1f}' if timings else '-'


def print_table(results):
    rows = [('image', 'nuclei found', 'seconds')]
    for result in results:
        found = str(result['objects']) if result['status'] == 'completed' else 'failed'
        rows.append((result['source_filename'], found, seconds(result)))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f'{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}' for row in rows]
    print('', lines[0], '-' * len(lines[0]), *lines[1:], '', sep='\n')


def pattern(paths):
    """What a shell expands to the paths, which are in one folder an image: the ending that their names share."""
    ending = os.path.commonprefix([path.name[::-1] for path in paths])[::-1]
    return paths[0].parent.parent / '*' / f'*{ending}'


def print_pictures(results, files):
    by_kind = {}
    for result in results:
        for kind, path in artifact_paths(result, files):
            by_kind.setdefault(kind, []).append(path)
    for kind, title in PICTURES.items():
        if kind in by_kind:
            print(f'{title}: {pattern(by_kind[kind])}')


def job_seconds(manifest):
    started, finished = (datetime.datetime.fromisoformat(manifest[name].replace('Z', '+00:00'))
                         for name in ('started_at', 'finished_at'))
    return (finished - started).total_seconds()


def run(url, out, images):
    client = Client(url)
    wait_until_ready(client)
    sign_in(client)
    inference_id = run_job(client, images)
    print('Downloading the results')
    manifest, files = download(client, inference_id, out / 'results.zip', out / 'results')
    results = manifest['results']
    if len(results) != len(images):
        raise DemoError(f'{len(images)} images were sent, and {len(results)} results came back')
    print_table(results)
    print_pictures(results, files)
    print(f'All {len(results)} images took {job_seconds(manifest):.1f} s. Masks and the rest: {out / "results"}')
    failed = [result for result in results if result['status'] != 'completed']
    if failed:
        sentences = (f'{result["source_filename"]}: {result["error"]["detail"]}' for result in failed)
        raise DemoError('some images failed. ' + ' '.join(sentences))


def main():
    try:
        run(sys.argv[1], pathlib.Path(sys.argv[2]), [pathlib.Path(image) for image in sys.argv[3:]])
    except DemoError as error:
        print(f'tools/demo: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == '__main__':
    sys.exit(main())
