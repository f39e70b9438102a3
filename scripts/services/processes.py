"""Processes that outlive who started them, and are still known for certain afterwards.

A process is known by its number, the moment it was started (in the kernel's ticks) and the boot it belongs to: a number
alone may meanwhile be somebody else's. Each leads a session of its own, so that a Ctrl-C meant for a test run does not
reach it, and so that what it started is found when it is gone.
"""

import os
import pwd
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_GONE_WITHIN_S = 10.0
# Children of this interpreter: asked after, so that they do not stay zombies.
_children: dict[int, "subprocess.Popen[bytes]"] = {}


@dataclass(frozen=True)
class Launch:
    """A program to be started: with which environment (all of it), where, as which user of the system."""

    name: str
    command: list[str]
    folder: Path
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Process:
    """A process that was started by us, as it is written down."""

    pid: int
    ticks: int
    boot: str

    @property
    def is_alive(self) -> bool:
        """True while it runs; a number that somebody else got since then is not it."""
        child = _children.get(self.pid)
        if child is not None:
            child.poll()
        stat = _stat(self.pid)
        return stat is not None and stat.state != "Z" and stat.ticks == self.ticks and self.boot == boot()

    def wait(self, timeout_s: float) -> bool:
        """Wait until it has ended. False when it still runs after `timeout_s` seconds."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.is_alive:
                return True
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            poll.poll(timeout_s * 1000)
        finally:
            os.close(descriptor)
        return not self.is_alive

    def end(self, signum: int, patience_s: float) -> None:
        """Ask it to end, kill it if it does not within `patience_s`, and kill what is left of what it started."""
        if self.is_alive:
            _send(self, signum)
            if not self.wait(patience_s):
                _send(self, signal.SIGKILL)
                self.wait(_GONE_WITHIN_S)
        until = time.monotonic() + _GONE_WITHIN_S
        while (left := list(self.members())) and time.monotonic() < until:
            for member in left:
                _send(member, signal.SIGKILL)
            left[0].wait(1.0)

    def members(self) -> Iterator["Process"]:
        """What it started and what still runs in its session, itself left out."""
        if self.boot != boot():
            return
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == self.pid:
                continue
            stat = _stat(int(entry.name))
            if stat and stat.state != "Z" and stat.session == self.pid and stat.ticks >= self.ticks:
                yield Process(int(entry.name), stat.ticks, self.boot)


@dataclass(frozen=True)
class _Stat:
    state: str
    session: int
    ticks: int


def _stat(pid: int) -> _Stat | None:
    """State, session and start of a process (proc(5), fields 3, 6 and 22)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return _Stat(state=fields[0], session=int(fields[3]), ticks=int(fields[19]))


def boot() -> str:
    """Changes each time the machine is started."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def known(pid: int) -> Process | None:
    """The process that has this number now."""
    stat = _stat(pid)
    return Process(pid, stat.ticks, boot()) if stat and stat.state != "Z" else None


def _send(process: Process, signum: int) -> None:
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        if process.is_alive:  # and stays this one while the descriptor is open
            signal.pidfd_send_signal(descriptor, signum)
    except ProcessLookupError:
        return
    finally:
        os.close(descriptor)


def spawn(launch: Launch, log: Path) -> Process:
    """Start a program in a session of its own; what it says is appended to `log`.

    Raises OSError when it cannot be started.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            launch.command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            start_new_session=True,
            **_how(launch),
        )
    _children[child.pid] = child
    stat = _stat(child.pid)
    return Process(child.pid, stat.ticks if stat else 0, boot())


def run(launch: Launch, log: Path, given: str = "") -> int:
    """Run a program to its end with `given` on its standard input. Returns its exit code."""
    with log.open("ab") as output:
        return subprocess.run(
            launch.command,
            input=given.encode(),
            stdout=output,
            check=False,
            **_how(launch),
        ).returncode


def _how(launch: Launch) -> dict[str, Any]:
    """As whom, where and with which variables a program runs, in subprocess's words."""
    return {
        "stderr": subprocess.STDOUT,
        "cwd": launch.folder,
        "env": environment(launch.environment),
        "user": launch.user,
        "group": _group(launch.user),
        "extra_groups": None if launch.user is None else [],
    }


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Little of ours: no service learns the secrets of whoever starts it."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": f"{path}:/usr/sbin:/sbin", "LANG": "C.UTF-8", **more}


def _group(user: str | None) -> int | None:
    return None if user is None else pwd.getpwnam(user).pw_gid
