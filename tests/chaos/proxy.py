"""A TCP proxy whose connections can be cut, refused or left hanging."""
import contextlib
import random
import select
import socket
import threading


class Proxy:
    """Hands connections to `target`, (host, port), and each one's bytes until its lot is up.

    `cut_after`: (least, most) bytes in both directions together after which a connection is reset; None: never.
    """

    def __init__(self, target, cut_after=None, seed=0):
        self.target = target
        self.cut_after = cut_after
        self.cuts = 0
        self._rng = random.Random(seed)
        self._open = set()
        self._lock = threading.Lock()
        self._down = threading.Event()
        self._closed = threading.Event()
        self._listener = socket.create_server(('127.0.0.1', 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    @property
    def url(self):
        return f'http://127.0.0.1:{self.port}'

    def go_down(self):
        """Cuts what is open and every connection that comes, until `come_up`."""
        self._down.set()
        with self._lock:
            for connection in self._open:
                reset(connection)

    def come_up(self):
        self._down.clear()

    def close(self):
        self._closed.set()
        self.go_down()
        self._thread.join()
        self._listener.close()

    def _accept(self):
        while not self._closed.is_set():
            if not select.select([self._listener], [], [], 0.1)[0]:
                continue
            client, _ = self._listener.accept()
            budget = self._rng.randint(*self.cut_after) if self.cut_after else float('inf')
            threading.Thread(target=self._serve, args=(client, budget), daemon=True).start()

    def _serve(self, client, budget):
        if self._down.is_set():
            reset(client)
            client.close()
            return
        try:
            server = socket.create_connection(self.target, timeout=10)
        except OSError:
            reset(client)
            client.close()
            return
        with self._lock:
            self._open |= {client, server}
        try:
            self._pump(client, server, budget)
        finally:
            with self._lock:
                self._open -= {client, server}
            client.close()
            server.close()

    def _pump(self, client, server, budget):
        other = {client: server, server: client}
        with contextlib.suppress(OSError, ValueError):
            while True:
                for source in select.select(list(other), [], [])[0]:
                    content = source.recv(1 << 16)
                    if not content:
                        return
                    other[source].sendall(content[:int(min(budget, len(content)))])
                    budget -= len(content)
                    if budget <= 0:
                        self.cuts += 1
                        reset(client)
                        reset(server)
                        return


def reset(connection):
    """The other side sees a connection that breaks, not one that ends."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\x01\0\0\0\0\0\0\0')
        connection.shutdown(socket.SHUT_RDWR)
