"""Fixtures of the courses' tests."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    # Wagtail keeps renditions and site roots in the cache; a test's database is rolled back, the cache is not.
    cache.clear()
    yield
    cache.clear()
