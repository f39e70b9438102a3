"""Fixtures for tests of search."""

from hypothesis import settings

# The analyzer reads its tables at first use: the first example takes longer than the others.
settings.register_profile("search", deadline=None)
settings.load_profile("search")
