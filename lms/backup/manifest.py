"""What an archive says of itself, written and read strictly."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from typing import Any, Self

from django.conf import settings

from lms.backup.archive import Content
from lms.backup.errors import BackupError, damaged

FORMAT, FORMAT_VERSION = "fieldschool-backup", 1
_HEX = frozenset("0123456789abcdef")
# What the environment of the site says of these is noted, so that a new site can be given the same. No secrets.
SEARCH_SETTINGS = (
    "SEARCH_BACKEND",
    "SEARCH_STANDBY",
    "ELASTICSEARCH_INDEX",
    "ELASTICSEARCH_SHARDS",
    "ELASTICSEARCH_REPLICAS",
    "ELASTICSEARCH_TIMEOUT_S",
)
OTHER_SETTINGS = {"DEFAULT_LANGUAGE": "LANGUAGE_CODE", "PUBLIC_URL": "PUBLIC_URL"}


@dataclass(frozen=True)
class TableNote:
    """What an archive has of one table."""

    label: str
    columns: Sequence[str]
    rows: int
    last_number: int
    content: Content

    @property
    def member(self) -> str:
        return f"rows/{self.label}.jsonl"


@dataclass(frozen=True)
class FilesNote:
    """What an archive says of media: the list is a member of its own."""

    count: int
    size_bytes: int
    wanting: int  # missing or damaged already when the archive was made
    included: bool
    content: Content


@dataclass(frozen=True)
class Manifest:
    """The whole of it."""

    made_at: str
    made_by: Mapping[str, str]
    database: str
    migrations: Sequence[str]
    settings: Mapping[str, Any]
    left_out: Mapping[str, str]
    tables: Sequence[TableNote]
    files: FilesNote

    def dump(self) -> bytes:
        """The manifest as JSON."""
        head = {"format": FORMAT, "version": FORMAT_VERSION}
        return json.dumps(head | asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a manifest. Raises BackupError when it is none, or of a format made later."""
        try:
            values = json.loads(data)
            if values["format"] != FORMAT:
                raise damaged("manifest.json")
            if values["version"] != FORMAT_VERSION:
                raise BackupError("newer_format", format=values["version"], of=values["made_by"]["fieldschool"])
            return cls(
                made_at=str(values["made_at"]),
                made_by={str(name): str(value) for name, value in values["made_by"].items()},
                database=str(values["database"]),
                migrations=[str(name) for name in values["migrations"]],
                settings=dict(values["settings"]),
                left_out=dict(values["left_out"]),
                tables=[_table(table) for table in values["tables"]],
                files=_files(values["files"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise damaged("manifest.json") from error


def _table(values: Mapping[str, Any]) -> TableNote:
    return TableNote(
        label=str(values["label"]),
        columns=[str(name) for name in values["columns"]],
        rows=_count(values["rows"]),
        last_number=_count(values["last_number"]),
        content=_content(values["content"]),
    )


def _files(values: Mapping[str, Any]) -> FilesNote:
    return FilesNote(
        count=_count(values["count"]),
        size_bytes=_count(values["size_bytes"]),
        wanting=_count(values["wanting"]),
        included=bool(values["included"]),
        content=_content(values["content"]),
    )


def _content(values: Mapping[str, Any]) -> Content:
    sha256 = values["sha256"]
    if not is_sha256(sha256):
        raise ValueError("not a SHA-256")
    return Content(_count(values["size_bytes"]), sha256)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError("not a count")
    return value


def is_sha256(value: Any) -> bool:
    """True for 64 digits in hex."""
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX


def site_settings() -> dict[str, Any]:
    """What the settings of this site are, as an archive notes them."""
    noted = {name: getattr(settings, name) for name in SEARCH_SETTINGS}
    return noted | {name: getattr(settings, setting) for name, setting in OTHER_SETTINGS.items()}


@cache
def versions() -> dict[str, str]:
    """The versions of what makes an archive here."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"fieldschool": project["version"], "django": version("django"), "wagtail": version("wagtail")}
