"""How common terms are, remembered for a while: what is asked for often costs no round trip."""

import threading
import time
from collections.abc import Sequence

from search.engines import clauses
from search.engines.cluster import Cluster

_KEPT_S = 60.0
_MOST = 50_000


class Statistics:
    """The document frequencies of one alias. Estimated from one shard where there are several."""

    def __init__(self, cluster: Cluster, alias: str, languages: Sequence[str]) -> None:
        self._cluster = cluster
        self._alias = alias
        self._languages = languages
        self._lock = threading.Lock()
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self._documents = 0
        self._until = time.monotonic() + _KEPT_S

    def of(self, texts: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many documents have each of `texts`, and how many there are.

        At least one each: what nobody has written yet may be published a moment later, and must be looked for.
        Raises NotFoundError without an index.
        """
        with self._lock:
            if time.monotonic() > self._until or len(self._known) > _MOST:
                self._forget()
            unknown = [text for text in texts if text not in self._known]
        if unknown:
            self._learn(unknown)
        with self._lock:
            return {text: self._known.get(text, 1) for text in texts}, self._documents

    def _learn(self, texts: Sequence[str]) -> None:
        body = clauses.statistics_body(texts, self._languages)
        answer = self._cluster.ask(lambda client: client.termvectors(index=self._alias, **body))
        frequencies, documents = clauses.read_statistics(answer.body)
        with self._lock:
            self._known |= {text: max(frequencies.get(text, 0), 1) for text in texts}
            self._documents = max(documents, 1)
