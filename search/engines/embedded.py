"""The embedded engine: SQLite FTS5 in a file of its own, beside any database. One machine, many processes.

Scores are BM25 (Robertson and Zaragoza 2009, k1 = 1.2, b = .75) over weighted fields. FTS5's own idf is about
nothing for a term in half of the documents, which in a small school is every term: each term's score is brought to
Lucene's idf by a factor, and terms of about the same factor share one FTS5 query.
"""

import contextlib
import json
import logging
import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from search.documents import FIELD_WEIGHTS, from_record
from search.engines import Found, Held, Hit, Read, Rebuilt, batches, schema
from search.engines.generations import Generations
from search.queries import Query, Weighed, WeighedTerm, weigh

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
_BATCH = 200  # keys a transaction while building
_STEP = 1.1  # terms whose factors differ by less share a query
_FTS5_LEAST_IDF = 1e-6
_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_RANK = f"-bm25(tokens, {', '.join(map(str, FIELD_WEIGHTS.values()))})"


class EmbeddedEngine:
    """An index at `path`."""

    name = "embedded"

    def __init__(self, path: Path) -> None:
        self._generations = Generations(path)

    # Reading ---------------------------------------------------------------------------------------------------------

    def ready(self) -> bool:
        """True when there is a whole index of the present analyzer and schema."""
        return self._read(schema.is_whole, otherwise=False)

    def search(
        self,
        query: Query,
        *,
        language: str,
        topic: str | None = None,
        offset: int = 0,
        limit: int = 10,
        loose: bool = False,
    ) -> Found:
        """See Engine.search."""
        if not query.terms:
            return Found()

        def ask(connection: sqlite3.Connection) -> Found:
            connection.execute("BEGIN")  # one state of the index for all that follows
            return _search(connection, query, language, topic, offset, limit, loose)

        return self._read(ask, otherwise=Found())

    def _read(self, ask: Callable[[sqlite3.Connection], Answer], *, otherwise: Answer) -> Answer:
        """Ask the live index, opened anew so that a swap is noticed; `otherwise` when there is none that can be used.

        An index that turns out to be unreadable is set aside: a worker builds a new one. One that is gone before it was
        opened was followed by others meanwhile: the live one is asked.
        """
        path = self._generations.live()
        if path is None:
            return otherwise
        try:
            with contextlib.closing(schema.connect(path)) as connection:
                return ask(connection) if schema.is_current(connection) else otherwise
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _UNREADABLE:
                logger.error("The search index %s cannot be read (%s) and is set aside.", path.name, error)
                self._generations.set_aside(path)
            elif error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN:
                raise
            elif self._generations.live() != path:
                return self._read(ask, otherwise=otherwise)
            return otherwise

    # Writing ---------------------------------------------------------------------------------------------------------

    def update(self, changes: Mapping[UUID, int], read: Read) -> None:
        """See Engine.update. There is one writer at a time, so the changes' numbers are not needed."""
        for key in changes:
            self._update(key, read)

    def _update(self, key: UUID, read: Read) -> None:
        with self._generations.writing():
            try:
                self._write(key, read)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in _UNREADABLE:
                    raise
                logger.error("The search index cannot be written (%s) and is begun anew.", error)
                self._generations.link.unlink(missing_ok=True)
                self._write(key, read)
            self._generations.note(key)

    def _write(self, key: UUID, read: Read) -> None:
        with contextlib.closing(self._open_to_write()) as connection:
            _replace(connection, [key], read)

    def _open_to_write(self) -> sqlite3.Connection:
        """The live index; an empty one, not yet whole, when there is none that can be used."""
        path = self._generations.live()
        if path is not None:
            try:
                connection = schema.connect(path)
                if schema.is_current(connection):
                    return connection
                connection.close()
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode & 0xFF not in _UNREADABLE | {sqlite3.SQLITE_CANTOPEN}:
                    raise
        path = self._generations.new()
        connection = schema.create(path)
        self._generations.swap(path)
        return connection

    def rebuild(
        self, keys: Iterable[UUID], read: Read, *, report: Callable[[int], None] = lambda done: None
    ) -> Rebuilt:
        """See Engine.rebuild."""
        with self._generations.rebuilding():
            before = self._generations.live()
            self._generations.remove_old(keep=set())
            path = self._generations.new()
            with contextlib.closing(schema.create(path)) as connection:
                done = 0
                for batch in batches(keys, _BATCH):
                    _replace(connection, batch, read)
                    done += len(batch)
                    report(done)
                schema.mark_whole(connection)
                # Without the lock until little is left, then with it, so that writers wait a moment only.
                replayed = self._replay(connection, 0, read)
                with self._generations.writing():
                    replayed = self._replay(connection, replayed, read)
                    documents = schema.count(connection)
                    self._generations.swap(path)
            self._generations.remove_old(keep={before} if before else set())
            return Rebuilt(done, documents, replayed)

    def go_back(self) -> bool:
        """See Engine.go_back."""
        with self._generations.rebuilding(), self._generations.writing():
            before = self._generations.before()
            if before is None:
                return False
            with contextlib.closing(schema.connect(before)) as connection:
                if not schema.is_whole(connection):
                    return False
            self._generations.swap(before)
            return True

    # Comparing -------------------------------------------------------------------------------------------------------

    def contents(self) -> Iterator[Held]:
        """See Engine.contents."""
        path = self._generations.live()
        if path is not None:
            with contextlib.closing(schema.connect(path)) as connection:
                yield from schema.contents(connection)

    def faults(self) -> list[str]:
        """See Engine.faults."""
        return self._read(schema.differences, otherwise=[])

    def _replay(self, connection: sqlite3.Connection, start: int, read: Read) -> int:
        while keys := self._generations.noted(start):
            _replace(connection, list(dict.fromkeys(keys)), read)
            start += len(keys)
        return start


def _replace(connection: sqlite3.Connection, keys: list[UUID], read: Read) -> None:
    """Replace the documents of `keys` in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for key in keys:
            schema.replace(connection, key, read(key))
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _search(
    connection: sqlite3.Connection, query: Query, language: str, topic: str | None, offset: int, limit: int, loose: bool
) -> Found:
    documents = schema.count(connection)
    frequencies = schema.frequencies(connection, (term.text for term in query.terms))
    weighed = weigh(query, frequencies, documents, loose=loose)
    if not weighed.telling:
        return Found()
    _score(connection, weighed, documents)
    _choose(connection, language)
    within = "" if topic is None else "WHERE id IN (SELECT document FROM topics WHERE slug = :topic)"
    total = connection.execute(f"SELECT count(*) FROM chosen {within}", {"topic": topic}).fetchone()[0]  # noqa: S608
    rows = connection.execute(
        f"SELECT record, score FROM (SELECT id, key, score FROM chosen {within} "  # noqa: S608
        "ORDER BY score DESC, key LIMIT :limit OFFSET :offset) JOIN records USING (id) ORDER BY score DESC, key",
        {"topic": topic, "limit": limit, "offset": offset},
    )
    hits = tuple(Hit(from_record(json.loads(record)), score) for record, score in rows)
    topics = connection.execute(
        "SELECT slug, count(*), max(title) FROM chosen JOIN topics ON document = id GROUP BY slug ORDER BY 2 DESC, slug"
    ).fetchall()
    return Found(
        total=total,
        hits=hits,
        topics={slug: number for slug, number, _ in topics},
        topic_titles={slug: title for slug, _, title in topics},
        worths=weighed.worths(),
    )


def _score(connection: sqlite3.Connection, weighed: Weighed, documents: int) -> None:
    """Fill the temporary table `scored` with every document that is a result."""
    connection.execute("CREATE TEMP TABLE parts (id INTEGER, part REAL)")
    insert = f"INSERT INTO parts SELECT rowid, ? * {_RANK} FROM tokens WHERE tokens MATCH ?"  # noqa: S608
    connection.executemany(insert, _groups(weighed.telling, documents))
    connection.execute("CREATE TEMP TABLE telling AS SELECT DISTINCT id FROM parts")
    # The plus sign keeps SQLite from looking up every document one by one.
    among = f"{insert} AND +rowid IN (SELECT id FROM telling)"  # noqa: S608
    connection.executemany(among, _groups(weighed.others, documents))
    connection.execute("CREATE TEMP TABLE scored AS SELECT id, sum(part) AS score FROM parts GROUP BY id")


def _choose(connection: sqlite3.Connection, language: str) -> None:
    """Fill the temporary table `chosen`: one document a key, the reader's language first, with the key's best score."""
    connection.execute(
        "CREATE TEMP TABLE chosen AS SELECT id, key, best AS score FROM ("
        "SELECT id, key, max(score) OVER (PARTITION BY key) AS best, "
        "row_number() OVER (PARTITION BY key ORDER BY language = ? DESC, score DESC, id) AS place "
        "FROM scored JOIN documents USING (id)) WHERE place = 1",
        (language,),
    )


def _groups(terms: Iterable[WeighedTerm], documents: int) -> list[tuple[float, str]]:
    """Factors, and FTS5 queries of the terms that are multiplied by about that factor."""
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for term in terms:
        n = term.document_frequency
        theirs = max(math.log((documents - n + 0.5) / (n + 0.5)), _FTS5_LEAST_IDF)
        groups[round(math.log(term.weight * term.idf / theirs, _STEP))].append(f'"{term.text}"')
    return [(_STEP**step, " OR ".join(texts)) for step, texts in groups.items()]
