"""A receiving classroom's own page: what is red of its link, camera and sound before a lesson, and what to do."""

import os
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.clock import now
from lms.schools import access, selectors
from lms.schools.access import demand, personal, signed_in
from lms.schools.class_time.selectors import Shown, material
from lms.schools.models import Term

MORNING = time(7, 30)
MOST_LESSONS = 12
PROBE_BYTES = 200_000


@dataclass(frozen=True)
class Next:
    """A lesson that the room has next, on its own clock, with what is shown in it."""

    attendance: UUID
    starts_at: datetime
    subject: str
    school_class: str
    material: Shown | None


@signed_in
@require_safe
def room(request: HttpRequest, term: UUID, of: str) -> HttpResponse:
    """The page that stays open in a room. It opens without a link, as it was seen last: then the link is red."""
    found = get_object_or_404(Term, pk=term)
    whom = selectors.whose(found, "room", of)
    demand(access.may_enter(request.user, found))
    if whom is None:
        raise Http404
    demand(access.may_see(request.user, found, whom))
    at, zone = now(), ZoneInfo(whom.timezone)
    following = _following(found, whom, at, zone)
    context = {
        "term": found,
        "whom": whom,
        "following": following,
        "mornings": _mornings(at, zone),
        "bytes": PROBE_BYTES,
    }
    answer = render(request, "schools/room.html", context)
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _following(term: Term, whom: selectors.Whose, at: datetime, zone: ZoneInfo) -> list[Next]:
    """The lessons of today and of the day after, as far as they are not over."""
    end = datetime.combine(at.astimezone(zone).date() + timedelta(days=2), time(), zone)
    rows = selectors.attended(term, whom).filter(cancelled=False, ends_at__gt=at, starts_at__lt=end)
    related = ("session__material", "replaces__session__material")
    return [
        Next(
            row.pk,
            row.starts_at.astimezone(zone),
            row.session.teacher.subject,
            row.school_class.key,
            material(row.session, row),
        )
        for row in rows.select_related("school_class", *related)[:MOST_LESSONS]
    ]


def _mornings(at: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the room tests itself by itself in the days to come."""
    today = at.astimezone(zone).date()
    return [datetime.combine(today + timedelta(days=day), MORNING, zone) for day in range(8)]


@personal
@require_http_methods(["GET", "POST"])
def probe(request: HttpRequest) -> HttpResponse:
    """Bytes to measure a link with: some that nothing makes smaller, or as many as were sent."""
    if request.method == "POST":
        return HttpResponse(str(len(request.body)), content_type="text/plain")
    return HttpResponse(os.urandom(PROBE_BYTES), content_type="application/octet-stream")
