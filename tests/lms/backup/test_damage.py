"""Archives that are not what was written: every one is refused, and nothing is changed."""

import hashlib
import json
import multiprocessing
import os
import random
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from lms.backup import restoring, services
from lms.backup.archive import Reader
from lms.backup.errors import BackupError
from lms.backup.manifest import Manifest
from tests.lms.backup.compare import content, files, quiet
from tests.lms.backup.conftest import Databases

Members = dict[str, bytes]
Forge = Callable[[Members, dict[str, Any]], None]


def read_whole(path: Path) -> Manifest:
    """Everything that can be known of an archive without a database."""
    with Reader(path) as archive:
        manifest = Manifest.parse(archive.manifest())
        restoring.check_parts(archive, manifest)
        for _table, found in restoring.read_rows(archive, manifest, quiet):
            list(found)
        for entry in restoring.entries(archive, manifest):
            if entry.member:
                list(archive.blocks(entry.member, entry.content))
    return manifest


def test_a_flipped_bit_anywhere_is_refused_or_changes_nothing(filled: Path, tmp_path: Path) -> None:
    whole, chance, refused = (filled / "archive.zip").read_bytes(), random.Random(4), 0
    expected = read_whole(filled / "archive.zip")
    for place in [*chance.sample(range(len(whole)), 60), *range(len(whole) - 60, len(whole))]:
        bytes_ = bytearray(whole)
        bytes_[place] ^= 1 << chance.randrange(8)
        (tmp_path / "a.zip").write_bytes(bytes_)
        try:
            assert read_whole(tmp_path / "a.zip") == expected
        except BackupError:
            refused += 1
    assert refused > 60


def test_an_archive_cut_anywhere_is_refused(filled: Path, tmp_path: Path) -> None:
    whole = (filled / "archive.zip").read_bytes()
    for length in [0, 1, 100, len(whole) // 2, len(whole) - 1000, len(whole) - 1]:
        (tmp_path / "a.zip").write_bytes(whole[:length])
        with pytest.raises(BackupError) as refused:
            read_whole(tmp_path / "a.zip")
        assert refused.value.code == "not_an_archive"


def forge(source: Path, target: Path, change: Forge) -> None:
    """An archive whose checksums are right and whose content is what `change` makes of it."""
    with zipfile.ZipFile(source) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(members, manifest)
    notes = {f"rows/{table['label']}.jsonl": table for table in manifest["tables"] or []}
    for name, note in (notes | {"files.jsonl": manifest["files"]}).items():
        data = members.get(name, b"")
        note["content"] = {"size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            out.writestr(name, data)


def first_file(**values: Any) -> Forge:
    """Say something else of the first file of pages."""

    def change(members: Members, manifest: dict[str, Any]) -> None:
        lines = [json.loads(line) for line in members["files.jsonl"].splitlines()]
        next(line for line in lines if line["shelf"] == "media").update(values)
        members["files.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    return change


def first_row(label: str, change: Callable[[list[Any]], list[Any]]) -> Forge:
    """Make another row of the first one of a table."""

    def forged(members: Members, manifest: dict[str, Any]) -> None:
        name = f"rows/{label}.jsonl"
        first, *others = members[name].splitlines()
        members[name] = b"\n".join([json.dumps(change(json.loads(first))).encode(), *others]) + b"\n"

    return forged


def of_manifest(**values: Any) -> Forge:
    return lambda members, manifest: manifest.update(values)


def extra(name: str, data: bytes = b"x") -> Forge:
    return lambda members, manifest: members.update({name: data})


def lost(name: str) -> Forge:
    return lambda members, manifest: members.pop(name) and None


def longer(label: str) -> Forge:
    """A row twice, and counted twice."""

    def change(members: Members, manifest: dict[str, Any]) -> None:
        name = f"rows/{label}.jsonl"
        members[name] += members[name].splitlines()[0] + b"\n"
        next(table for table in manifest["tables"] if table["label"] == label)["rows"] += 1

    return change


REFERRING = first_row("courses.CoursePage_topics", lambda row: [row[0], row[1], 999_999])
HOSTILE = {
    "a path out of the folder": ("damaged", first_file(name="../../outside")),
    "an absolute path": ("damaged", first_file(name="/tmp/outside")),
    "a path with a detour": ("damaged", first_file(name="images/../../outside")),
    "another system's path": ("damaged", first_file(name="..\\outside")),
    "an unknown shelf": ("damaged", first_file(shelf="static")),
    "a shelf that is no text": ("damaged", first_file(shelf=["media"])),
    "a name that is no checksum": ("damaged", first_file(shelf="sources")),
    "bytes of another member": ("damaged", first_file(member="manifest.json")),
    "a size that is none": ("damaged", first_file(size_bytes=-1)),
    "a member nobody names": ("damaged", extra("../../outside")),
    "bytes nobody names": ("damaged", extra("files/999")),
    "a table nobody names": ("damaged", extra("rows/os.Environ.jsonl")),
    "a table that is missing": ("damaged", lost("rows/accounts.User.jsonl")),
    "rows that swell": ("damaged", extra("rows/accounts.User.jsonl", bytes(60_000_000))),
    "a later format": ("newer_format", of_manifest(version=2)),
    "another program's": ("damaged", of_manifest(format="zip")),
    "a manifest without tables": ("damaged", of_manifest(tables=None)),
    "later migrations": ("other_version", of_manifest(migrations=["courses.9999_later"])),
    "a row too short": ("damaged", first_row("accounts.User", lambda row: row[:-1])),
    "text for a number": ("damaged", first_row("media_pipeline.Asset", lambda row: [row[0], row[1], "many", *row[3:]])),
    "an object for a text": ("damaged", first_row("courses.Topic", lambda row: [{"a": 1}, *row[1:]])),
    "a row twice": ("rows_refused", longer("courses.ShortCode")),
    "a reference to nothing": ("rows_refused", first_row("courses.CoursePage_topics", lambda row: [*row[:2], 999_999])),
    "what a constraint forbids": ("rows_refused", first_row("courses.ShortCode", lambda row: [row[0], "abc"])),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_forged_archive_is_refused_and_changes_nothing(
    what: str, filled: Path, databases: Databases, use_data: Callable[[Path], None], tmp_path: Path
) -> None:
    code, change = HOSTILE[what]
    forge(filled / "archive.zip", tmp_path / "a.zip", change)
    other = databases("sqlite")
    use_data(tmp_path / "other")
    before = content(other)
    with pytest.raises(BackupError) as refused:
        services.restore(file=tmp_path / "a.zip", database=other, report=quiet)
    assert refused.value.code == code
    assert str(refused.value)
    assert content(other) == before
    assert files(tmp_path / "other") == {}
    assert not (tmp_path / "outside").exists()


@pytest.mark.parametrize(("name", "code"), [("absent.zip", "file_unusable"), ("text.zip", "not_an_archive")])
def test_what_is_no_archive_is_refused(tmp_path: Path, databases: Databases, name: str, code: str) -> None:
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(BackupError) as refused:
        services.restore(file=tmp_path / name, database=databases("sqlite"), report=quiet)
    assert refused.value.code == code


def test_a_restore_killed_before_its_end_has_changed_no_row_and_can_be_repeated(
    filled: Path, databases: Databases, use_data: Callable[[Path], None], tmp_path: Path
) -> None:
    other = databases("sqlite")
    use_data(tmp_path / "other")
    before = content(other)
    connections[other].close()

    def die(what: str, done: int, total: int) -> None:
        if what == "rows" and done == total:
            os.kill(os.getpid(), signal.SIGKILL)

    arguments = {"file": filled / "archive.zip", "database": other, "report": die}
    process = multiprocessing.get_context("fork").Process(target=services.restore, kwargs=arguments)
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert content(other) == before
    assert services.restore(**arguments | {"report": quiet}).missing == 0
