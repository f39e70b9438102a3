"""Where the rows are: SQLite for one machine, PostgreSQL for many."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from lms.settings.values import number

# A statement or a wait for a lock that takes longer is a fault that should be seen, not a request that hangs.
STATEMENT_LIMIT_S = 60
LOCK_LIMIT_S = 20
CONNECT_LIMIT_S = 5
KEPT_S = 600
POOL_WAIT_S = 10
# A client whose machine vanished holds its locks until the server has missed it: two minutes instead of two hours.
_KEEPALIVE = {"tcp_keepalives_idle": 60, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 6}


def read(values: Mapping[str, str], data_dir: Path) -> dict[str, Any]:
    """Django's settings of the database.

    Raises ImproperlyConfigured, naming the variable; of a wrong address only what holds no password is shown.
    """
    url = values.get("DATABASE_URL", f"sqlite:///{data_dir / 'db.sqlite3'}")
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return _sqlite(url)
    if scheme in {"postgres", "postgresql"}:
        return _postgresql(url, values)
    raise ImproperlyConfigured(f"DATABASE_URL begins with {scheme!r}: use sqlite:///FILE or postgresql://...")


def _sqlite(url: str) -> dict[str, Any]:
    database: dict[str, Any] = environ.Env.db_url_config(url)
    # One writer at a time: take the lock when the transaction begins, and wait for it rather than fail.
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    return database


def _postgresql(url: str, values: Mapping[str, str]) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        good = parts.hostname and parts.username and len(parts.path) > 1 and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ImproperlyConfigured(
            "DATABASE_URL is not postgresql://USER:PASSWORD@HOST:PORT/NAME; signs like / and @ in the password as %2F "
            "and %40."
        )
    database: dict[str, Any] = environ.Env.db_url_config(url)
    statement_s = number(values, "DATABASE_STATEMENT_LIMIT_S", STATEMENT_LIMIT_S, least=0, most=86_400)
    limits = {
        "statement_timeout": round(statement_s * 1000),
        "lock_timeout": LOCK_LIMIT_S * 1000,
        **_KEEPALIVE,
    }
    options: dict[str, Any] = {
        **database.get("OPTIONS", {}),  # sslmode and the like, from the address
        "connect_timeout": CONNECT_LIMIT_S,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    pool = int(number(values, "DATABASE_POOL_SIZE", 0, least=0, most=1000))
    if pool:
        options["pool"] = {"min_size": pool, "max_size": pool, "timeout": POOL_WAIT_S}
    # One connection for each thread is the quickest; asked before each request whether it still is one.
    return {
        **database,
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool else KEPT_S,
        "CONN_HEALTH_CHECKS": True,
    }
