"""What tests of archives compare."""

import hashlib
import json
from pathlib import Path
from typing import Any

from django.db import connections

from lms.backup import databases, rows
from lms.backup.tables import Table, archived
from tests.lms.backup.conftest import PLACES


def quiet(what: str, done: int, total: int) -> None:
    """Nobody looks."""


def content(alias: str) -> dict[str, Any]:
    """All rows of all tables an archive has, JSON as values rather than in a database's own spelling."""
    return {table.label: [_values(table, row) for row in rows.read(table, connections[alias])] for table in archived()}


def _values(table: Table, row: list[Any]) -> list[Any]:
    cells = zip(table.columns, row, strict=True)
    return [json.loads(value) if column.is_json and value is not None else value for column, value in cells]


def numbers(alias: str) -> dict[str, int]:
    return {table.label: databases.last_number(table, connections[alias]) for table in archived() if table.numbered}


def files(folder: Path) -> dict[str, str]:
    """Every file of the storages below a folder, with its SHA-256."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for place in PLACES.values()
        for path in (folder / place).rglob("*")
        if path.is_file()
    }
