"""What somebody sees who has tried too many passwords (counted by django-axes, see the settings)."""

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def network(request: HttpRequest) -> str | None:
    """What an asker's tries are counted by: the address, of IPv6 its /64, all of which one phone has."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:  # none, through a socket's file
        return None
    if isinstance(address, IPv4Address) or address.ipv4_mapped:
        return str(address)
    return str(IPv6Network((address, 64), strict=False).network_address)


def too_many(request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """429 with a sentence: how long to wait, and who helps meanwhile."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    response = render(request, "accounts/too_many.html", {"minutes": wait_s // 60}, status=429)
    response["Retry-After"] = str(wait_s)
    response["Cache-Control"] = "no-store"
    return response
