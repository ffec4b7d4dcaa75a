"""An HTTP client for the black-box tests: one user, every status returned rather than raised."""
import http.client
import json
import secrets
import urllib.parse

TIMEOUT_S = 300
PASSWORD = 'correct horse battery'


class Answer:
    """A response: `status`, `headers` (of http.client) and `body` (bytes)."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        # Python takes a head that was cut off between two lines for a whole one.
        whole = 'Content-Length' in self.headers or 'Transfer-Encoding' in self.headers
        if not whole and response.status not in (204, 304):
            raise http.client.IncompleteRead(self.body)

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Calls a server with the token of one user, if it has one."""

    def __init__(self, url, token=None):
        self.address = urllib.parse.urlsplit(url).netloc
        self.token = token
        self.username = None

    def send(self, method, path, body=None, headers=None):
        """One request on a connection of its own. `body`: bytes, a JSON value, or None."""
        sent = dict(headers or {})
        if self.token and 'Authorization' not in sent:
            sent['Authorization'] = f'Bearer {self.token}'
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault('Content-Type', 'application/json')
        connection = http.client.HTTPConnection(self.address, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body, sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.send('GET', path, headers=headers)

    def post(self, path, body=None, headers=None):
        return self.send('POST', path, body, headers)

    def delete(self, path):
        return self.send('DELETE', path)

    def upload(self, files, **fields):
        """`files`: (name, bytes) pairs; `fields`: texts, `name` among them unless the default will do."""
        body, content_type = form(files, {'name': 'Test'} | fields)
        return self.send('POST', '/api/datasets/upload', body, {'Content-Type': content_type})

    def start(self, dataset_id, params=None, model_id='cellpose_default', headers=None):
        job = {'dataset_id': dataset_id, 'model_id': model_id}
        if params is not None:
            job['params'] = params
        return self.post('/api/inferences/start', job, headers)

    def correct(self, inference_id, file, **fields):
        """`file`: (name, bytes) of a label image, or None to send none."""
        body, content_type = form([file] if file else [], fields, field='file')
        return self.send('POST', f'/api/inferences/{inference_id}/corrections', body, {'Content-Type': content_type})


def form(files, fields, field='files'):
    """multipart/form-data: the body and its Content-Type. The files are in `field`."""
    boundary = secrets.token_hex(16)
    parts = [(f'name="{name}"', text.encode()) for name, text in fields.items()]
    parts += [(f'name="{field}"; filename="{name}"', content) for name, content in files]
    body = b''.join(f'--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n'.encode() + content + b'\r\n'
                    for head, content in parts)
    return body + f'--{boundary}--\r\n'.encode(), f'multipart/form-data; boundary={boundary}'


def person(username=None):
    """The body of a sign-up that nobody has made yet."""
    username = username or f'user-{secrets.token_hex(6)}'
    return {'username': username, 'email': f'{username}@example.org', 'password': PASSWORD,
            'first_name': 'Rosalind', 'last_name': 'Franklin'}


def sign_in(url, username=None):
    """A client with an account of its own."""
    client = Client(url)
    account = person(username)
    answer = client.post('/api/auth/signup', account)
    assert answer.status == 201, answer.body
    login = client.post('/api/auth/login', {'username': account['username'], 'password': PASSWORD})
    assert login.status == 200, login.body
    client.token = login.json['access_token']
    client.username = account['username']
    return client
