"""The parts of an archive, written one after the other."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from django.db.backends.base.base import BaseDatabaseWrapper

from lms.backup import databases, media, rows
from lms.backup.archive import FILES, Content, Writer
from lms.backup.errors import BackupError
from lms.backup.manifest import FilesNote, TableNote
from lms.backup.shelves import SHELVES, Wanted
from lms.backup.tables import archived

# What is being done, how much of it is done, and of how much (0 where nobody knows).
Report = Callable[[str, int, int], None]
REPORT_EVERY = 5000  # rows
NAMED = 5  # files named in a message


def write_rows(archive: Writer, connection: BaseDatabaseWrapper, report: Report) -> Iterator[TableNote]:
    """Every table a member, a row a line."""
    done = 0
    for table in archived():
        before = done
        with archive.member(f"rows/{table.label}.jsonl") as out:
            for row in rows.read(table, connection):
                out.write(rows.encode(row))
                done += 1
                if done % REPORT_EVERY == 0:
                    report("rows", done, 0)
        # After the rows: PostgreSQL's numbers are those of this very moment, and only grow.
        last = databases.last_number(table, connection) if table.numbered else 0
        yield TableNote(table.label, rows.columns(table), done - before, last, out.content)
    report("rows", done, done)


class Spool:
    """The files that the rows name, kept beside memory until the moment that is archived is over."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count, self.known_bytes = 0, 0

    def fill(self, connection: BaseDatabaseWrapper) -> None:
        """Take every shelf's files down."""
        for shelf in SHELVES.values():
            for wanted in shelf.wanted(connection):
                content = wanted.content
                noted = [wanted.shelf, wanted.name, wanted.mime, content and [content.size_bytes, content.sha256]]
                self._file.write(json.dumps(noted).encode() + b"\n")
                self.count += 1
                self.known_bytes += content.size_bytes if content else 0

    def __iter__(self) -> Iterator[Wanted]:
        self._file.seek(0)
        for line in self._file:
            shelf, name, mime, content = json.loads(line)
            yield Wanted(shelf, name, mime, Content(*content) if content else None)


def write_files(
    archive: Writer, spool: Spool, entries: IO[bytes], *, include: bool, report: Report
) -> tuple[FilesNote, list[str]]:
    """The files' bytes where wanted, and the list of them. Returns what to note and the first that are not whole."""
    size, wanting = 0, 0
    named: list[str] = []
    for number, wanted in enumerate(spool):
        entry = media.note(wanted, number, archive, include=include)
        entries.write(entry.dump())
        size += entry.size_bytes
        if entry.state != "kept":
            wanting += 1
            named += [f"{entry.shelf}/{entry.name} ({entry.state})"] if len(named) < NAMED else []
        report("files", number + 1, spool.count)
    entries.seek(0)
    with archive.member(FILES) as out:
        for line in entries:
            out.write(line)
    return FilesNote(spool.count, size, wanting, include, out.content), named


def check_space(folder: Path, needed_bytes: int) -> None:
    """Raise BackupError when the disk of `folder` has less room."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise BackupError("too_little_space", needed=needed_bytes // 1_000_000, free=free // 1_000_000)
