"""What SQLite and PostgreSQL do differently: a view of one moment, emptying, the numbers given out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from lms.backup.errors import BackupError
from lms.backup.tables import FILLED_BY_MIGRATIONS, STAYS, Table, archived, existing


@contextmanager
def one_moment(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything read inside is as it was at one moment; others go on writing."""
    if connection.vendor == "sqlite":
        # Not by `atomic`, which takes the one write lock. Its log holds one state still while others write the next.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
        yield


@contextmanager
def one_change(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything written inside is seen at once or not at all, and no two restores run together."""
    with transaction.atomic(using=connection.alias):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Checking all references at the end takes longer than a request may.
                cursor.execute("SET LOCAL statement_timeout = 0")
                cursor.execute("LOCK TABLE django_migrations IN EXCLUSIVE MODE")
        yield


def name_of(connection: BaseDatabaseWrapper) -> str:
    """What people call this database: its file's name, or its own."""
    return Path(str(connection.settings_dict["NAME"])).name


def size_bytes(connection: BaseDatabaseWrapper) -> int:
    """About how much room the database takes."""
    if connection.vendor == "sqlite":
        path = Path(str(connection.settings_dict["NAME"]))
        return path.stat().st_size if path.exists() else 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def migrations(connection: BaseDatabaseWrapper) -> list[str]:
    """The migrations that this database has, as `app.name`. Raises BackupError when some are waiting."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise BackupError("not_migrated")
    known = set(executor.loader.graph.nodes)  # a database may remember some of apps that went
    return sorted(
        f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations() if (app, name) in known
    )


def in_use(connection: BaseDatabaseWrapper) -> str | None:
    """The label of a table that somebody has written to; None right after the migrations."""
    for table in archived():
        if table.label not in FILLED_BY_MIGRATIONS:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table.name)} LIMIT 1")  # noqa: S608
                if cursor.fetchone():
                    return table.label
    return None


def empty(connection: BaseDatabaseWrapper) -> None:
    """Remove all rows of all tables, those that no archive has included, but for the few that stay."""
    quote = connection.ops.quote_name
    tables = [table for table in existing(connection) if table.label not in STAYS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(quote(table.name) for table in tables)}")
            return
        for table in reversed(tables):
            cursor.execute(f"DELETE FROM {quote(table.name)}")  # noqa: S608 - our own names


def last_number(table: Table, connection: BaseDatabaseWrapper) -> int:
    """The last number given out for a row of `table`, also when that row went."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            found = cursor.fetchone()
            return int(found[0]) if found else 0
        cursor.execute(f"SELECT last_value, is_called FROM {_sequence(table, connection)}")  # noqa: S608
        value, called = cursor.fetchone()
        return int(value) if called else int(value) - 1


def number_on(table: Table, last: int, connection: BaseDatabaseWrapper) -> None:
    """Let the next number be greater than `last`, than every row's, and than every one given out here."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX({quote(table.key)}) FROM {quote(table.name)}")  # noqa: S608 - our own names
        last = max(last, cursor.fetchone()[0] or 0, last_number(table, connection))
        if last < 1:
            return
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(%s, %s)", [_sequence(table, connection), last])
            return
        cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last, table.name])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def _sequence(table: Table, connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [connection.ops.quote_name(table.name), table.key])
        return str(cursor.fetchone()[0])


def check_references(tables: Sequence[Table], connection: BaseDatabaseWrapper) -> None:
    """Raise IntegrityError when a row refers to one that is not there."""
    connection.check_constraints(table_names=[table.name for table in tables])
