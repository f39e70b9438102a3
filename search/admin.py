"""Wagtail's own search (page explorer, choosers, snippets, pictures, documents), made to find Chinese.

Its database backends take a run of Chinese for one word. Here such runs reach them written apart, as characters and
pairs, in the index and in what is looked for; everything else is theirs. PostgreSQL and SQLite alike.
"""

import copy
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Manager
from modelsearch.backends.base import BaseSearchBackend, BaseSearchResults
from modelsearch.index import RelatedFields
from modelsearch.query import And, Boost, Not, Or, Phrase, PlainText, SearchQuery

from search.analysis import spaced


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """The backend for the site's database."""
    if connection.vendor == "postgresql":
        from modelsearch.backends.database.postgres.postgres import PostgresIndex, PostgresSearchBackend

        return _apart(PostgresSearchBackend, PostgresIndex)(params)
    from modelsearch.backends.database.sqlite.sqlite import SQLiteIndex, SQLiteSearchBackend

    return _apart(SQLiteSearchBackend, SQLiteIndex)(params)


def _apart(backend: type[BaseSearchBackend], index: type[Any]) -> type[BaseSearchBackend]:
    """A backend whose index and queries have Chinese written apart."""

    class Index(index):
        def add_items(self, model: type[Any], objs: Iterable[Any]) -> None:
            super().add_items(model, [_Apart(obj) for obj in objs])

    class Backend(backend):
        index_class = Index

        def _search(self, query_compiler_class: Any, query: Any, *args: Any, **kwargs: Any) -> BaseSearchResults:
            return super()._search(query_compiler_class, _query(query), *args, **kwargs)

    return Backend


class _Apart:
    """An object as the index sees it: the same, but for the texts of its search fields."""

    def __init__(self, obj: Any) -> None:
        self._obj = obj

    def __getattr__(self, name: str) -> Any:
        return getattr(self._obj, name)

    def get_search_fields(self) -> list[Any]:
        return [_field(field) for field in self._obj.get_search_fields()]


def _field(field: Any) -> Any:
    """A search field whose value is written apart."""
    written = copy.copy(field)

    def get_value(obj: Any) -> Any:
        value = field.get_value(obj._obj if isinstance(obj, _Apart) else obj)
        return value if isinstance(field, RelatedFields) or isinstance(value, Manager) else _value(value)

    written.get_value = get_value
    if isinstance(field, RelatedFields):
        written.fields = [_field(inner) for inner in field.fields]
    return written


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return spaced(value)
    if isinstance(value, list):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return value


def _query(query: Any) -> Any:
    """What is looked for, written apart."""
    if isinstance(query, str):
        return _asked(query)
    if isinstance(query, PlainText):
        return PlainText(_asked(query.query_string), operator=query.operator)
    if isinstance(query, Phrase):
        return Phrase(_asked(query.query_string))
    if isinstance(query, And | Or):
        return type(query)([_query(inner) for inner in query.subqueries])
    if isinstance(query, Not):
        return Not(_query(query.subquery))
    if isinstance(query, Boost):
        return Boost(_query(query.subquery), query.boost)
    assert isinstance(query, SearchQuery)
    return query


def _asked(text: str) -> str:
    # Quotes mean something to FTS5, and nothing to whoever types them here.
    return " ".join(spaced(text, pairs_only=True).replace('"', " ").split())
