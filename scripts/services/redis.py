"""Redis on the loopback, with a password."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from scripts.services.base import NotYetError, Service, program
from scripts.services.places import Place
from scripts.services.processes import Launch

_SETTINGS = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
appendonly yes
appendfsync everysec
save ""
"""


@dataclass(frozen=True)
class Redis(Service):
    """One server that keeps what it was told in a file: a broker that is killed comes back with its queue."""

    name: ClassVar[str] = "redis"

    def launches(self, place: Place) -> list[Launch]:
        text = _SETTINGS.format(port=place.port("redis"), password=place.secret("password"), folder=place.home)
        settings = place.write_home("redis.conf", text)
        command = [program(self.name, "redis-server", package="redis-server"), str(settings)]
        return [Launch("server", command, place.home, place.user)]

    def ask(self, place: Place) -> None:
        """AUTH and PING (RESP, the protocol of Redis)."""
        try:
            with socket.create_connection(("127.0.0.1", place.port("redis")), timeout=5) as link:
                link.sendall(f"AUTH {place.secret('password')}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (piece := link.recv(200)):
                    answer += piece
        except OSError as error:
            raise NotYetError(str(error)) from error
        if answer != b"+OK\r\n+PONG\r\n":
            raise NotYetError(answer.decode(errors="replace").strip() or "it hangs up")

    def exports(self, place: Place) -> Mapping[str, str]:
        return {"CELERY_BROKER_URL": f"redis://:{place.secret('password')}@127.0.0.1:{place.port('redis')}/0"}
