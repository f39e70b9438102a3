"""Runs the bundled ffmpeg: limits, progress, cancelling, and named errors. Nothing it starts outlives a call."""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from media_pipeline.encoder import Progress, Watch
from media_pipeline.errors import Killed, MediaError, NoSpace
from media_pipeline.meter import spend

LAUNCH = Path(__file__).with_name("ffmpeg_launch.py")
STDERR_KEPT_BYTES = 16_384
STALL_S = 180.0
TICK_S = 0.5
_PROGRESS = re.compile(rb"^(out_time_us|progress)=(.*)$")
_NO_SPACE = (b"No space left on device", b"Disk quota exceeded")


@dataclass(frozen=True)
class Limits:
    """Bounds of one run."""

    wall_s: float
    cpu_s: int
    memory_bytes: int = 3 << 30
    output_bytes: int = 4 << 30


@cache
def program() -> str:
    """The path of the bundled ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def version() -> str:
    """What the bundled ffmpeg calls itself: part of a rendition's key."""
    first = subprocess.run([program(), "-version"], capture_output=True, check=True, timeout=30).stdout.split(b"\n")[0]
    return first.decode(errors="replace").split(" Copyright")[0]


def limits_for(duration_s: float, pictures: int = 1) -> Limits:
    """Generous bounds: 60 seconds of work for a second of lesson and picture, and two minutes to start."""
    work_s = 120 + 60 * duration_s * max(1, pictures)
    return Limits(wall_s=work_s, cpu_s=int(work_s * 2), output_bytes=int(50e6 + duration_s * 1e6))


def run(command: list[str], *, duration_s: float, limits: Limits, watch: Watch) -> float:
    """Run `command` (program first, `-progress pipe:1` among its arguments) to its end; return the CPU seconds used.

    `watch` is called at least once a second; whatever it raises stops ffmpeg and goes up. Raises NoSpace when the disk
    is full, MediaError for anything else that ended the run.
    """
    numbers = (os.getpid(), limits.cpu_s, limits.memory_bytes, limits.output_bytes)
    launch = [sys.executable, "-I", "-S", str(LAUNCH), *map(str, numbers), *command]
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "SVT_LOG": "1"}
    with subprocess.Popen(
        launch,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=environment,
    ) as process:
        ended = _Run(process, duration_s, limits, watch)
        try:
            ended.follow()
        finally:
            ended.end()
    if process.returncode == 0:
        return ended.cpu_s
    errors = bytes(ended.stderr)
    if any(text in errors for text in _NO_SPACE):
        raise NoSpace(errors.decode(errors="replace"))
    if process.returncode == -signal.SIGKILL:
        raise Killed(errors.decode(errors="replace"))
    raise MediaError("encoder_failed", f"exit {process.returncode}: {errors.decode(errors='replace')}")


class _Run:
    """Reads one process's two pipes until it ends."""

    def __init__(self, process: subprocess.Popen[bytes], duration_s: float, limits: Limits, watch: Watch) -> None:
        self.process = process
        self.duration_s = max(duration_s, 0.001)
        self.watch = watch
        self.stderr = bytearray()
        self.cpu_s = 0.0
        self.done_s = 0.0
        self.began = self.moved = time.monotonic()
        self.until = self.began + limits.wall_s
        self._line = b""

    def follow(self) -> None:
        assert self.process.stdout
        assert self.process.stderr
        with selectors.DefaultSelector() as pipes:
            pipes.register(self.process.stdout, selectors.EVENT_READ, self._progress)
            pipes.register(self.process.stderr, selectors.EVENT_READ, self._complaint)
            told = 0.0
            while pipes.get_map():
                for key, _ in pipes.select(TICK_S):
                    data = os.read(key.fd, 65_536)
                    if data:
                        key.data(data)
                    else:
                        pipes.unregister(key.fileobj)
                now = time.monotonic()
                if now - told >= TICK_S:
                    told = now
                    self._check(now)
                    self.watch(self.progress(now))
        self._reap()

    def end(self) -> None:
        """Kill what is left of the process and its children."""
        if self.process.returncode is not None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self.process.kill()
        self._reap()

    def _reap(self) -> None:
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_s = usage.ru_utime + usage.ru_stime
        spend(self.cpu_s)

    def progress(self, now: float) -> Progress:
        fraction = min(self.done_s / self.duration_s, 1.0)
        spent = now - self.began
        if self.done_s <= 0 or spent <= 0:
            return Progress(0)
        speed = self.done_s / spent
        return Progress(fraction, speed, max(self.duration_s - self.done_s, 0.0) / speed)

    def _check(self, now: float) -> None:
        if now > self.until or now - self.moved > STALL_S:
            raise MediaError("encoder_stuck", f"{now - self.began:.0f} s, at {self.done_s:.1f} s of the lesson")

    def _progress(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        for line in lines:
            match = _PROGRESS.match(line.strip())
            if match and match[1] == b"out_time_us" and match[2].lstrip(b"-").isdigit():
                done_s = int(match[2]) / 1e6
                if done_s > self.done_s:
                    self.done_s, self.moved = done_s, time.monotonic()

    def _complaint(self, data: bytes) -> None:
        self.stderr += data
        del self.stderr[:-STDERR_KEPT_BYTES]
