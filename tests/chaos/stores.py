"""The stores that the processes of a test share, each of which can go away for a while."""
import os
import secrets
import sqlite3
import subprocess
import urllib.parse

from processes import binary, help_of
from proxy import Proxy


class SqliteStore:
    """A data folder that all processes of one machine share. It is down while another program holds the database."""

    name = 'sqlite'
    remote = False  # reading goes on while another program writes

    def __init__(self, folder):
        self.folder = folder / 'data'
        self._holder = None

    def flags(self):
        return ['--data', self.folder]

    def go_down(self):
        self._holder = sqlite3.connect(self.folder / 'intelliclinix.db', isolation_level=None, timeout=60)
        self._holder.execute('BEGIN EXCLUSIVE')

    def come_up(self):
        self._holder.rollback()
        self._holder.close()

    def close(self):
        pass


class MongoStore:
    """A database of its own on the test's MongoDB server, or on that of INTELLICLINIX_TEST_MONGO_URI, behind a proxy
    that cuts all connections while the store is down. `cut_after` is the proxy's."""

    name = 'mongo'
    remote = True

    def __init__(self, folder, cut_after=None):
        self.folder = folder / 'data'
        self._server = None
        uri = os.environ.get('INTELLICLINIX_TEST_MONGO_URI') or self._start_server(folder / 'mongo')
        self._parts = urllib.parse.urlsplit(uri)
        self.proxy = Proxy((self._parts.hostname, self._parts.port or 27017), cut_after)
        self._database = f'chaos_{secrets.token_hex(6)}'

    def _start_server(self, state):
        command = [binary().parent / 'mongo_server', '-state', state, '-until-stdin-closes']
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self._server.stdout.readline().strip()

    def flags(self):
        user = f'{self._parts.username}:{self._parts.password}@' if self._parts.username else ''
        query = f'?{self._parts.query}' if self._parts.query else ''
        return ['--data', self.folder, '--store',
                f'mongodb://{user}127.0.0.1:{self.proxy.port}/{self._database}{query}']

    def go_down(self):
        self.proxy.go_down()

    def come_up(self):
        self.proxy.come_up()

    def close(self):
        self.proxy.close()
        if self._server:
            self._server.stdin.close()
            self._server.wait(60)


STORES = {store.name: store for store in (SqliteStore, MongoStore)}


def stores_of_this_build():
    """The stores of this build."""
    return [SqliteStore, MongoStore] if 'mongodb' in help_of('serve') else [SqliteStore]
