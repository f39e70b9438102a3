"""The demonstration as people start and end it: real processes, one short lesson."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demo.leash import leashed
from tests import database, static

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 600


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """One run of `python -m demo`."""

    def __init__(self, data_dir: Path, port: int, **environment: str) -> None:
        self.data_dir, self.address = data_dir, f"http://127.0.0.1:{port}"
        arguments = ("--port", str(port), "--lessons", "1", "--seconds", "6", "--no-clips")
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.process = subprocess.Popen(
            leashed([sys.executable, "-m", "demo", *arguments], signal.SIGKILL),
            cwd=ROOT,
            env=inherited | {"DATA_DIR": str(data_dir), "DEMO_INSTALL": "0", "PYTHONUNBUFFERED": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def until(self, words: str) -> str:
        """Wait for the line with `words`."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            line = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            if line is None:
                pytest.fail(f"ended without {words!r}:\n{''.join(self.said)}")
            self.said.append(line)
            if words in line:
                return line

    def end(self, signum: int) -> int:
        self.process.send_signal(signum)
        return self.process.wait(timeout=60)


def left_over(data_dir: Path) -> list[str]:
    """The processes that run over this folder."""
    mark = f"DATA_DIR={data_dir}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except (FileNotFoundError, PermissionError, ProcessLookupError):
                continue
    return found


def gone(data_dir: Path) -> bool:
    """True once nothing is left over; the kernel and gunicorn need a moment."""
    deadline = time.monotonic() + 30
    while left_over(data_dir) and time.monotonic() < deadline:
        threading.Event().wait(0.2)
    return not left_over(data_dir)


def encoded(data_dir: Path) -> dict[str, int]:
    """What the pipeline made, and when."""
    folder = data_dir / "renditions"
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the demonstration ran once and was ended by Ctrl-C."""
    data_dir = tmp_path_factory.mktemp("demo")
    database.copy_to(data_dir / "db.sqlite3")  # all migrations take longer than the lesson
    static.copy_to(data_dir)
    demo = Demo(data_dir, free_port())
    demo.until("The site answers")
    with urllib.request.urlopen(demo.address) as answer:
        assert answer.status == 200
    assert demo.until("first lesson playable after")
    assert demo.until("all 1 lessons ready after")
    with urllib.request.urlopen(f"{demo.address}/courses/") as answer:
        assert "开网店" in answer.read().decode()
    assert any("%" in line for line in demo.said)
    assert demo.end(signal.SIGINT) == 0
    assert gone(data_dir), left_over(data_dir)
    return data_dir


@pytest.fixture
def running(filled: Path) -> Iterator[Demo]:
    demo = Demo(filled, free_port())
    demo.until("The site answers")
    yield demo
    if demo.process.poll() is None:
        demo.end(signal.SIGTERM)


def test_a_second_start_encodes_nothing_again(filled: Path, running: Demo) -> None:
    before = encoded(filled)
    assert before
    running.until("nothing is encoded again")
    assert running.end(signal.SIGTERM) == 0
    assert before.items() <= encoded(filled).items()  # what lessons are ready without may have been made since
    assert gone(filled), left_over(filled)


def test_nothing_is_left_when_it_is_killed(filled: Path, running: Demo) -> None:
    assert len(left_over(filled)) > 3
    running.end(signal.SIGKILL)
    assert gone(filled), left_over(filled)


def test_a_worker_that_dies_is_started_again(filled: Path, running: Demo) -> None:
    def workers() -> set[int]:
        found = subprocess.run(["pgrep", "-f", "manage.py worker", "-P", str(running.process.pid)], capture_output=True)
        return set(map(int, found.stdout.split()))

    # Asked anew each round: a process that is just beginning has no name for a moment.
    def wait_for(is_there: Callable[[set[int]], bool]) -> set[int]:
        deadline = time.monotonic() + 30
        while not is_there(found := workers()) and time.monotonic() < deadline:
            threading.Event().wait(0.2)
        return found

    (before,) = wait_for(lambda found: len(found) == 1)
    os.kill(before, signal.SIGKILL)
    after = wait_for(lambda found: bool(found) and before not in found)
    assert after
    assert before not in after


def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        demo = Demo(tmp_path, taken.getsockname()[1])
        assert "make demo PORT=" in demo.until("error: Port")
    assert demo.process.wait(timeout=60) == 1


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": "x" * 40}, "Unset SECRET_KEY"),
        ({"ALLOWED_HOSTS": "school.example.org"}, "SECRET_KEY must be set"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
    ],
)
def test_it_refuses_to_run_where_its_passwords_would_be_a_danger(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    demo = Demo(tmp_path, free_port(), **environment)
    demo.until(words)
    assert demo.process.wait(timeout=60) == 1
    assert not (tmp_path / "db.sqlite3").exists()
