"""What must hold before an archive is taken back, and the taking back of its parts."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from django.conf import settings
from django.db import DataError, IntegrityError
from django.db.backends.base.base import BaseDatabaseWrapper

from lms.backup import databases, media, rows
from lms.backup.archive import FILES, MANIFEST, Reader
from lms.backup.errors import BackupError, damaged
from lms.backup.making import NAMED, REPORT_EVERY, Report, check_space
from lms.backup.manifest import Manifest, TableNote
from lms.backup.tables import Table, archived


def check_parts(archive: Reader, manifest: Manifest) -> None:
    """Raise BackupError unless the archive has the members that its manifest tells of, and no others."""
    expected = {MANIFEST, FILES, *(table.member for table in manifest.tables)}
    if len(expected) != len(manifest.tables) + 2:
        raise damaged(MANIFEST)
    bytes_of_files = {name for name in archive.names if name.startswith("files/")}
    if archive.names - bytes_of_files != expected or bool(bytes_of_files) > manifest.files.included:
        raise damaged("list of members")


def check_version(manifest: Manifest, connection: BaseDatabaseWrapper) -> None:
    """Raise BackupError unless the tables here are those of the archive."""
    others = sorted(set(databases.migrations(connection)) ^ set(manifest.migrations))
    here = {table.label: list(rows.columns(table)) for table in archived()}
    there = {table.label: list(table.columns) for table in manifest.tables}
    others += sorted(label for label in here.keys() | there.keys() if here.get(label) != there.get(label))
    if others:
        example = ", ".join(others[:NAMED])
        raise BackupError("other_version", of=manifest.made_by.get("fieldschool", "?"), example=example)


def check_target(connection: BaseDatabaseWrapper, *, replace: str | None) -> None:
    """Raise BackupError unless the database is empty, or is the one that is to be replaced."""
    name = databases.name_of(connection)
    if replace is not None and replace != name:
        raise BackupError("wrong_database", given=replace, name=name)
    if replace is None and (used := databases.in_use(connection)):
        raise BackupError("in_use", name=name, example=used)


def entries(archive: Reader, manifest: Manifest) -> Iterator[media.Entry]:
    """The list of files."""
    count = 0
    for line in archive.lines(FILES, manifest.files.content):
        count += 1
        yield media.parse(line)
    if count != manifest.files.count:
        raise damaged(FILES)


def check_media(archive: Reader, manifest: Manifest, fetching: media.Fetching, *, allow_missing: bool) -> int:
    """How many files are nowhere to be had. Raises BackupError when there are some and that is not allowed."""
    missing, to_come_bytes = 0, 0
    named: list[str] = []
    members: set[str] = set()
    for entry in entries(archive, manifest):
        if entry.member:
            members.add(entry.member)
        if entry.state != "kept":
            continue
        if not fetching.can_be_had(entry):
            missing += 1
            named += [f"{entry.shelf}/{entry.name}"] if len(named) < NAMED else []
        elif fetching.takes_room(entry):
            to_come_bytes += entry.size_bytes
    if members != {name for name in archive.names if name.startswith("files/")}:
        raise damaged(FILES)
    if missing and not allow_missing:
        raise BackupError("media_missing", count=missing, example=", ".join(named))
    check_space(Path(settings.DATA_DIR), to_come_bytes)
    return missing


def read_rows(archive: Reader, manifest: Manifest, report: Report) -> Iterator[tuple[Table, Iterable[rows.Row]]]:
    """The rows of every table, in an order in which they can be written; each table's must be read to its end."""
    notes = {table.label: table for table in manifest.tables}
    total, done = sum(table.rows for table in manifest.tables), 0
    for table in archived():
        before = done

        def report_on(count: int, before: int = before) -> None:
            report("rows", before + count, total)

        yield table, _rows(archive, table, notes[table.label], report_on)
        done += notes[table.label].rows
    report("rows", done, total)


def _rows(archive: Reader, table: Table, note: TableNote, report: Callable[[int], None]) -> Iterator[rows.Row]:
    count = 0
    for line in archive.lines(note.member, note.content):
        yield rows.decode(table, line)
        count += 1
        if count % REPORT_EVERY == 0:
            report(count)
    if count != note.rows:
        raise damaged(table.label)


def write_rows(archive: Reader, manifest: Manifest, connection: BaseDatabaseWrapper, report: Report) -> None:
    """Let the database hold the archive's rows and no others. To be called inside one change."""
    databases.empty(connection)
    tables: list[Table] = []
    for table, found in read_rows(archive, manifest, report):
        try:
            rows.insert(table, found, connection)
        except (IntegrityError, DataError, OverflowError, ValueError) as error:
            raise BackupError("rows_refused", table=table.label, reason=_first_line(error)) from error
        tables.append(table)
    try:
        databases.check_references(tables, connection)
    except IntegrityError as error:
        raise BackupError("rows_refused", table="*", reason=_first_line(error)) from error
    _number_on(tables, manifest.tables, connection)


def _number_on(tables: Sequence[Table], notes: Sequence[TableNote], connection: BaseDatabaseWrapper) -> None:
    last = {note.label: note.last_number for note in notes}
    for table in tables:
        if table.numbered:
            databases.number_on(table, last[table.label], connection)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
