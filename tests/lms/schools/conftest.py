"""Pages of schools have one address for all languages and speak the site's."""

from collections.abc import Iterator

import pytest
from django.test import override_settings
from django.urls import clear_url_caches


@pytest.fixture(scope="module")
def english() -> Iterator[None]:
    """A site whose language is English. Which addresses have a prefix is remembered by Django: forgotten here."""
    with override_settings(LANGUAGE_CODE="en"):
        clear_url_caches()
        yield
    clear_url_caches()
