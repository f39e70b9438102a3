"""Fixtures that every room's tests may use. Each room adds its own beside its tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests import database, services

SLOW_FIRST = ("e2e", "contract")

# No test asserts a time: a busy machine is no failure.
settings.register_profile("fieldschool", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fieldschool")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(services, "fieldschool-services")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow files first: two processes that share the files then end at about the same time."""

    def rank(item: pytest.Item) -> int:
        return next((at for at, mark in enumerate(SLOW_FIRST) if item.get_closest_marker(mark)), len(SLOW_FIRST))

    items.sort(key=rank)


@pytest.fixture(autouse=True)
def sites_language() -> Iterator[None]:
    """A page asked for in one language leaves it switched on in the process: the next test starts in the site's."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Start from a copy of a migrated database: running all migrations takes longer than most tests."""
    test = django_settings.DATABASES["default"]["TEST"]
    if "DATABASE_URL" not in os.environ:
        database.copy_to(Path(test["NAME"]))
        yield
        return
    with database.postgresql_copy(os.environ["DATABASE_URL"]) as name:
        test["NAME"] = name
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Use the copy; it goes with the process."""
    return True
