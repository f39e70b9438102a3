"""Three nodes, one of which dies."""

import threading
from collections.abc import Callable
from contextlib import nullcontext

import pytest

from scripts.services.elasticsearch import Elasticsearch
from search.engines.cluster import Address
from search.engines.elasticsearch import ElasticsearchEngine, Options
from search.queries import parse
from tests.contract.search_cluster.conftest import PATIENT_S
from tests.factories.search import key, make_document
from tests.services import Own

pytestmark = pytest.mark.contract


def test_a_node_that_is_killed_is_not_missed(own_services: Callable[..., Own]) -> None:
    nodes = own_services(cluster := Elasticsearch(nodes=3, light=True))
    address = Address(nodes.start()["ELASTICSEARCH_URL"], timeout_s=PATIENT_S)
    engine = ElasticsearchEngine(address, Options(shards=2, replicas=1), alone=nullcontext)
    documents = {key(name): make_document(name, title=f"土豆 {name}") for name in map(str, range(40))}
    engine.rebuild(documents, lambda wanted: [documents[wanted]])
    engine.cluster.ask(lambda client: client.cluster.health(wait_for_status="green", timeout="60s"), patiently=True)
    stop, totals = threading.Event(), set[int]()

    def search() -> None:
        while not stop.is_set():
            totals.add(engine.search(parse("土豆"), language="zh-hans").total)

    searching = threading.Thread(target=search)
    searching.start()
    nodes.kill(cluster, "node-2")
    added = make_document("later", title="土豆 later")
    engine.update({added.key: 1}, lambda wanted: [added])
    for _ in range(20):
        assert engine.search(parse("土豆"), language="zh-hans").total == 41
    stop.set()
    searching.join()
    assert totals <= {40, 41}
    assert totals
    health = engine.cluster.ask(lambda client: client.cluster.health(wait_for_nodes="2", timeout="60s"), patiently=True)
    assert health["number_of_nodes"] == 2
