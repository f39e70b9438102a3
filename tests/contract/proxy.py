"""A way to a service that a test can close and open, or leave without an answer."""

import contextlib
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Proxy:
    """Listens on a port of its own and passes on to `target`, while it is open."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._server: socketserver.ThreadingTCPServer | None = None
        self._answers = threading.Event()
        self._closing = threading.Event()
        self.connections = 0

    def open(self) -> None:
        """Accept connections and pass them on."""
        proxy = self

        class Pass(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy.connections += 1
                with contextlib.suppress(OSError), socket.create_connection(proxy._target) as there:
                    proxy._pass(self.request, there)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._closing.clear()
        self._answers.set()
        self._server = Server(("127.0.0.1", self.port), Pass)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def _pass(self, here: socket.socket, there: socket.socket) -> None:
        while not self._closing.is_set():
            ready, _, _ = select.select([here, there], [], [], 0.05)
            for one in ready:
                data = one.recv(65536)
                if not data:
                    return
                self._answers.wait()
                (there if one is here else here).sendall(data)

    def hold(self) -> None:
        """Accept connections and never answer."""
        self._answers.clear()

    def close(self) -> None:
        """Refuse connections; those there are break."""
        self._closing.set()
        self._answers.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@contextlib.contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """An open proxy to the service at `url`, and the address that leads through it."""
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "", parts.port or 0))
    proxy.open()
    account = parts.netloc.rpartition("@")[0]
    try:
        yield proxy, parts._replace(netloc=f"{account}@127.0.0.1:{proxy.port}").geturl()
    finally:
        proxy.close()
