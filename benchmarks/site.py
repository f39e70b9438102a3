"""A throw-away site with real lessons, for measurements and for tests in a browser.

`Site(folder)` migrates, makes clips with the bundled ffmpeg, takes them in through the public door, encodes them and
publishes them, then serves as `make demo` does: gunicorn, 2 workers of 16 threads.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from demo.site import COLLECTED

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN_S = 120
COURSE = "/courses/measured/"


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass
class Site:
    """A running site. `clips` names what is taught: see `benchmarks.lessons`."""

    folder: Path
    clips: tuple[str, ...]
    hosts: tuple[str, ...] = ("127.0.0.1",)
    before: tuple[str, ...] = ()  # what the server is started by, for example a priority
    services: Mapping[str, str] = field(default_factory=dict)  # addresses, as `make services` prints them
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lesson(self, clip: str) -> str:
        """Path of the lesson of a clip."""
        return f"{COURSE}{clip}/"

    def environment(self) -> dict[str, str]:
        """What processes of this site are started with."""
        keep = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return {
            **keep,
            "DATA_DIR": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "ALLOWED_HOSTS": ",".join(self.hosts),
            "PUBLIC_URL": self.address,
            "PYTHONPATH": str(ROOT),
            **self.services,
        }

    def run(self, *arguments: str) -> None:
        """Run `python ARGUMENTS` for this site. Raises CalledProcessError."""
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.environment(), check=True)

    def fill(self) -> None:
        """Tables, static files, lessons. What is there already is left alone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.run("manage.py", "migrate", "-v0")
        if not (self.folder / "static" / COLLECTED).exists():
            self.run("manage.py", "collectstatic", "--noinput", "-v0")
        self.run("-m", "benchmarks.lessons", *self.clips)
        self.run("manage.py", "worker", "--once")

    def start(self, page: str = COURSE) -> None:
        """Serve; returns when the site answers with `page`. Raises RuntimeError when it does not."""
        command = [*self.before, sys.executable, "-m", "gunicorn", "lms.wsgi", "--preload", "-k", "gthread"]
        command += ["--workers", "2", "--threads", "16", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"]
        self._server = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, start_new_session=True
        )
        end = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < end and self._server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}{page}", timeout=10):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        self.stop()
        raise RuntimeError("the site did not start")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server and its workers; the port stays ours to start it again."""
        if self._server and self._server.poll() is None:
            os.killpg(self._server.pid, how)
            try:
                self._server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self._server.pid, signal.SIGKILL)
                self._server.wait()
        self._server = None

    def __enter__(self) -> "Site":
        self.fill()
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
