"""A site whose search is a real cluster, with an index name of its own for every test."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from lms.core import outbox
from lms.core.clock import now
from search import selectors
from search.engines.cluster import Address
from search.engines.elasticsearch import ElasticsearchEngine, Options
from tests.contract.proxy import Proxy, proxied

PATIENT_S = 60.0  # a busy machine is no cluster that is away


@pytest.fixture
def name() -> str:
    """A name for indexes that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def engine(elasticsearch: Mapping[str, str], name: str) -> Iterator[ElasticsearchEngine]:
    """An engine without an index."""
    engine = ElasticsearchEngine(
        Address(elasticsearch["ELASTICSEARCH_URL"], timeout_s=PATIENT_S), Options(name), alone=nullcontext
    )
    yield engine
    engine.delete_all()
    engine.cluster.close()


@pytest.fixture
def site(settings: Settings, elasticsearch: Mapping[str, str], name: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings of a site on the cluster, with the embedded engine as standby."""
    settings.SEARCH_BACKEND = "elasticsearch"
    settings.SEARCH_STANDBY = True
    settings.SEARCH_INDEX_PATH = tmp_path / "search" / "index.sqlite3"
    settings.ELASTICSEARCH_URL = elasticsearch["ELASTICSEARCH_URL"]
    settings.ELASTICSEARCH_INDEX = name
    settings.ELASTICSEARCH_TIMEOUT_S = PATIENT_S
    yield settings
    settings.ELASTICSEARCH_URL = elasticsearch["ELASTICSEARCH_URL"]
    selectors.elasticsearch().delete_all()


@pytest.fixture
def way(site: Settings) -> Iterator[Proxy]:
    """The site's way to its cluster, that a test can close."""
    with proxied(site.ELASTICSEARCH_URL) as (proxy, url):
        site.ELASTICSEARCH_URL = url
        yield proxy


@pytest.fixture
def do_the_work() -> Callable[[], None]:
    """What a worker does with the outbox."""

    def work() -> None:
        outbox._paused_until.clear()
        while outbox.handle_next(now=now()):
            pass

    return work
