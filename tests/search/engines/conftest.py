"""The engines that the shared suite is run against."""

from pathlib import Path

import pytest

from search.engines import Engine
from search.engines.embedded import EmbeddedEngine


@pytest.fixture(params=["embedded"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """An engine without an index."""
    return EmbeddedEngine(tmp_path / "index.sqlite3")
