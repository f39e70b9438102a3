"""`python -m benchmarks.sending`: a recording over an uplink that breaks again and again.

In one request, as before tus; in pieces that count when they are whole (each with its checksum); and in pieces of which
counts what arrived, as the editor sends them. A piece takes 8 s. Prints a table of ratios: what went over the link to
what the recording has, and the time to that of a link that never breaks.
"""

import argparse
import base64
import hashlib
import http.client
import os
import re
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.site import Site
from tests.e2e.relay import Relay, relayed

PIECE_S = 8
PAUSE_S = 1  # before sending goes on
GIVEN_UP_AFTER = 3  # times as long as a link that never breaks would take
HEAD = b"\x00\x00\x00\x18ftypisom"
TUS = {"Tus-Resumable": "1.0.0", "X-Requested-With": "XMLHttpRequest"}
FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n%b\r\n--x--\r\n'
WAYS = ("one request", "pieces that count whole", "pieces, what arrived counts")


@dataclass
class Trainer:
    """Somebody signed in, behind a link."""

    link: Relay
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One connection for each request. Raises OSError, HTTPException where the link breaks."""
        connection = http.client.HTTPConnection(self.link.address.removeprefix("http://"), timeout=60)
        try:
            connection.request(method, path, body, {**self.headers, **(headers or {})})
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def sign_in(self) -> None:
        answer, page = self.ask("GET", "/admin/login/")
        self._keep(answer)
        token = re.search(rb'csrfmiddlewaretoken" value="([^"]+)', page)
        assert token
        form = {"csrfmiddlewaretoken": token[1].decode(), "username": "trainer", "password": "trainer-demo"}
        given = {"Content-Type": "application/x-www-form-urlencoded"}
        answer, _page = self.ask("POST", "/admin/login/", urlencode(form).encode(), given)
        self._keep(answer)

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        cookies = dict(pair.split("=", 1) for pair in filter(None, self.headers.get("Cookie", "").split("; ")))
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            cookies[name] = value
        self.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.headers["X-CSRFToken"] = cookies["csrftoken"]

    def send_in_one(self, data: bytes) -> bool:
        """Whether it arrived."""
        kind = {"Content-Type": "multipart/form-data; boundary=x", "X-Requested-With": "XMLHttpRequest"}
        return self.ask("POST", "/admin/recordings/upload/", FORM % data, kind)[0].status == 201

    def send_on(self, url: str, data: bytes, *, checked: bool) -> bool:
        """The next piece; whether all has arrived."""
        asked, _body = self.ask("HEAD", url, headers=TUS)
        if asked.headers["Recording"]:
            return True
        offset = int(asked.headers["Upload-Offset"])
        piece = data[offset : offset + PIECE_S * self.link.up_bytes_a_second]
        about = {**TUS, "Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        if checked:
            about["Upload-Checksum"] = f"sha256 {base64.b64encode(hashlib.sha256(piece).digest()).decode()}"
        return "Recording" in self.ask("PATCH", url, piece, about)[0].headers


def measure(site: Site, way: str, *, size: int, rate: int, break_s: float) -> str:
    """One recording; a row of the table."""
    data = HEAD + bytes([WAYS.index(way)]) * (size - len(HEAD))
    with relayed(site.port) as link:
        trainer, over = Trainer(link), threading.Event()
        trainer.sign_in()
        link.up_bytes_a_second = rate
        about = {**TUS, "Upload-Length": str(size)}
        url = trainer.ask("POST", "/admin/recordings/uploads/", headers=about)[0].headers["Location"]

        def breaks() -> None:
            while not over.wait(break_s):
                link.cut()

        threading.Thread(target=breaks, daemon=True).start()
        link.sent_bytes, began, done = 0, time.monotonic(), False
        while not done and time.monotonic() - began < GIVEN_UP_AFTER * size / rate:
            try:
                if way == WAYS[0]:
                    done = trainer.send_in_one(data)
                else:
                    done = trainer.send_on(url, data, checked=way == WAYS[1])
            except (OSError, http.client.HTTPException):
                time.sleep(PAUSE_S)
        over.set()
        took = (time.monotonic() - began) * rate / size
        sent = link.sent_bytes / size
    return f"{way:28} {sent:6.2f} {took:6.2f}" if done else f"{way:28} {sent:6.2f}  never"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sending")
    parser.add_argument("--bytes", type=int, default=2_400_000)
    parser.add_argument("--rate", type=int, default=60_000, help="bytes a second of the uplink")
    parser.add_argument("--break-s", type=float, default=20, help="seconds between two breaks")
    options = parser.parse_args()
    os.environ["NO_PROXY"] = "*"
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder), ()) as site:
        site.run("manage.py", "shell", "-v0", "-c", "from demo import accounts; accounts.ensure()")
        print(f"{options.bytes} bytes at {options.rate} bytes/s, a break every {options.break_s:g} s")
        print(f"{'way':28} {'bytes':>6} {'time':>6}")
        for way in WAYS:
            print(measure(site, way, size=options.bytes, rate=options.rate, break_s=options.break_s), flush=True)


if __name__ == "__main__":
    main()
