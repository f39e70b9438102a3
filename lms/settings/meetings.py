"""Where lessons of paired classes are joined, as far as the operator says it: a BigBlueButton, and hosts of Jitsi."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Meetings:
    """`server` ends in a slash; without one it is empty, and so is `secret`."""

    server: str
    secret: str
    jitsi_hosts: tuple[str, ...]


def read(values: Mapping[str, str]) -> Meetings:
    """Raises ImproperlyConfigured; what it prints has no secret in it."""
    server, secret = values.get("BIGBLUEBUTTON_URL", "").strip(), values.get("BIGBLUEBUTTON_SECRET", "").strip()
    try:
        parts = urlsplit(server)
        good = parts.hostname and parts.scheme == "https" and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        good = False
    if bool(server) != bool(secret) or (server and not good):
        raise ImproperlyConfigured(
            "BIGBLUEBUTTON_URL must be https://HOST/bigbluebutton/ and BIGBLUEBUTTON_SECRET its secret, both or none: "
            "`bbb-conf --secret` prints them."
        )
    hosts = tuple(values.get("JITSI_HOSTS", "meet.jit.si").lower().split())
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
            raise ImproperlyConfigured(f"JITSI_HOSTS: {host!r} is no host: write names with spaces between.")
    return Meetings(server.rstrip("/") + "/" if server else "", secret, hosts)
