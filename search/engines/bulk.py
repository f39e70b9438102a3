"""Many entries at once: written with external versions, and read one after the other."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import orjson
from elasticsearch import Elasticsearch

from search.documents import Document, from_record
from search.engines.cluster import Cluster
from search.engines.mapping import entry
from search.errors import EngineAway

_PAGE = 500  # entries read at once
_BUSY = {408, 429, 502, 503, 504}  # of one entry: the same entry will be taken later


@dataclass(frozen=True)
class Operation:
    """What an index should have of a key: `documents`; nothing: to be deleted."""

    index: str
    key: UUID
    version: int
    documents: Sequence[Document]

    def lines(self) -> Iterator[bytes]:
        """The operation as `_bulk` reads it."""
        target = {"_index": self.index, "_id": str(self.key), "version": self.version, "version_type": "external_gte"}
        if self.documents:
            yield orjson.dumps({"index": target})
            yield orjson.dumps(entry(self.documents))
        else:
            yield orjson.dumps({"delete": target})


@dataclass
class Outcome:
    """What became of operations: `overtaken` by later versions that stay; `refused`, with the reason."""

    overtaken: set[UUID] = field(default_factory=set)
    refused: dict[UUID, str] = field(default_factory=dict)


def write(cluster: Cluster, entries: Iterable[Operation], *, refresh: bool) -> Outcome:
    """Write in one request. Raises EngineAway; what was written by then is written, and may be repeated.

    A cluster that is too busy for some of the entries, or closed for writing, is away too: nothing is wrong with them.
    """
    outcome = Outcome()
    lines = list(itertools.chain.from_iterable(one.lines() for one in entries))
    if not lines:
        return outcome
    # Lines that are JSON already are sent as they are.
    operations = cast(Sequence[Mapping[str, Any]], lines)
    answer = cluster.ask(lambda client: client.bulk(operations=operations, refresh=refresh), patiently=True)
    for item in answer["items"] if answer["errors"] else ():
        ((_, result),) = item.items()
        if result["status"] == 409:
            outcome.overtaken.add(UUID(result["_id"]))
        elif result["status"] in _BUSY or result.get("error", {}).get("type") == "cluster_block_exception":
            raise EngineAway(f"{result['error']['type']}, HTTP {result['status']}")
        elif "error" in result:
            outcome.refused[UUID(result["_id"])] = str(result["error"].get("reason", result["error"]))
    return outcome


@dataclass(frozen=True)
class Stored:
    """An entry as the index has it. `documents` are left out when only keys were asked for."""

    key: UUID
    version: int
    documents: Mapping[str, Any]

    def as_documents(self) -> tuple[Document, ...]:
        """Its documents, by language."""
        return tuple(from_record(self.documents[language]) for language in sorted(self.documents))


def scan(cluster: Cluster, index: str, *, whole: bool) -> Iterator[Stored]:
    """Every entry by key, `whole` or without its documents. What is written meanwhile may be in it or not."""
    body: dict[str, Any] = {
        "query": {"match_all": {}},
        "sort": ["key"],
        "size": _PAGE if whole else 10 * _PAGE,
        "version": True,
        "_source": ["documents"] if whole else False,
        "track_total_hits": False,
    }

    def page(client: Elasticsearch) -> list[Any]:
        return client.search(index=index, body=body).body["hits"]["hits"]

    while hits := cluster.ask(page, patiently=True):
        for hit in hits:
            yield Stored(UUID(hit["_id"]), hit["_version"], hit["_source"]["documents"] if whole else {})
        body["search_after"] = hits[-1]["sort"]
