"""Fixtures of the contract tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import database


@pytest.fixture(scope="module")
def database_as_it_was(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What a server reads is committed, and its tests end with an empty database: others get theirs back."""
    yield
    with django_db_blocker.unblock():
        path = Path(connection.settings_dict["NAME"])
        connection.close()
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        database.copy_to(path)
