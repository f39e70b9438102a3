"""The files of an embedded index: one a generation, and a symbolic link to the live one that is swapped whole.

A generation has a name of its own because SQLite keeps a write-ahead log beside each file under that file's name: a
new file under an old name would meet the old log. The generation before stays until the next rebuild, so whoever had
it open goes on undisturbed.

Two locks (flock, so a process that dies holds none):
  `write`    held while documents are read from the database and written, and while the link is swapped;
  `rebuild`  held by the one process that builds.
While somebody builds, a journal names every key that was written; the builder replays it before the swap.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from lms.core.ids import uuid7
from search.errors import RebuildRunning

KEY_BYTES = 16


class Generations:
    """The generations of the index at `link`."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.journal = link.with_name(f"{link.stem}.journal")

    def live(self) -> Path | None:
        """The file that is searched now; None when there is none."""
        try:
            return self.link.with_name(self.link.readlink().name)
        except FileNotFoundError:
            return None
        except OSError:  # something that is no link stands there
            return self.link

    def new(self) -> Path:
        """A name for a generation to build."""
        self.link.parent.mkdir(parents=True, exist_ok=True)
        return self.link.with_name(f"{self.link.stem}-{uuid7().hex}{self.link.suffix}")

    def before(self) -> Path | None:
        """The generation before the live one, if it is still there."""
        live = self.live()
        others = [path for path in self.link.parent.glob(f"{self.link.stem}-*{self.link.suffix}") if path != live]
        return max(others, default=None)

    def swap(self, path: Path) -> None:
        """Make `path` the live generation, at once for everyone."""
        fresh = self.link.with_name(f"{self.link.name}.{uuid7().hex}")
        fresh.symlink_to(path.name)
        fresh.replace(self.link)

    def remove_old(self, keep: set[Path]) -> None:
        """Delete all generations but the live one and `keep`, with what SQLite left beside them."""
        keep = keep | {path for path in [self.live()] if path}
        for path in self.link.parent.glob(f"{self.link.stem}-*{self.link.suffix}*"):
            base = path.with_name(path.name.removesuffix("-wal").removesuffix("-shm"))
            if base not in keep:
                path.unlink(missing_ok=True)

    def set_aside(self, path: Path) -> None:
        """Take a generation that cannot be read out of use, if it is still the live one."""
        with self.writing():
            if self.live() == path:
                self.link.unlink(missing_ok=True)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """The only writer, in any process."""
        with self._lock("write", wait=True):
            yield

    @contextlib.contextmanager
    def rebuilding(self) -> Iterator[None]:
        """The only builder, with a fresh journal. Raises RebuildRunning when there is one already."""
        with self._lock("rebuild", wait=False):
            with self.writing():
                self.journal.write_bytes(b"")
            try:
                yield
            finally:
                self.journal.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _lock(self, name: str, *, wait: bool) -> Iterator[None]:
        self.link.parent.mkdir(parents=True, exist_ok=True)
        with self.link.with_name(f"{self.link.stem}.{name}.lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise RebuildRunning from error
            yield

    def note(self, key: UUID) -> None:
        """Tell a builder, if there is one, that `key` was written. Call it while writing."""
        if self.journal.exists():
            with self.journal.open("ab") as file:
                file.write(key.bytes)

    def noted(self, start: int) -> list[UUID]:
        """The keys written since the journal had `start` entries, in order, repeats too."""
        with self.journal.open("rb") as file:
            file.seek(start * KEY_BYTES)
            data = file.read()
        return [UUID(bytes=data[at : at + KEY_BYTES]) for at in range(0, len(data) - KEY_BYTES + 1, KEY_BYTES)]
