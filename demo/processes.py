"""The processes of the demonstration: one group, ended together, none left behind."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from demo.leash import leashed

ENDS_WITHIN_S = 12.0
QUICK_DEATH_S = 5.0
QUICK_DEATHS = 3


@dataclass
class Process:
    """One child: what it is, what it says (in `log`), and how often it died at once."""

    name: str
    command: list[str]
    log: Path
    popen: "subprocess.Popen[bytes]"
    started_s: float
    quick_deaths: int = 0

    @property
    def is_running(self) -> bool:
        """True while it lives."""
        return self.popen.poll() is None

    def last_line(self) -> str:
        """The last thing it said."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"ended with {self.popen.returncode}"


@dataclass
class Processes:
    """Starts, restarts and ends children. Their output goes to files in `folder`."""

    folder: Path
    environment: Mapping[str, str]
    running: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> Process:
        """Start `python ARGUMENTS`. It gets SIGTERM when this process ends, however it ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / f"{name}.log"
        command = [sys.executable, *arguments]
        self.running[name] = Process(name, command, log, self._spawn(command, log, "wb"), time.monotonic())
        return self.running[name]

    def _spawn(self, command: list[str], log: Path, mode: str) -> "subprocess.Popen[bytes]":
        with log.open(mode) as output:
            return subprocess.Popen(
                leashed(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=Path(__file__).resolve().parent.parent,
            )

    def keep(self, name: str) -> str | None:
        """Start `name` again if it died. Returns a sentence when that is no use any more."""
        process = self.running[name]
        if process.is_running:
            return None
        if time.monotonic() - process.started_s < QUICK_DEATH_S:
            process.quick_deaths += 1
        else:
            process.quick_deaths = 1
        if process.quick_deaths >= QUICK_DEATHS:
            return f"The {name} ends again and again: {process.last_line()} (all of it: {process.log})"
        process.popen, process.started_s = self._spawn(process.command, process.log, "ab"), time.monotonic()
        return None

    def stop(self) -> None:
        """End everything that was started: asked first, killed if it does not listen."""
        for process in self.running.values():
            if process.is_running:
                process.popen.send_signal(signal.SIGINT)  # gunicorn: at once, without waiting for slow phones
        until = time.monotonic() + ENDS_WITHIN_S
        for process in self.running.values():
            try:
                process.popen.wait(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.popen.kill()
                process.popen.wait()
