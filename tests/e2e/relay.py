"""A link between a browser and a server that can be slow, and dead."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Passes connections on to a port of this machine, `bytes_a_second` down and `up_bytes_a_second` up for each.

    While it is `dead` nothing passes; what was connected, or tried to, before it lives again never wakes up: as over a
    radio link, where both ends wait longer the longer it was dead. `cut` ends what is connected, as both ends see.
    `asked` lists request lines that came through, `sent_bytes` counts what went up.
    """

    def __init__(self, to: int) -> None:
        self.bytes_a_second = self.up_bytes_a_second = 10_000_000
        self.sent_bytes = 0
        self.asked: list[str] = []
        self._deaths = 0
        self.dead = False
        self._to = to
        self._door = socket.create_server(("127.0.0.1", 0))
        self._open = [self._door]
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def die(self) -> None:
        self.dead = True
        self._deaths += 1

    def live(self) -> None:
        self.dead = False

    def cut(self) -> None:
        for connection in self._open[1:]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _ = self._door.accept()
                self._open.append(near)
                if self.dead:
                    continue
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open.append(far)
                for ends in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._pass, args=(*ends, self._deaths), daemon=True).start()

    def close(self) -> None:
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _pass(self, source: socket.socket, target: socket.socket, up: bool, born: int) -> None:
        with suppress(OSError):  # either end has gone
            while data := source.recv(2048):
                if born != self._deaths:
                    return
                if up:
                    first = data.decode("latin-1").partition("\r\n")[0]
                    self.asked += [first] if first.endswith("HTTP/1.1") else []
                    self.sent_bytes += len(data)
                time.sleep(len(data) / (self.up_bytes_a_second if up else self.bytes_a_second))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(to: int) -> Iterator[Relay]:
    relay = Relay(to)
    threading.Thread(target=relay.serve, daemon=True).start()
    try:
        yield relay
    finally:
        relay.close()
