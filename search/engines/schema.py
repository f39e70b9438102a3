"""The tables of an embedded index, and how its documents are written."""

import contextlib
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from search.analysis import ANALYZER_VERSION, terms
from search.documents import FIELD_WEIGHTS, Document, field_texts, from_record, to_record
from search.engines import Held

SCHEMA_VERSION = 1
VERSION = f"{SCHEMA_VERSION}.{ANALYZER_VERSION}"
BUSY_TIMEOUT_S = 20.0

# The `ascii` tokenizer takes every character beyond ASCII as part of a token, so our tokens come back whole whatever
# Unicode version SQLite was built with.
_TABLES = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, language TEXT NOT NULL, UNIQUE (key, language)
);
CREATE TABLE records (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE topics (document INTEGER NOT NULL, slug TEXT NOT NULL, title TEXT NOT NULL, PRIMARY KEY (document, slug))
    WITHOUT ROWID;
CREATE INDEX topics_by_slug ON topics (slug, document);
CREATE VIRTUAL TABLE tokens USING fts5({", ".join(FIELD_WEIGHTS)}, tokenize="ascii tokenchars '.'");
CREATE VIRTUAL TABLE frequencies USING fts5vocab(tokens, row);
"""

_SHAPE = "SELECT name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"


def connect(path: Path) -> sqlite3.Connection:
    """Open an index file that exists. Raises sqlite3.OperationalError when it does not."""
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw", uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None
    )
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA mmap_size = 268435456")  # a connection lives for one search: its own cache stays cold
    return connection


def create(path: Path) -> sqlite3.Connection:
    """Make an empty index file. It counts as whole only after `mark_whole`."""
    path.touch(exist_ok=False)
    connection = connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN; {_TABLES} COMMIT;")
    connection.execute("INSERT INTO meta VALUES ('version', ?)", (VERSION,))
    return connection


def mark_whole(connection: sqlite3.Connection) -> None:
    """Note that every document is in, and tidy up."""
    connection.execute("INSERT INTO tokens(tokens) VALUES ('optimize')")
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('whole', '1')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _meta(connection: sqlite3.Connection) -> dict[str, str]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
        return {}
    return dict(connection.execute("SELECT name, value FROM meta"))


def is_current(connection: sqlite3.Connection) -> bool:
    """True for an index of this schema and analyzer, be it whole or not."""
    return _meta(connection).get("version") == VERSION


def is_whole(connection: sqlite3.Connection) -> bool:
    """True for an index of this version with every document in it."""
    meta = _meta(connection)
    return meta.get("version") == VERSION and meta.get("whole") == "1"


def replace(connection: sqlite3.Connection, key: UUID, documents: Sequence[Document]) -> None:
    """Replace all documents of `key`, inside the caller's transaction."""
    old = [row[0] for row in connection.execute("SELECT id FROM documents WHERE key = ?", (str(key),))]
    for table, column in (("documents", "id"), ("records", "id"), ("topics", "document"), ("tokens", "rowid")):
        connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(number,) for number in old])  # noqa: S608
    for document in documents:
        number = connection.execute(
            "INSERT INTO documents (key, language) VALUES (?, ?)", (str(document.key), document.language)
        ).lastrowid
        connection.execute("INSERT INTO records VALUES (?, ?)", (number, json.dumps(to_record(document))))
        connection.executemany(
            "INSERT OR IGNORE INTO topics VALUES (?, ?, ?)",
            [(number, slug, title) for slug, title in zip(document.topic_slugs, document.topics, strict=False)],
        )
        texts = field_texts(document)
        connection.execute(
            f"INSERT INTO tokens (rowid, {', '.join(FIELD_WEIGHTS)}) VALUES (?{', ?' * len(FIELD_WEIGHTS)})",  # noqa: S608
            (number, *(" ".join(terms(texts[field])) for field in FIELD_WEIGHTS)),
        )


def contents(connection: sqlite3.Connection) -> Iterator[Held]:
    """Everything that is held, by key."""
    rows = connection.execute("SELECT key, record FROM documents JOIN records USING (id) ORDER BY key, language")
    for key, group in groupby(rows, key=itemgetter(0)):
        yield Held(UUID(key), tuple(from_record(json.loads(record)) for _, record in group))


def differences(connection: sqlite3.Connection) -> list[str]:
    """The tables and indexes that are not as they were made."""
    with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript(_TABLES)
        wanted, found = (set(each.execute(_SHAPE)) for each in (fresh, connection))
    return sorted({name for name, _ in wanted ^ found})


def count(connection: sqlite3.Connection) -> int:
    """How many documents there are."""
    return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])


def frequencies(connection: sqlite3.Connection, texts: Iterable[str]) -> Counter[str]:
    """How many documents have each term."""
    found: Counter[str] = Counter()
    for text in texts:
        row = connection.execute("SELECT doc FROM frequencies WHERE term = ?", (text,)).fetchone()
        if row is not None:
            found[text] = row[0]
    return found
