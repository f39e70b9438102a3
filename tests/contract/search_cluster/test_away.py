"""A cluster that is away: what learners and editors meet, and how the index catches up."""

import logging
import threading
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from lms.core import outbox
from search import selectors, services
from search.engines.cluster import Address, Cluster
from search.errors import EngineAway
from tests.contract.proxy import Proxy
from tests.factories import courses

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
Work = Callable[[], None]


def titles(query: str, backend: str | None = None) -> list[str]:
    return [result.title for result in selectors.search(query, language="zh-hans", backend=backend).results]


def until_it_answers() -> None:
    """Ask as visitors do, until the trial that runs beside them has found the cluster again."""
    cluster = selectors.elasticsearch().cluster
    while True:
        try:
            cluster.ask(lambda client: client.cluster.health())
            return
        except EngineAway:
            threading.Event().wait(0.1)


def test_what_is_published_is_found_and_what_is_taken_back_is_not(site: Settings, do_the_work: Work) -> None:
    services.rebuild()
    page = courses.course("开网店")
    do_the_work()
    assert titles("網店") == ["开网店"]
    page.unpublish()
    do_the_work()
    assert titles("网店") == []
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 0


def test_while_the_cluster_is_away_the_standby_answers_and_afterwards_it_catches_up(
    way: Proxy, client: Client, do_the_work: Work
) -> None:
    courses.course("开网店")
    services.rebuild(backend="embedded")
    services.rebuild()
    do_the_work()
    way.close()
    courses.course("网店包装")
    do_the_work()
    assert sorted(titles("网店")) == ["开网店", "网店包装"]
    assert "网店包装" in client.get("/search/", {"q": "网店"}).content.decode()
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 1
    way.open()
    until_it_answers()
    do_the_work()
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 0
    assert sorted(titles("网店", backend="elasticsearch")) == ["开网店", "网店包装"]


def test_without_a_standby_there_is_a_plain_notice_and_editors_publish(
    site: Settings, way: Proxy, client: Client, do_the_work: Work
) -> None:
    site.SEARCH_STANDBY = False
    services.rebuild()
    way.close()
    courses.course("开网店")
    do_the_work()
    page = client.get("/search/", {"q": "网店"}, headers={"accept-language": "zh-hans"})
    assert page.status_code == 200
    content = page.content.decode()
    assert "data-result" not in content
    assert "搜索暂时不能用" in content
    way.open()
    until_it_answers()
    do_the_work()
    assert "data-result" in client.get("/search/", {"q": "网店"}).content.decode()


def test_an_outage_however_long_parks_nothing(way: Proxy, do_the_work: Work) -> None:
    services.rebuild()
    way.close()
    for number in range(5):
        courses.course(f"开网店 {number}")
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        do_the_work()
    assert outbox.parked(topic=services.CLUSTER_CHANGED) == 0
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 5
    way.open()
    until_it_answers()
    do_the_work()
    assert len(titles("网店", backend="elasticsearch")) == 5


def test_a_cluster_that_does_not_answer_costs_one_time_limit(way: Proxy, site: Settings) -> None:
    cluster = Cluster(Address(site.ELASTICSEARCH_URL, timeout_s=0.2))
    way.hold()
    for _ in range(20):
        with pytest.raises(EngineAway):
            cluster.ask(lambda client: client.cluster.health())
    # The request and its one retry; everyone after that is told at once.
    assert way.connections <= 2


def test_until_the_clusters_index_is_whole_the_standby_answers(site: Settings, do_the_work: Work) -> None:
    courses.course("开网店")
    services.rebuild(backend="embedded")
    assert titles("网店") == ["开网店"]
    courses.course("网店包装")
    do_the_work()  # makes an index in the cluster that has only what changed
    assert len(titles("网店")) == 2


def test_the_password_is_in_no_message(site: Settings, way: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    password = site.ELASTICSEARCH_URL.partition("@")[0].rpartition(":")[2]
    way.close()
    with caplog.at_level(logging.DEBUG), pytest.raises(EngineAway) as told:
        selectors.engine().ready()
    assert password not in caplog.text + str(told.value) + repr(selectors.elasticsearch().cluster.address)


def test_a_cluster_that_is_closed_for_writing_is_waited_for(site: Settings, do_the_work: Work) -> None:
    services.rebuild()
    engine = selectors.elasticsearch()

    def close(closed: bool) -> None:  # as the cluster does when its disk is nearly full
        engine.cluster.ask(
            lambda client: client.indices.put_settings(
                index=engine.aliases.live, settings={"index.blocks.read_only_allow_delete": closed or None}
            )
        )

    close(True)
    courses.course("开网店")
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        do_the_work()
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 1
    close(False)
    do_the_work()
    assert titles("网店") == ["开网店"]


def test_a_search_that_the_cluster_cannot_do_is_done_by_the_standby(site: Settings, client: Client) -> None:
    courses.course("开网店")
    services.rebuild(backend="embedded")
    services.rebuild()
    engine = selectors.elasticsearch()
    engine.cluster.ask(
        lambda client: client.indices.put_settings(index=engine.aliases.live, settings={"max_result_window": 1})
    )
    assert titles("网店") == ["开网店"]
    site.SEARCH_STANDBY = False
    assert "搜索暂时不能用" in client.get("/search/", {"q": "网店"}, headers={"accept-language": "zh-hans"}).text


def test_a_cluster_that_is_named_is_told_whichever_engine_answers(site: Settings, do_the_work: Work) -> None:
    site.SEARCH_BACKEND = "embedded"
    courses.course("开网店")
    do_the_work()
    services.rebuild(backend="elasticsearch")
    courses.course("网店包装").unpublish()
    courses.course("网店客服")
    do_the_work()
    site.SEARCH_BACKEND = "elasticsearch"
    assert sorted(titles("网店")) == ["开网店", "网店客服"]
