"""The Elasticsearch engine: one index for a whole province, many machines.

The same terms and weights as the embedded engine's, and the same BM25. What is written carries the place of its event
in the outbox as external version, so an older message never replaces what a later one wrote. A new index takes what
changes while it is built; what the builder itself writes has version 0 and never replaces that.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from search.engines import Found, Held, Read, Rebuilt, batches, clauses, mapping
from search.engines.aliases import Aliases, State
from search.engines.building import Build
from search.engines.bulk import Operation, scan, write
from search.engines.cluster import Address, Cluster, index_settings
from search.engines.statistics import Statistics
from search.errors import EngineAway, EntriesRefused
from search.queries import Query, weigh

logger = logging.getLogger(__name__)
P = ParamSpec("P")
Answer = TypeVar("Answer")
_BATCH = 100  # entries a request


@dataclass(frozen=True)
class Options:
    """How indexes are made."""

    name: str = "fieldschool"
    languages: tuple[str, ...] = ("zh-hans", "en")
    shards: int = 1
    replicas: int = 1


class ElasticsearchEngine:
    """The indexes of one site in a cluster. `alone` keeps others from building at the same time."""

    name = "elasticsearch"

    def __init__(
        self, address: Address, options: Options, *, alone: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self.cluster = Cluster(address)
        self._options = options
        self._alone = alone
        self._mapping = mapping.mapping(options.languages)
        self.aliases = Aliases(options.name, mapping.version(options.languages))
        self._whole = False  # once it is, it stays so: only whole indexes take its place
        self._statistics = Statistics(self.cluster, self.aliases.live, options.languages)

    # Reading ---------------------------------------------------------------------------------------------------------

    def ready(self) -> bool:
        """True when there is a whole index of the present analyzer and schema. Raises EngineAway."""
        if not self._whole:
            alias = f"{self.aliases.live}-whole"
            self._whole = self.cluster.ask(lambda client: bool(client.indices.exists_alias(name=alias)))
        return self._whole

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
        """See Engine.search. Raises EngineAway."""
        if not query.terms:
            return Found()
        try:
            frequencies, documents = self._statistics.of([term.text for term in query.terms])
            weighed = weigh(query, frequencies, documents, loose=loose)
            if not weighed.telling:
                return Found()
            body = clauses.search_body(
                weighed, languages=self._options.languages, topic=topic, offset=offset, limit=limit
            )
            answer = self.cluster.ask(
                lambda client: client.search(
                    index=self.aliases.live,
                    body=body,
                    allow_partial_search_results=False,
                    search_type="dfs_query_then_fetch" if self._options.shards > 1 else "query_then_fetch",
                )
            )
        except NotFoundError:  # no index of this shape
            self._whole = False
            return Found()
        except ApiError as error:  # one search the cluster cannot do; others it may
            logger.exception("The search cluster refused a search.")
            raise EngineAway(f"HTTP {error.status_code}") from error
        return clauses.read_found(answer.body, weighed, language=language)

    # Writing ---------------------------------------------------------------------------------------------------------

    def update(self, changes: Mapping[UUID, int], read: Read) -> None:
        """See Engine.update. Raises EngineAway, and EntriesRefused after all others were written."""
        targets = self._targets()
        # Read after the targets are known: an index that is begun later is filled from a later reading.
        found = {key: read(key) for key in changes}
        operations = (
            Operation(index, key, changes[key], documents) for index in targets for key, documents in found.items()
        )
        refused: dict[UUID, str] = {}
        for batch in batches(operations, _BATCH):
            refused |= write(self.cluster, batch, refresh=True).refused
        if refused:
            raise EntriesRefused(refused)

    def _targets(self) -> tuple[str, ...]:
        """The indexes that changes are written to; one is made when there is none."""
        state = self.state()
        if state.live is not None:
            return state.written
        first = self._ask(self.aliases.first, settings=self._settings(), mapping=self._mapping)
        return (first, *state.next)

    def state(self) -> State:
        """Which index is what. Raises EngineAway."""
        return self._ask(self.aliases.state)

    def _ask(self, call: Callable[Concatenate[Elasticsearch, P], Answer], *args: P.args, **kwargs: P.kwargs) -> Answer:
        return self.cluster.ask(lambda client: call(client, *args, **kwargs), patiently=True)

    def _settings(self) -> dict[str, Any]:
        return index_settings(self._options.shards, self._options.replicas, mapping.SETTINGS)

    def rebuild(
        self, keys: Iterable[UUID], read: Read, *, report: Callable[[int], None] = lambda done: None
    ) -> Rebuilt:
        """See Engine.rebuild. Raises EngineAway, and IndexIncomplete when what was built is not what was read."""
        with self._alone():
            self._targets()  # changes have somewhere to go
            self._delete_left_over()
            built = self._ask(self.aliases.begin, settings=self._settings(), mapping=self._mapping)
            try:
                rebuilt = Build(self.cluster, built, report).fill(keys, read)
            except BaseException:
                with suppress(EngineAway):
                    self._ask(self.aliases.delete, [built])
                raise
            self._ask(self.aliases.swap, self.state(), built)
            self._delete_left_over()
            return rebuilt

    def go_back(self) -> bool:
        """See Engine.go_back. Raises EngineAway."""
        with self._alone():
            state = self.state()
            if state.previous is None:
                return False
            self._ask(self.aliases.swap, state, state.previous)
            return True

    # Comparing -------------------------------------------------------------------------------------------------------

    def contents(self) -> Iterator[Held]:
        """See Engine.contents. Raises EngineAway."""
        live = self.state().live
        if live is not None:
            for stored in scan(self.cluster, live, whole=True):
                yield Held(stored.key, stored.as_documents())

    def faults(self) -> list[str]:
        """See Engine.faults. Raises EngineAway."""
        live = self.state().live
        if live is None:
            return []
        made = self.cluster.ask(lambda client: client.indices.get(index=live), patiently=True).body[live]
        return mapping.differences(made["settings"]["index"], made["mappings"], self._options.languages)

    def delete_all(self) -> None:
        """Delete every index of this site, of other versions too: for sites that are given up."""
        self._ask(self.aliases.delete, self._ask(self.aliases.state).all)

    def _delete_left_over(self) -> None:
        self._ask(self.aliases.delete, self.aliases.left_over(self.state()))
