"""An index of its own for every test of search."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def index_path(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's index is; there is none at first."""
    settings.SEARCH_INDEX_PATH = tmp_path / "search" / "index.sqlite3"
    return tmp_path / "search" / "index.sqlite3"
