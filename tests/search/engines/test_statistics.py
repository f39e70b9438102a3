"""Terms are learned beside the searches, whatever the cluster answers in between."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig
from elasticsearch import ApiError

from search.engines.cluster import Cluster
from search.engines.statistics import Statistics

META = ApiResponseMeta(500, "1.1", HttpHeaders(), 0.0, NodeConfig("http", "127.0.0.1", 9200))


class Answers:
    """A cluster that knows of ten documents, and refuses what it is asked in between."""

    def __init__(self) -> None:
        self.refuses = False
        self.asked = threading.Semaphore(0)

    def ask(self, call: Callable[[Any], Any]) -> Any:
        self.asked.release()
        if self.refuses:
            raise ApiError("no", META, {})
        terms = {"土豆": {"doc_freq": 7}, "番茄": {"doc_freq": 3}}
        return SimpleNamespace(body={"term_vectors": {"zh": {"field_statistics": {"doc_count": 10}, "terms": terms}}})


def test_a_refused_request_does_not_end_the_learning() -> None:
    cluster = Answers()
    statistics = Statistics(cast(Cluster, cluster), "live", ["zh"])
    assert statistics.of(["土豆"]) == ({"土豆": 7}, 10)
    cluster.asked.acquire()
    cluster.refuses = True
    statistics.of(["番茄"])
    assert cluster.asked.acquire(timeout=10)
    cluster.refuses = False
    while statistics.of(["番茄"])[0] != {"番茄": 3}:
        assert cluster.asked.acquire(timeout=10), "asked no more"
