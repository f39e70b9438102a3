"""What goes into an archive and comes out of it, over databases and storages of each test's own."""

import json
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from lms.backup import databases as kinds
from lms.backup import making, services
from lms.backup.errors import BackupError
from lms.backup.tables import existing
from tests.lms.backup.compare import content, files, numbers, quiet
from tests.lms.backup.conftest import PLACES, Databases

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
Use = Callable[[Path], None]


@pytest.fixture
def site(databases: Databases, filled: Path, tmp_path: Path, use_data: Use) -> str:
    """The alias of a filled site whose files are those of `tmp_path / "data"`."""
    shutil.copytree(filled, tmp_path / "data", dirs_exist_ok=True)
    use_data(tmp_path / "data")
    return databases("sqlite", copy_of=filled / "db.sqlite3")


@pytest.fixture
def archive(filled: Path) -> Path:
    """The site with its media in one file."""
    return filled / "archive.zip"


def test_what_comes_out_is_equal_to_what_went_in(
    site: str, archive: Path, databases: Databases, use_data: Use, tmp_path: Path
) -> None:
    other = databases("sqlite")
    use_data(tmp_path / "other")
    restored = services.restore(file=archive, database=other, report=quiet)
    assert content(other) == content(site)
    assert numbers(other) == numbers(site)
    assert files(tmp_path / "other") == {
        name: sha256 for name, sha256 in files(tmp_path / "data").items() if name.split("/")[0] in PLACES.values()
    }
    assert (restored.found, restored.missing) == (0, 0)
    assert restored.brought == len(files(tmp_path / "other"))


@pytest.mark.contract
def test_sqlite_to_postgresql_and_back_changes_no_row_and_no_number(
    site: str, databases: Databases, tmp_path: Path
) -> None:
    aliases = [site, databases("postgresql"), databases("sqlite")]
    for number, (here, there) in enumerate(pairwise(aliases)):
        path = tmp_path / f"{number}.zip"
        services.backup(file=path, now=NOW, database=here, report=quiet)
        restored = services.restore(file=path, database=there, report=quiet)
        assert restored.brought == restored.missing == 0
        assert content(there) == content(site)
        assert numbers(there) == numbers(site)


def test_a_database_that_is_only_migrated_is_not_in_use(databases: Databases, site: str) -> None:
    assert kinds.in_use(connections[databases("sqlite")]) is None
    assert kinds.in_use(connections[site]) is not None


def test_a_number_given_out_once_is_not_given_out_again(site: str, databases: Databases, tmp_path: Path) -> None:
    # A row's id is the version under which a cluster knows it: after its rows were handled it must still grow.
    with connections[site].cursor() as cursor:
        cursor.execute("DELETE FROM core_outboxevent")
    before = numbers(site)["core.OutboxEvent"]
    assert before > 0
    services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=quiet)
    other = databases("sqlite")
    services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert numbers(other)["core.OutboxEvent"] == before


def test_an_archive_is_for_its_owner_alone_and_has_no_sessions_and_no_secrets(archive: Path, settings: Any) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with zipfile.ZipFile(archive) as opened:
        everything = b"".join(opened.read(name) for name in opened.namelist())
        left_out = json.loads(opened.read("manifest.json"))["left_out"]
    assert "sessions.Session" in left_out
    assert b"who holds this is signed in" not in everything
    assert settings.SECRET_KEY.encode() not in everything


def test_people_who_were_signed_in_where_an_archive_is_restored_are_signed_out(
    archive: Path, databases: Databases, filled: Path
) -> None:
    other = databases("sqlite", copy_of=filled / "db.sqlite3")
    name = kinds.name_of(connections[other])
    services.restore(file=archive, database=other, replace=name, report=quiet)
    with connections[other].cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM django_session")
        assert cursor.fetchone() == (0,)


def test_what_is_written_while_a_backup_runs_is_not_half_in_it(site: str, databases: Databases, tmp_path: Path) -> None:
    before = content(site)
    path = Path(str(connections[site].settings_dict["NAME"]))
    written = 0

    def write(what: str, done: int, total: int) -> None:
        nonlocal written
        written += 1
        with sqlite3.connect(path, timeout=1) as writer:  # a writer need not wait either
            writer.execute("UPDATE accounts_user SET first_name = first_name || 'x'")
            writer.execute("UPDATE wagtailredirects_redirect SET old_path = old_path || 'x'")
            writer.execute("DELETE FROM records_learningevent")
        writer.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "REPORT_EVERY", 1)
        services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=write)
    assert written > 100
    assert content(site) != before
    other = databases("sqlite")
    services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert content(other) == before


def test_a_file_that_is_there_is_not_overwritten(site: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_text("precious")
    with pytest.raises(BackupError) as refused:
        services.backup(file=path, now=NOW, database=site, report=quiet)
    assert refused.value.code == "file_exists"
    assert path.read_text() == "precious"


@pytest.mark.parametrize("what", ["rows", "files"])
def test_an_interrupted_backup_leaves_nothing(site: str, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def interrupt(doing: str, done: int, total: int) -> None:
        if doing == what:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.backup(file=folder / "a.zip", with_media=True, now=NOW, database=site, report=interrupt)
    assert list(folder.iterdir()) == []
    assert content(site)  # the connection is of use again


@pytest.mark.parametrize("what", ["rows", "files"])
def test_an_interrupted_restore_changes_nothing(
    archive: Path, databases: Databases, use_data: Use, tmp_path: Path, what: str
) -> None:
    other = databases("sqlite")
    use_data(tmp_path / "other")
    before = content(other)

    def interrupt(doing: str, done: int, total: int) -> None:
        if doing == what and done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.restore(file=archive, database=other, report=interrupt)
    assert content(other) == before
    assert files(tmp_path / "other") == {}
    assert list((tmp_path / "other" / "uploads").iterdir()) == []
    assert services.restore(file=archive, database=other, report=quiet).missing == 0


def test_every_kind_of_column_has_a_place(databases: Databases) -> None:
    made = {table.label for table in existing(connections[databases("sqlite")])}
    assert {"core.OutboxEvent", "wagtailcore.Revision", "courses.LessonPage", "sessions.Session"} <= made


def test_a_backup_says_which_files_are_not_whole_and_is_made_all_the_same(
    site: str, databases: Databases, use_data: Use, tmp_path: Path
) -> None:
    damaged, gone = sorted((tmp_path / "data" / "renditions").rglob("*/*"))[:2]
    damaged.write_bytes(b"rotten")
    gone.unlink()
    made = services.backup(file=tmp_path / "a.zip", with_media=True, now=NOW, database=site, report=quiet)
    assert made.manifest.files.wanting == 2
    assert sorted(made.wanting) == sorted([f"renditions/{damaged.name} (damaged)", f"renditions/{gone.name} (missing)"])
    other = databases("sqlite")
    use_data(tmp_path / "other")
    services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert content(other) == content(site)


def test_files_come_from_another_folder_and_are_verified(
    site: str, databases: Databases, use_data: Use, tmp_path: Path
) -> None:
    services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=quiet)
    other = databases("sqlite")
    use_data(tmp_path / "other")
    where = {"file": tmp_path / "a.zip", "database": other, "report": quiet, "media_from": tmp_path / "data"}
    assert services.check(**where)[1] == 0
    assert files(tmp_path / "other") == {}
    services.restore(**where)
    assert files(tmp_path / "other") == files(tmp_path / "data")


def test_a_restore_without_files_that_are_nowhere_has_to_be_asked_for(
    site: str, databases: Databases, use_data: Use, tmp_path: Path
) -> None:
    services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=quiet)
    other = databases("sqlite")
    use_data(tmp_path / "other")
    before = content(other)
    with pytest.raises(BackupError) as refused:
        services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert refused.value.code == "media_missing"
    assert content(other) == before
    restored = services.restore(file=tmp_path / "a.zip", database=other, allow_missing=True, report=quiet)
    assert restored.missing == len(files(tmp_path / "data"))
    assert content(other) == content(site)


@pytest.mark.parametrize(("where", "code"), [("other", "media_differs"), ("data", "media_damaged")])
def test_other_bytes_under_a_name_are_refused(
    site: str, databases: Databases, use_data: Use, tmp_path: Path, where: str, code: str
) -> None:
    services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=quiet)
    other = databases("sqlite")
    use_data(tmp_path / "other")
    last = sorted((tmp_path / "data" / "renditions").rglob("*/*"))[-1].relative_to(tmp_path / "data")
    (tmp_path / where / last).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / where / last).write_bytes(b"other")
    before, kept = content(other), files(tmp_path / "other")
    with pytest.raises(BackupError) as refused:
        services.restore(file=tmp_path / "a.zip", media_from=tmp_path / "data", database=other, report=quiet)
    assert refused.value.code == code
    assert (content(other), files(tmp_path / "other")) == (before, kept)


def test_a_database_in_use_is_replaced_only_by_its_name(archive: Path, site: str, tmp_path: Path) -> None:
    with connections[site].cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET first_name = 'since'")
    changed = content(site)
    for replace, code in ((None, "in_use"), ("another", "wrong_database")):
        with pytest.raises(BackupError) as refused:
            services.restore(file=archive, database=site, replace=replace, report=quiet)
        assert refused.value.code == code
        assert content(site) == changed
    services.restore(file=archive, database=site, replace=kinds.name_of(connections[site]), report=quiet)
    assert content(site) != changed


def test_pages_kept_before_a_restore_are_not_taken_for_the_new_ones(archive: Path, site: str) -> None:
    with connections[site].cursor() as cursor:
        cursor.execute("UPDATE core_siteversion SET number = 999")
    services.restore(file=archive, database=site, replace=kinds.name_of(connections[site]), report=quiet)
    with connections[site].cursor() as cursor:
        cursor.execute("SELECT number FROM core_siteversion")
        assert cursor.fetchone() == (999,)


def test_a_disk_without_room_is_noticed_before_anything_is_written(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(BackupError) as refused:
        services.backup(file=folder / "a.zip", now=NOW, database=site, report=quiet)
    assert refused.value.code == "too_little_space"
    assert list(folder.iterdir()) == []


@pytest.mark.contract
def test_what_postgresql_cannot_hold_is_refused_by_the_name_of_its_table(
    site: str, databases: Databases, tmp_path: Path
) -> None:
    with connections[site].cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET first_name = %s", ["x" * 300])  # SQLite takes no notice of lengths
    services.backup(file=tmp_path / "a.zip", now=NOW, database=site, report=quiet)
    other = databases("postgresql")
    before = content(other)
    with pytest.raises(BackupError) as refused:
        services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert refused.value.code == "rows_refused"
    assert "accounts.User" in str(refused.value)
    assert content(other) == before
