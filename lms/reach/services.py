"""Keeping what visits saw."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address

from django.db import transaction
from django.utils import timezone

from lms.reach.models import Visit
from lms.reach.types import Seen

KEPT_DAYS = 180
MOST_A_DAY = 50_000


class Full(Exception):
    """So many visits of this day are kept already that more would tell nothing new, or come from no reader."""


@transaction.atomic
def record_visit(*, seen: Seen, region: str, now: datetime) -> None:
    """Keep one visit, under the day alone; the first one of a day takes what is old away. Raises Full."""
    today = timezone.localdate(now)
    of_today = Visit.objects.filter(day=today).count()
    if of_today >= MOST_A_DAY:
        raise Full
    if not of_today:
        Visit.objects.filter(day__lt=today - timedelta(days=KEPT_DAYS)).delete()
    Visit.objects.create(day=today, region=region, **asdict(seen))


def region_of(address: str, regions: Mapping[str, tuple[IPv4Network | IPv6Network, ...]]) -> str:
    """The operator's name for where an address is; nothing when no network of `regions` has it."""
    try:
        known = ip_address(address)
    except ValueError:  # a socket's file has none
        return ""
    return next((name for name, networks in regions.items() if any(known in network for network in networks)), "")
