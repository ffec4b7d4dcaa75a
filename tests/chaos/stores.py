"""The stores that the processes of a test share, each of which can go away for a while.

`tasks_of` and `task_of` look past the product: the ids of the tasks that a worker holds, and of that of an image.
"""
import contextlib
import sqlite3
import urllib.parse

import bson

from mongo_server import start_mongo
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

    def tasks_of(self, worker):
        return [task for task, in self._ask("SELECT lower(hex(id)) FROM tasks WHERE state = 'running' AND worker LIKE ?",
                                            f'{worker}/%')]

    def task_of(self, inference, filename):
        return self._ask('SELECT lower(hex(id)) FROM tasks WHERE inference_id = ? AND filename = ?',
                         bytes.fromhex(inference), filename)[0][0]

    def _ask(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f'file:{self.folder}/intelliclinix.db?mode=ro', uri=True)) as database:
            return database.execute(sql, values).fetchall()

    def go_down(self):
        self._holder = sqlite3.connect(self.folder / 'intelliclinix.db', isolation_level=None, timeout=60)
        self._holder.execute('BEGIN EXCLUSIVE')

    def come_up(self):
        self._holder.rollback()
        self._holder.close()

    def close(self):
        pass


class MongoStore:
    """A database of its own on the MongoDB server of the tests, behind a proxy that cuts all connections while the store
    is down. `cut_after` is the proxy's."""

    name = 'mongo'
    remote = True

    def __init__(self, folder, cut_after=None):
        self.folder = folder / 'data'
        self._server = start_mongo(folder / 'mongo')
        self._parts = urllib.parse.urlsplit(self._server.uri)
        self.proxy = Proxy((self._parts.hostname, self._parts.port or 27017), cut_after)

    def flags(self):
        user, at, _ = self._parts.netloc.rpartition('@')
        proxied = self._parts._replace(netloc=f'{user}{at}127.0.0.1:{self.proxy.port}')
        return ['--data', self.folder, '--store', proxied.geturl()]

    def tasks_of(self, worker):
        held = {'state': 'running', 'worker': {'$regex': f'^{worker}/'}}
        return [str(task['_id']) for task in self._server.database().inference_tasks.find(held, {'_id': 1})]

    def task_of(self, inference, filename):
        named = {'inference_id': bson.ObjectId(inference), 'filename': filename}
        return str(self._server.database().inference_tasks.find_one(named, {'_id': 1})['_id'])

    def go_down(self):
        self.proxy.go_down()

    def come_up(self):
        self.proxy.come_up()

    def close(self):
        self.proxy.close()
        self._server.stop()


STORES = {store.name: store for store in (SqliteStore, MongoStore)}
