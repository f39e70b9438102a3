"""Whether the database is the one it should be: asked when the site is started, never when code is imported."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import connection

from lms.core.startup import TAG


@register(TAG, deploy=True)
def database_answers(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """DATABASE_URL leads to a server that lets us in and is new enough."""
    if connection.vendor != "postgresql":
        return []
    driver: Any = connection
    try:
        version = _version_of_server(driver)
    except driver.Database.Error as error:
        return [_refused(str(error))]
    least = driver.features.minimum_database_version[0]
    if version // 10_000 < least:
        return [_refused(f"it is PostgreSQL {version // 10_000}; at least {least} is needed")]
    return []


def _version_of_server(driver: Any) -> int:
    """Asked by a connection of its own: a pool would hide the reason for half a minute behind its own time limit."""
    parameters = driver.get_connection_params()
    parameters.pop("pool", None)
    with driver.Database.connect(**parameters) as link:
        return int(link.info.server_version)


def _refused(reason: str) -> Error:
    settings = connection.settings_dict
    where = f"{settings['USER']}@{settings['HOST']}:{settings['PORT'] or 5432}/{settings['NAME']}"
    reason = re.sub(r"\s+", " ", reason).strip()
    return Error(
        f"DATABASE_URL: tried {where}: {reason}. "
        "Is the server running, and are host, port, name, user and password right?",
        id="core.E001",
    )
