"""What the tests of deploy/ ask a running site, and how."""

import http.client
import itertools
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from scripts.production import NAME, Folders, Gunicorn
from tests.contract.machines import wait_for

# Limits count addresses: each asker of a test has its own, all of them on the loopback.
_ADDRESSES = (f"127.0.{a}.{b}" for a, b in itertools.product(range(1, 200), range(1, 200)))


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.body)
        return document


def trusting() -> ssl.SSLContext:
    """The certificate is a throw-away: who answers is known here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # no authorities: they take a tenth of a second to load
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@dataclass
class Asker:
    """Somebody with an address and cookies of their own; one connection for each request."""

    port: int
    address: str = field(default_factory=lambda: next(_ADDRESSES))
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        link = self.link()
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            given = {"Host": NAME, **({"Cookie": cookie} if cookie else {}), **(headers or {})}
            link.request(method, path, body, given)
            answer = link.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            link.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def sign_in(self, username: str, password: str, **headers: str) -> Answer:
        """Through the form, as a browser does."""
        self.get("/account/sign-in/")
        form = {"username": username, "password": password, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        own = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{NAME}", **headers}
        own["Referer"] = f"https://{NAME}/account/sign-in/"
        return self.ask("POST", "/account/sign-in/", urlencode(form).encode(), own)

    def link(self) -> http.client.HTTPSConnection:
        """A connection that asks for the site by its name."""
        link = http.client.HTTPSConnection(NAME, timeout=60)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(self.address, 0))
        link.sock = trusting().wrap_socket(plain, server_hostname=NAME)
        return link


@dataclass(frozen=True)
class Production:
    """The site as deploy/ runs it."""

    folders: Folders
    gunicorn: Gunicorn
    port: int

    def asker(self) -> Asker:
        return Asker(self.port)

    def logged(self, path: str) -> list[str]:
        """Lines of the access log about this address."""
        return [line for line in self.folders.access_log.read_text().splitlines() if f" {path} " in line]

    def kept(self, path: str, asker: Asker) -> list[str]:
        """What nginx did with this asker's requests for this address: HIT, MISS, BYPASS..., `-` when nothing is kept.

        A line is written when the answer has gone out, which may be after it has been read: waits for one.
        """

        def lines() -> list[str]:
            return [line for line in self.logged(path) if line.startswith(f"{asker.address} ")]

        wait_for(lines, f"a line about {path}")
        return [line.rpartition(' "')[2].strip('"') for line in lines()]
