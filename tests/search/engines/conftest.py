"""The engines that the shared suite is run against."""

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from search.engines import Engine
from search.engines.embedded import EmbeddedEngine


@pytest.fixture(params=["embedded", pytest.param("elasticsearch", marks=pytest.mark.contract)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine without an index."""
    if request.param == "embedded":
        yield EmbeddedEngine(tmp_path / "index.sqlite3")
        return
    from search.engines.cluster import Address
    from search.engines.elasticsearch import ElasticsearchEngine, Options

    addresses = request.getfixturevalue("elasticsearch")
    options = Options(name=f"test-{uuid.uuid4().hex}")
    engine = ElasticsearchEngine(Address(addresses["ELASTICSEARCH_URL"], timeout_s=60), options, alone=nullcontext)
    yield engine
    engine.delete_all()
    engine.cluster.close()
