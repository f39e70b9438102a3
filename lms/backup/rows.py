"""Rows as JSON lines: out of one database and into another. No model code runs and no signal is sent."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col
from django.utils.duration import duration_iso_string

from lms.backup.errors import damaged
from lms.backup.tables import Column, Table

FETCHED = 500  # rows in memory at a time
Row = list[Any]


def read(table: Table, connection: BaseDatabaseWrapper) -> Iterator[Row]:
    """The rows in the order of their keys."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.name) for column in table.columns)
    convert = [_converter(table, column, connection) for column in table.columns]
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {quote(table.name)} ORDER BY {quote(table.key)}")  # noqa: S608 - our own names
        while fetched := cursor.fetchmany(FETCHED):
            for row in fetched:
                yield [to_python(value) for to_python, value in zip(convert, row, strict=True)]


def _converter(table: Table, column: Column, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """What makes of a value of this database what it is in Python."""
    expression = Col(table.name, column.plain)
    converters = connection.ops.get_db_converters(expression) + column.plain.get_db_converters(connection)
    if not converters:
        return lambda value: value

    def convert(value: Any) -> Any:
        for converter in converters:
            value = converter(value, expression, connection)
        return value

    return convert


def insert(table: Table, rows: Iterable[Row], connection: BaseDatabaseWrapper) -> None:
    """Write rows with their keys as they are."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column.name) for column in table.columns)
    places = ", ".join(["%s"] * len(table.columns))
    sql = f"INSERT INTO {quote(table.name)} ({columns}) VALUES ({places})"  # noqa: S608 - our own names
    prepare = [column.plain.get_db_prep_save for column in table.columns]
    waiting = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, FETCHED)):
            cursor.executemany(
                sql, [[save(value, connection) for save, value in zip(prepare, row, strict=True)] for row in batch]
            )


def encode(row: Row) -> bytes:
    """A row as one line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_encoded).encode() + b"\n"


def _encoded(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case timedelta():
            return duration_iso_string(value)
        case UUID() | Decimal():
            return str(value)
        case bytes() | memoryview():
            return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in an archive")


def decode(table: Table, line: bytes) -> Row:
    """The row of a line. Raises BackupError when it is none of this table."""
    try:
        values = json.loads(line)
        if not isinstance(values, list) or len(values) != len(table.columns):
            raise damaged(table.label)
        return [_decoded(column, value) for column, value in zip(table.columns, values, strict=True)]
    except (ValueError, RecursionError, TypeError, ValidationError) as error:
        raise damaged(table.label) from error


def _decoded(column: Column, value: Any) -> Any:
    if column.is_json and not isinstance(value, str | None):
        raise TypeError
    return column.plain.to_python(value)


def columns(table: Table) -> Sequence[str]:
    """The names of the columns, in the order of a row's values."""
    return [column.name for column in table.columns]
