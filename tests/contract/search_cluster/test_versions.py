"""Messages that come late, and rebuilds while everything goes on."""

import itertools
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from search.documents import Document
from search.engines.elasticsearch import ElasticsearchEngine
from search.errors import IndexIncomplete
from search.queries import parse
from tests.factories.search import key, make_document

pytestmark = pytest.mark.contract
NAMES = [f"lesson{number}" for number in range(60)]
KEYS = {key(name): name for name in NAMES}


class Truth:
    """What is published, and the outbox: a change and its place come together, as in one transaction."""

    def __init__(self) -> None:
        self.titles = dict.fromkeys(NAMES, "土豆 v0")
        self._places = itertools.count(1)
        self._lock = threading.Lock()

    def change(self, name: str, title: str | None) -> int:
        with self._lock:
            if title is None:
                self.titles.pop(name, None)
            else:
                self.titles[name] = title
            return next(self._places)

    def read(self, wanted: UUID) -> Sequence[Document]:
        name = KEYS[wanted]
        title = self.titles.get(name)
        return [make_document(name, title=title)] if title else []

    def expected(self) -> dict[UUID, str]:
        return {key(name): title for name, title in self.titles.items()}


def indexed(engine: ElasticsearchEngine) -> dict[UUID, str]:
    return {held.key: held.documents[0].title for held in engine.contents()}


def write_until(stop: threading.Event, engine: ElasticsearchEngine, truth: Truth, seed: int) -> None:
    """Change lessons, any writer any lesson, so that messages overtake each other."""
    chance = random.Random(seed)
    for version in itertools.count(1):
        name = chance.choice(NAMES)
        place = truth.change(name, None if chance.random() < 0.1 else f"土豆 v{seed}.{version}")
        engine.update({key(name): place}, truth.read)
        if stop.is_set():
            return


def search_until(stop: threading.Event, engine: ElasticsearchEngine) -> int:
    """Look for what is always there; returns how often it was found. Raises whatever a search raises."""
    searches = 0
    while not stop.is_set():
        found = engine.search(parse("土豆"), language="zh-hans")
        assert found.total
        assert len({hit.document.key for hit in found.hits}) == len(found.hits)
        searches += 1
    return searches


def test_an_older_message_does_not_win(engine: ElasticsearchEngine) -> None:
    later, older = make_document("a", title="电商"), make_document("a", title="土豆")
    engine.update({key("a"): 7}, lambda wanted: [later])
    engine.update({key("a"): 5}, lambda wanted: [older])
    assert indexed(engine) == {key("a"): "电商"}
    engine.update({key("a"): 7}, lambda wanted: [later])
    engine.update({key("a"): 8}, lambda wanted: [older])
    assert indexed(engine) == {key("a"): "土豆"}


def test_an_older_message_does_not_bring_back_what_was_deleted(engine: ElasticsearchEngine) -> None:
    engine.update({key("a"): 5}, lambda wanted: [make_document("a", title="土豆")])
    engine.update({key("a"): 9}, lambda wanted: [])
    engine.update({key("a"): 8}, lambda wanted: [make_document("a", title="土豆")])
    assert indexed(engine) == {}


def test_rebuilds_under_writes_and_searches_lose_nothing_and_fail_nobody(engine: ElasticsearchEngine) -> None:
    truth, stop = Truth(), threading.Event()
    engine.rebuild(KEYS, truth.read)
    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write_until, stop, engine, truth, seed) for seed in (0, 1, 2)]
        readers = [pool.submit(search_until, stop, engine) for _ in range(2)]
        replayed = 0
        try:
            while replayed < 30 and not any(one.done() for one in (*writers, *readers)):
                replayed += engine.rebuild(KEYS, truth.read).replayed
        finally:
            stop.set()
    for writer in writers:
        writer.result()
    assert all(reader.result() for reader in readers)
    assert indexed(engine) == truth.expected()
    state = engine.state()
    assert (state.whole, state.next, state.others) == (True, (), ())
    assert state.previous is not None


def test_an_index_that_lost_an_entry_does_not_become_live(
    engine: ElasticsearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = Truth()
    engine.rebuild(KEYS, truth.read)
    before = engine.state()
    from search.engines import building

    real = building.scan

    def losing(cluster: Any, index: str, *, whole: bool) -> Any:
        lost = str(key(NAMES[3]))
        cluster.ask(lambda client: client.delete(index=index, id=lost, version=0, version_type="external_gte"))
        cluster.ask(lambda client: client.indices.put_settings(index=index, settings={"gc_deletes": "0s"}))
        cluster.ask(lambda client: client.indices.refresh(index=index))
        return real(cluster, index, whole=whole)

    monkeypatch.setattr(building, "scan", losing)
    with pytest.raises(IndexIncomplete):
        engine.rebuild(KEYS, truth.read)
    assert engine.state() == before
    assert indexed(engine) == truth.expected()


def test_what_a_dead_builder_left_is_cleared_away(engine: ElasticsearchEngine) -> None:
    truth = Truth()
    engine.rebuild(KEYS, truth.read)
    left = engine._ask(engine.aliases.begin, settings=engine._settings(), mapping=engine._mapping)
    engine.update({key(NAMES[0]): truth.change(NAMES[0], "电商")}, truth.read)
    engine.rebuild(KEYS, truth.read)
    assert left not in engine.state().all
    assert indexed(engine) == truth.expected()


def test_of_earlier_indexes_only_the_one_before_is_kept(engine: ElasticsearchEngine) -> None:
    truth = Truth()
    for _ in range(3):
        engine.rebuild(KEYS, truth.read)
    state = engine.state()
    assert set(state.all) == {state.live, state.previous}


def test_there_and_back_again(engine: ElasticsearchEngine) -> None:
    truth = Truth()
    engine.rebuild(KEYS, truth.read)
    assert not engine.go_back()
    engine.rebuild(KEYS, truth.read)
    first = engine.state()
    assert engine.go_back()
    second = engine.state()
    assert (second.live, second.previous) == (first.previous, first.live)
    assert engine.go_back()
    assert engine.state() == first


def test_nothing_of_a_person_and_no_text_twice_is_in_an_entry(engine: ElasticsearchEngine) -> None:
    engine.rebuild(KEYS, Truth().read)
    live = engine.state().live or ""
    (entry,) = engine.cluster.ask(lambda client: client.search(index=live, size=1))["hits"]["hits"]
    assert set(entry["_source"]) == {"key", "languages", "topics", "named_topics", "documents"}
    (document,) = entry["_source"]["documents"].values()
    assert set(document) == set(Document.__dataclass_fields__)
