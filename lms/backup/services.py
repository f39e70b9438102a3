"""A site into one archive, and out of it again."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from courses.sites import follow_public_url
from lms.backup import databases, making, restoring
from lms.backup.archive import MANIFEST, Reader, writing
from lms.backup.errors import BackupError
from lms.backup.making import Report
from lms.backup.manifest import Manifest, site_settings, versions
from lms.backup.media import Fetching
from lms.backup.tables import LEFT_OUT
from lms.core import kept
from lms.core.errors import FieldschoolError
from search import selectors as finding
from search import services as search

PREFIX = "fieldschool-"  # of the archives that take turns in a folder
ROWS_COMPRESS = 4  # a database takes at least so many times the room of its archived rows


@dataclass(frozen=True)
class Made:
    """What an archive has come to hold; `wanting` names the first files that were missing or damaged already."""

    manifest: Manifest
    size_bytes: int
    wanting: list[str]


@dataclass(frozen=True)
class Restored:
    """What came back: files brought into the storages, found there, and nowhere to be had."""

    manifest: Manifest
    brought: int
    found: int
    missing: int


def backup(
    *, file: Path, with_media: bool = False, now: datetime, database: str = DEFAULT_DB_ALIAS, report: Report
) -> Made:
    """Write the site as it is at one moment to `file`, which must not be there yet; the site goes on meanwhile.

    Raises FieldschoolError; nothing is left then.
    """
    connection = connections[database]
    with _failures_named(file), writing(file) as archive, TemporaryFile(dir=file.parent) as listed:
        with databases.one_moment(connection):
            applied = databases.migrations(connection)
            making.check_space(file.parent, databases.size_bytes(connection) // ROWS_COMPRESS)
            tables = list(making.write_rows(archive, connection, report))
            spool = making.Spool(listed)
            spool.fill(connection)
        if with_media:
            making.check_space(file.parent, spool.known_bytes)
        with TemporaryFile(dir=file.parent) as entries:
            files, wanting = making.write_files(archive, spool, entries, include=with_media, report=report)
        manifest = Manifest(
            made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
            made_by=versions(),
            database=connection.vendor,
            migrations=applied,
            settings=site_settings(),
            left_out=LEFT_OUT,
            tables=tables,
            files=files,
        )
        with archive.member(MANIFEST) as out:
            out.write(manifest.dump())
    return Made(manifest, file.stat().st_size, wanting)


def name_in(folder: Path, *, now: datetime) -> Path:
    """A name for an archive among others in `folder`; they sort by age."""
    return folder / f"{PREFIX}{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.zip"


def keep_newest(folder: Path, count: int) -> None:
    """Remove all but the newest `count` archives that `name_in` named."""
    for old in sorted(folder.glob(f"{PREFIX}????-??-??T??????Z.zip"))[:-count]:
        old.unlink(missing_ok=True)


def check(
    *,
    file: Path,
    media_from: Path | None = None,
    allow_missing: bool = False,
    database: str = DEFAULT_DB_ALIAS,
    report: Report,
) -> tuple[Manifest, int]:
    """Read a whole archive and every file that it names, changing nothing. Returns how many files are missing too.

    Raises FieldschoolError when something is not as it was written.
    """
    with _failures_named(file), Reader(file) as archive:
        manifest = Manifest.parse(archive.manifest())
        restoring.check_parts(archive, manifest)
        restoring.check_version(manifest, connections[database])
        for _table, found in restoring.read_rows(archive, manifest, report):
            for _row in found:
                pass
        fetching = Fetching(archive, media_from)
        missing = restoring.check_media(archive, manifest, fetching, allow_missing=allow_missing)
        for number, entry in enumerate(restoring.entries(archive, manifest), 1):
            if entry.state == "kept" and fetching.can_be_had(entry):
                fetching.verify(entry)
            report("files", number, manifest.files.count)
    return manifest, missing


def restore(
    *,
    file: Path,
    media_from: Path | None = None,
    replace: str | None = None,
    allow_missing: bool = False,
    database: str = DEFAULT_DB_ALIAS,
    report: Report,
) -> Restored:
    """Let the database and the storages of this site be what `file` has.

    The database must be migrated and unused, or be named by `replace`. Files are had from the storages, the archive or
    `media_from`, a folder laid out as DATA_DIR. Raises FieldschoolError; everything is then as it was before.
    """
    connection = connections[database]
    with _failures_named(file), Reader(file) as archive:
        manifest = Manifest.parse(archive.manifest())
        restoring.check_parts(archive, manifest)
        restoring.check_version(manifest, connection)
        restoring.check_target(connection, replace=replace)
        with Fetching(archive, media_from) as fetching:
            missing = restoring.check_media(archive, manifest, fetching, allow_missing=allow_missing)
            brought, found = _fetch(archive, manifest, fetching, report)
            with databases.one_change(connection):
                restoring.check_target(connection, replace=replace)  # again: nobody else writes now
                restoring.write_rows(archive, manifest, connection, report)
    return Restored(manifest, brought, found, missing)


def _fetch(archive: Reader, manifest: Manifest, fetching: Fetching, report: Report) -> tuple[int, int]:
    brought = found = 0
    for number, entry in enumerate(restoring.entries(archive, manifest), 1):
        if entry.state == "kept" and fetching.can_be_had(entry):
            came = fetching.bring(entry)
            brought, found = brought + came, found + (not came)
        report("files", number, manifest.files.count)
    return brought, found


def derive(report: Report) -> dict[str, str]:
    """Make again what follows from the rows. Returns what could not be made, by name, with the reason."""
    kept.changed()
    follow_public_url()
    wanting: dict[str, str] = {}
    backends: list[str | None] = [None]
    if finding.standby() is not None:
        backends.append("embedded")
    for backend in backends:
        try:
            search.rebuild(backend=backend, report=lambda done: report("search index", done, 0))
        except FieldschoolError as error:
            wanting["search index"] = f"{error.code}: {error}"
        except (OSError, sqlite3.Error) as error:
            wanting["search index"] = str(error)
    call_command("wagtail_update_index", verbosity=0)
    return wanting


def differing_settings(manifest: Manifest) -> dict[str, tuple[Any, Any]]:
    """The settings that were others where the archive was made: there, here."""
    here = site_settings()
    return {
        name: (value, here[name]) for name, value in manifest.settings.items() if name in here and here[name] != value
    }


@contextmanager
def _failures_named(file: Path) -> Iterator[None]:
    """Errors of disks and databases as BackupError."""
    try:
        yield
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise BackupError("no_space", file=file) from error
        raise BackupError("storage_failed", reason=error.strerror or str(error)) from error
    except DatabaseError as error:
        raise BackupError("database_failed", reason=str(error).partition("\n")[0]) from error
