"""Which process is ours."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.services import processes
from scripts.services.processes import Launch, Process, known, spawn

pytestmark = pytest.mark.contract

SAYS_SO = "import sys, time; print('up', flush=True); time.sleep(600)"
IGNORES_SIGTERM = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAYS_SO}"
# Its child reports itself, and outlives it.
PARENT = (
    "import subprocess, sys, time;"
    f"child = subprocess.Popen([sys.executable, '-c', {SAYS_SO!r}], stdout=subprocess.PIPE);"
    "child.stdout.readline(); print(child.pid, flush=True); time.sleep(600)"
)


def started(tmp_path: Path, code: str) -> tuple[Process, str]:
    """A process that has said its first line, and that line."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    launch = Launch(
        "x", ["/bin/sh", "-c", f'exec {sys.executable} -c "$CODE" > {pipe}'], tmp_path, None, {"CODE": code}
    )
    process = spawn(launch, tmp_path / "log")
    with pipe.open() as said:
        return process, said.readline().strip()


def test_a_process_is_alive_until_it_is_ended(tmp_path: Path) -> None:
    process, _ = started(tmp_path, SAYS_SO)
    assert process.is_alive
    process.end(signal.SIGTERM, 30)
    assert not process.is_alive


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    process, _ = started(tmp_path, IGNORES_SIGTERM)
    process.end(signal.SIGTERM, 0.1)
    assert not process.is_alive


def test_what_a_killed_process_started_is_ended_with_it(tmp_path: Path) -> None:
    process, child = started(tmp_path, PARENT)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    assert known(int(child)) is not None
    process.end(signal.SIGTERM, 30)
    assert known(int(child)) is None


@pytest.mark.parametrize("other", [{"ticks": 1}, {"boot": "another"}])
def test_a_number_that_somebody_else_has_by_now_is_left_alone(tmp_path: Path, other: dict[str, object]) -> None:
    process, _ = started(tmp_path, SAYS_SO)
    stranger = replace(process, **other)
    assert not stranger.is_alive
    stranger.end(signal.SIGKILL, 1)
    assert process.is_alive
    process.end(signal.SIGKILL, 30)


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert known(child.pid) is None
    child.wait()


def test_services_do_not_learn_what_the_starter_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for them")
    assert set(processes.environment({"HOME": "/nowhere"})) == {"PATH", "LANG", "HOME"}
