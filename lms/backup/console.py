"""What the commands say on a terminal: progress, and the end by an error or by Ctrl-C."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from django.core.management.base import OutputWrapper

from lms.core.errors import FieldschoolError

INTERRUPTED = 130


@contextmanager
def as_told(stderr: OutputWrapper, stopped: str) -> Iterator[None]:
    """An error is one line and exit 1; Ctrl-C and SIGTERM end what runs as an exception would, then say `stopped`."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except FieldschoolError as error:
        stderr.write(f"error: {error.code}: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        stderr.write(stopped)
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Progress:
    """One line that is written over on a terminal; elsewhere a line when something else begins, and each tenth."""

    def __init__(self, stderr: OutputWrapper) -> None:
        self._stderr = stderr
        self._told: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *about: object) -> None:
        if self._stderr.isatty():
            self._stderr.write("\r\x1b[K", ending="")

    def __call__(self, what: str, done: int, total: int) -> None:
        line = f"{what}: {done} of {total}" if total else f"{what}: {done}"
        if self._stderr.isatty():
            self._stderr.write(f"\r\x1b[K{line}", ending="")
        elif (tell := (what, done * 10 // total if total else -1)) != self._told:
            self._told = tell
            self._stderr.write(line)
