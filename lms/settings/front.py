"""What stands in front of the site and beside it: proxies that are believed, a cache that all processes share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

UNIX = "unix"
CACHE_ANSWERS_WITHIN_S = 0.5
Networks = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True)
class Web:
    """How gunicorn serves the site."""

    bind: str
    workers: int
    threads: int


def web(values: Mapping[str, str]) -> Web:
    """What deploy/gunicorn.conf.py starts. Raises ImproperlyConfigured."""
    bind = values.get("WEB_BIND", "127.0.0.1:8000")
    if not re.fullmatch(r"unix:/.+|[^\s:]+:[0-9]{1,5}|\[[0-9a-fA-F:]+\]:[0-9]{1,5}", bind):
        raise ImproperlyConfigured(f"WEB_BIND={bind!r}: use ADDRESS:PORT or unix:/FILE.")
    return Web(bind, _whole(values, "WEB_WORKERS", 2, most=64), _whole(values, "WEB_THREADS", 16, most=256))


def _whole(values: Mapping[str, str], name: str, default: int, *, most: int) -> int:
    text = values.get(name, str(default))
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= most:
        raise ImproperlyConfigured(f"{name}={text!r}: use a whole number from 1 to {most}.")
    return int(text)


def trusted_proxies(values: Mapping[str, str]) -> tuple[str, ...]:
    """Networks of the proxies whose word counts, and `unix` for a socket. Raises ImproperlyConfigured."""
    given = tuple(part.strip() for part in values.get("TRUSTED_PROXIES", "").split(",") if part.strip())
    for part in given:
        try:
            part == UNIX or ip_network(part)
        except ValueError:
            raise ImproperlyConfigured(
                f"TRUSTED_PROXIES: {part!r} is neither an address, nor a network like 10.0.0.0/24, nor {UNIX!r} for "
                "a proxy that comes through a socket's file."
            ) from None
    return given


def regions(values: Mapping[str, str]) -> dict[str, Networks]:
    """Names of regions and their networks: `NAME=NETWORK NETWORK; NAME=NETWORK`. Raises ImproperlyConfigured."""
    found: dict[str, Networks] = {}
    for part in filter(None, (part.strip() for part in values.get("REGIONS", "").split(";"))):
        name, _, networks = (piece.strip() for piece in part.partition("="))
        try:
            found[name] = tuple(ip_network(network) for network in networks.split())
        except ValueError as error:
            raise ImproperlyConfigured(f"REGIONS: {error}: use NAME=10.1.0.0/16 10.2.0.0/16; NAME=...") from None
        if not 0 < len(name) <= 40 or not found[name]:
            raise ImproperlyConfigured(
                f"REGIONS: {part!r} is not a name (40 signs at most) and its networks: use NAME=10.1.0.0/16; NAME=..."
            )
    return found


def cache(values: Mapping[str, str]) -> dict[str, Any]:
    """Django's cache: Redis for all processes, or the memory of each. Raises ImproperlyConfigured."""
    url = values.get("CACHE_URL", "")
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ImproperlyConfigured(
            "CACHE_URL is not the address of a Redis: use redis://:PASSWORD@HOST:6379/1 (rediss:// with TLS), signs "
            "like / and @ in the password as %2F and %40, or leave it out for one machine."
        )
    return {
        "BACKEND": "lms.core.caches.ForgivingRedis",
        "LOCATION": url,
        "KEY_PREFIX": "fieldschool",
        "OPTIONS": {
            "socket_timeout": CACHE_ANSWERS_WITHIN_S,
            "socket_connect_timeout": CACHE_ANSWERS_WITHIN_S,
        },
    }
