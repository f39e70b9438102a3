"""The one place that reads the environment.

Every value is checked here, at start; a wrong one is named with its variable and the way out.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.settings import database, front, languages, mail, meetings, storing
from lms.settings.values import choice, number, room

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DEMO_SECRET = "fieldschool-demo-secret-for-this-machine-only"  # noqa: S105 - refused outside loopback, see _secret
LANGUAGES = tuple(code for code, _name in languages.CONTENT)


@dataclass(frozen=True)
class Search:
    """Where and how courses and lessons are found."""

    backend: str
    standby: bool  # keep the embedded index too, for when the cluster is away
    url: str
    ca_certs: str | None
    index: str
    shards: int
    replicas: int
    timeout_s: float


@dataclass(frozen=True)
class Environment:
    """What the environment asks for, checked."""

    data_dir: Path
    database: dict[str, Any]
    secret_key: str
    allowed_hosts: list[str]
    public_url: str
    default_language: str
    preview_languages: tuple[str, ...]
    search: Search
    trusted_proxies: tuple[str, ...]
    cache: dict[str, Any]
    bucket: storing.Bucket | None  # None: files under data_dir
    media_delivery: str
    media_quota_bytes: int | None  # None: as much as there is
    media_quota_person_bytes: int | None
    broker_url: str
    metrics_token: str
    mail: dict[str, Any]
    regions: dict[str, front.Networks]
    web: front.Web
    meetings: meetings.Meetings
    debug: bool


def _is_local(host: str) -> bool:
    """True for names that never leave this machine or a test network (RFC 6761)."""
    return host in {"127.0.0.1", "localhost", "[::1]", "testserver"} or host.endswith((".test", ".localhost"))


def _search(values: Mapping[str, str]) -> Search:
    backend = choice(values, "SEARCH_BACKEND", "embedded", ("embedded", "elasticsearch"))
    url = values.get("ELASTICSEARCH_URL", "")
    if backend == "elasticsearch" and not url:
        raise ImproperlyConfigured(
            "ELASTICSEARCH_URL must be set with SEARCH_BACKEND=elasticsearch: https://USER:PASSWORD@HOST:9200, "
            "more nodes after commas."
        )
    for position, node in enumerate(url.split(",") if url else [], 1):
        _check_node(node.strip(), position)
    index = values.get("ELASTICSEARCH_INDEX", "fieldschool")
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,60}", index):
        raise ImproperlyConfigured(f"ELASTICSEARCH_INDEX={index!r}: use small letters, digits and dashes.")
    ca_certs = values.get("ELASTICSEARCH_CA_CERTS") or None
    if ca_certs:
        try:
            Path(ca_certs).read_bytes()
        except OSError as error:
            raise ImproperlyConfigured(
                f"ELASTICSEARCH_CA_CERTS={ca_certs!r} cannot be read: {error.strerror}."
            ) from error
    return Search(
        backend=backend,
        standby=choice(values, "SEARCH_STANDBY", "embedded", ("embedded", "none")) == "embedded",
        url=url,
        ca_certs=ca_certs,
        index=index,
        shards=int(number(values, "ELASTICSEARCH_SHARDS", 1, least=1, most=100)),
        replicas=int(number(values, "ELASTICSEARCH_REPLICAS", 1, least=0, most=10)),
        timeout_s=number(values, "ELASTICSEARCH_TIMEOUT_S", 2, least=0.1, most=60),
    )


def _check_node(url: str, position: int) -> None:
    """The address of one node; what is printed of a wrong one has no password in it."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and parts.path in {"", "/"}
    except ValueError:
        good = False
    if not good:
        raise ImproperlyConfigured(
            f"ELASTICSEARCH_URL: address {position} is not https://USER:PASSWORD@HOST:PORT or http://HOST:PORT, without"
            " a path; signs like / and @ in the password as %2F and %40."
        )


def _secret(values: Mapping[str, str], hosts: list[str], public_url: str) -> str:
    secret = values.get("SECRET_KEY", "")
    local = all(_is_local(host) for host in [*hosts, urlsplit(public_url).hostname or ""])
    if not local and (len(secret) < 32 or secret == DEMO_SECRET):
        raise ImproperlyConfigured(
            "SECRET_KEY must be set to at least 32 random characters when the site is reachable from other machines "
            "(ALLOWED_HOSTS or PUBLIC_URL names one). "
            "Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return secret or DEMO_SECRET


def _public_url(values: Mapping[str, str]) -> str:
    url = values.get("PUBLIC_URL", f"http://127.0.0.1:{values.get('PORT', '8000')}").rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and not parts.path and parts.port != 0
    except ValueError:  # a half bracket, a port that is no number
        good = False
    if not good:
        raise ImproperlyConfigured(
            f"PUBLIC_URL={url!r} is not an address: use https://HOST without a path, and a number for PORT."
        )
    return url


def _broker_url(values: Mapping[str, str]) -> str:
    url = values.get("CELERY_BROKER_URL", "")
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if url and not good:
        raise ImproperlyConfigured(
            "CELERY_BROKER_URL is not the address of a Redis: use redis://:PASSWORD@HOST:6379/0 (rediss:// with TLS), "
            "signs like / and @ in the password as %2F and %40, or leave it out for one machine."
        )
    return url


def _preview_languages(values: Mapping[str, str]) -> tuple[str, ...]:
    """Languages that nobody has reviewed yet, shown to those who are to review them."""
    found = tuple(code.strip() for code in values.get("PREVIEW_LANGUAGES", "").split(",") if code.strip())
    for code in found:
        if code not in languages.AWAITING:
            known = ", ".join(languages.AWAITING)
            raise ImproperlyConfigured(f"PREVIEW_LANGUAGES={code!r} is not known: use any of {known}.")
    return found


def _metrics_token(values: Mapping[str, str]) -> str:
    token = values.get("METRICS_TOKEN", "")
    if token and len(token) < 16:
        raise ImproperlyConfigured("METRICS_TOKEN must have at least 16 characters, or be left out: no /metrics then.")
    return token


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """Read and check the settings.

    Raises ImproperlyConfigured, naming the variable.
    """
    data_dir = Path(values.get("DATA_DIR", BASE_DIR / "data")).expanduser().resolve()
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR={data_dir} cannot be made: {error.strerror}.") from error
    public_url = _public_url(values)
    hosts = [host.strip() for host in values.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
    # Under its public name and to supervisors on this machine the site answers in any case.
    hosts = list(dict.fromkeys([*hosts, urlsplit(public_url).hostname or "", "127.0.0.1", "localhost"]))
    return Environment(
        data_dir=data_dir,
        database=database.read(values, data_dir),
        secret_key=_secret(values, hosts, public_url),
        allowed_hosts=hosts,
        public_url=public_url,
        default_language=choice(values, "DEFAULT_LANGUAGE", "zh-hans", LANGUAGES),
        preview_languages=_preview_languages(values),
        search=_search(values),
        trusted_proxies=front.trusted_proxies(values),
        cache=front.cache(values),
        bucket=storing.bucket(values),
        media_delivery=storing.delivery(values),
        media_quota_bytes=room(values, "MEDIA_QUOTA_BYTES"),
        media_quota_person_bytes=room(values, "MEDIA_QUOTA_PERSON_BYTES"),
        broker_url=_broker_url(values),
        metrics_token=_metrics_token(values),
        mail=mail.mail(values),
        regions=front.regions(values),
        web=front.web(values),
        meetings=meetings.read(values),
        debug=choice(values, "DEBUG", "0", ("0", "1")) == "1",
    )
