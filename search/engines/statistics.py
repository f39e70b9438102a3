"""How common terms are, learned beside the searches: no search waits for a second round trip.

They choose what to show of a document, and in a large index which terms are worth their time; scores are the cluster's
own. So a guess will do for a term that this process has not met before.
"""

import threading
import time
from collections.abc import Sequence

from elasticsearch import ApiError

from search.engines import clauses
from search.engines.cluster import Cluster
from search.errors import EngineAway

_KEPT_S = 600.0  # then a term is asked for anew, when it is met again
_MOST = 100_000
_GATHER_S = 0.05
_RARE = 1  # what a term that is not known yet is taken for


class Statistics:
    """The document frequencies of one alias. Estimated from one shard where there are several."""

    def __init__(self, cluster: Cluster, alias: str, languages: Sequence[str]) -> None:
        self._cluster = cluster
        self._alias = alias
        self._languages = languages
        self._lock = threading.Lock()
        self._known: dict[str, tuple[int, float]] = {}  # frequency, and when it was learned
        self._documents = 0
        self._wanted: set[str] = set()
        self._learner: threading.Thread | None = None

    def of(self, texts: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many documents have each of `texts`, and how many there are.

        At least one each: what nobody has written yet may be published a moment later, and must be looked for.
        Raises ApiError (NotFoundError without an index), EngineAway.
        """
        if not self._documents:
            self.learn(texts)
        now = time.monotonic()
        with self._lock:
            known = {text: self._known.get(text, (_RARE, 0.0)) for text in texts}
            wanted = [text for text, (_, learned) in known.items() if now - learned > _KEPT_S]
            if wanted:
                self._wanted.update(wanted)
                if self._learner is None or not self._learner.is_alive():
                    self._learner = threading.Thread(target=self._learn_wanted, name="search-terms", daemon=True)
                    self._learner.start()
            return {text: frequency for text, (frequency, _) in known.items()}, self._documents

    def _learn_wanted(self) -> None:
        """Learn what was asked for, many searches' terms at once, until nothing is wanted."""
        while True:
            time.sleep(_GATHER_S)
            with self._lock:
                texts, self._wanted = list(self._wanted), set()
                if not texts:
                    self._learner = None
                    return
            try:
                self.learn(texts)
            except (EngineAway, ApiError):
                continue  # asked for again by the next search that wants it

    def learn(self, texts: Sequence[str]) -> None:
        """Ask the cluster. Raises ApiError (NotFoundError without an index), EngineAway."""
        body = clauses.statistics_body(texts, self._languages)
        answer = self._cluster.ask(lambda client: client.termvectors(index=self._alias, **body))
        frequencies, documents = clauses.read_statistics(answer.body)
        now = time.monotonic()
        with self._lock:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known |= {text: (max(frequencies.get(text, 0), _RARE), now) for text in texts}
            self._documents = max(documents, 1)
