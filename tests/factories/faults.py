"""A way to S3 on which a test lets things go wrong."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import urlsplit

Fault = Literal["none", "refuse", "silent", "error", "full", "cut"]
_ANSWERS = {
    "error": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "full": b"HTTP/1.1 507 Insufficient Storage\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
}
CUT_AFTER_BYTES = 300_000


class Faults:
    """Listens on a port of its own and passes on to S3, except for what `fault` says of new connections.

    `refuse` closes them, `silent` never answers, `error` and `full` answer 500 and 507, `cut` breaks an answer off in
    its middle. Only requests whose method is in `methods` meet it; `times` says how many (None: all).
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.fault: Fault = "none"
        self.methods = ("GET", "HEAD", "PUT", "POST", "DELETE")
        self.times: int | None = None
        self.met = 0
        self._target, self._over = target, threading.Event()
        faults = self

        class Pass(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    faults._handle(self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Pass)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def set(self, fault: Fault, *, methods: tuple[str, ...] = (), times: int | None = None) -> None:
        """What goes wrong from now on."""
        self.fault, self.times, self.met = fault, times, 0
        self.methods = methods or ("GET", "HEAD", "PUT", "POST", "DELETE")

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def _meets(self, head: bytes) -> Fault:
        if self.fault == "none" or head.partition(b" ")[0].decode() not in self.methods:
            return "none"
        if self.times is not None and self.met >= self.times:
            return "none"
        self.met += 1
        return self.fault

    def _handle(self, here: socket.socket) -> None:
        """One connection, one request: the answer is the last thing on it."""
        head = b""
        while b"\r\n\r\n" not in head:
            if not (block := here.recv(65536)):
                return
            head += block
        fault = self._meets(head)
        if fault == "refuse":
            return
        if fault == "silent":
            self._over.wait()
            return
        if fault in _ANSWERS:
            here.sendall(_ANSWERS[fault])
            return
        with socket.create_connection(self._target) as there:
            there.sendall(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            threading.Thread(target=_pump, args=(here, there), daemon=True).start()
            left = CUT_AFTER_BYTES if fault == "cut" else 1 << 60
            while left > 0 and (block := there.recv(min(65536, left))):
                here.sendall(block)
                left -= len(block)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            target.sendall(block)


@contextlib.contextmanager
def on_the_way(addresses: Mapping[str, str]) -> Iterator[tuple[Faults, dict[str, str]]]:
    """The way, and the addresses that lead over it."""
    parts = urlsplit(addresses["S3_ENDPOINT_URL"])
    faults = Faults((parts.hostname or "", parts.port or 0))
    try:
        yield faults, {**addresses, "S3_ENDPOINT_URL": f"http://127.0.0.1:{faults.port}"}
    finally:
        faults.close()
