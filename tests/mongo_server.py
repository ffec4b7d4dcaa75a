"""The MongoDB server of the black-box tests: FerretDB in a small Go program, see tests/mongo."""
import os
import secrets
import subprocess
import urllib.parse

import pymongo

from black_box import ROOT


class MongoServer:
    """A server with its state in `folder`; `uri` names a database of its own. It can be ended and started again."""

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.start('127.0.0.1:0')

    def start(self, address=None):
        binary = os.environ.get('INTELLICLINIX_MONGO_SERVER', ROOT / 'build/release/mongo_server')
        self.process = subprocess.Popen(
            [binary, '-state', self.folder, '-listen', address or self.address, '-until-stdin-closes'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode().strip()
        assert line, f'{binary} does not start. Build it first: tools/build'
        self.address = urllib.parse.urlsplit(line).netloc
        self.uri = f'mongodb://{self.address}/lab'

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdin.close()
        self.process.stdout.close()

    def database(self):
        return pymongo.MongoClient(self.uri).get_default_database()


class GivenServer:
    """The server that INTELLICLINIX_TEST_MONGO_URI names, with a database of the test's own."""

    def __init__(self, uri):
        parts = urllib.parse.urlsplit(uri)
        self.uri = parts._replace(path='/intelliclinix_test_' + secrets.token_hex(8)).geturl()

    def database(self):
        return pymongo.MongoClient(self.uri).get_default_database()

    def stop(self):
        database = self.database()
        database.client.drop_database(database.name)


def start_mongo(folder):
    given = os.environ.get('INTELLICLINIX_TEST_MONGO_URI')
    return GivenServer(given) if given else MongoServer(folder)
