"""The page on which a lesson is moved: every time of a week, with what stands in the way. The same for scripts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import services, words
from lms.schools.access import demand, may_schedule, personal
from lms.schools.addresses import day_in
from lms.schools.days import WEEK, monday_of
from lms.schools.models import Notice, Session
from lms.schools.moving.options import Option, options, session_of


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, session: UUID) -> HttpResponse:
    """Where a lesson could be in a week (`?day=`, else its own), and the move there (`to` = DATE/PERIOD)."""
    found = session_of(session)
    if found is None:
        raise Http404
    demand(may_schedule(request.user, found.series.plan.term))
    if request.method == "POST":
        day, _slash, period = request.POST.get("to", "").partition("/")
        if not (period.isascii() and period.isdigit() and len(period) < 3):
            raise Http404
        try:
            services.move_session(session=found, day=day_in(day), period=int(period), now=now())
        except FieldschoolError as error:
            return _page(request, found, day_in(day), error)
        notice = Notice.objects.filter(term=found.series.plan.term).order_by("-made_at", "-pk")[0]
        return redirect(f"{reverse('schools_notices', args=[notice.term_id])}#n{notice.pk}")
    return _page(request, found, day_in(request.GET["day"]) if "day" in request.GET else None)


def _page(
    request: HttpRequest, session: Session, day: date | None, refused: FieldschoolError | None = None
) -> HttpResponse:
    zone, term = ZoneInfo(session.teacher.site.timezone), session.series.plan.term
    begins = session.starts_at.astimezone(zone)
    monday = monday_of(min(max(day or begins.date(), term.starts_on), term.ends_on))
    days: dict[date, list[dict[str, Any]]] = {}
    for one in options(session, monday, now()):
        days.setdefault(one.day, []).append(_time(one, zone))
    if request.GET.get("as") == "json" and refused is None:
        return JsonResponse({"days": {day.isoformat(): times for day, times in days.items()}})
    before, after = monday - WEEK, monday + WEEK
    shown = {
        "term": term,
        "session": session,
        "zone": session.teacher.site.timezone,
        "begins": begins,
        "ends": session.ends_at.astimezone(zone),
        "rows": session.attendances.filter(cancelled=False).select_related("school", "school_class"),
        "monday": monday,
        "before": before if before + timedelta(days=6) >= term.starts_on else None,
        "after": after if after <= term.ends_on else None,
        "days": days.items(),
        "refused": refused,
        "barriers": [words.barrier(one.code, one.whom) for one in getattr(refused, "barriers", ())],
        "is_settled": session.state == Session.State.CANCELLED or session.starts_at <= now(),
    }
    return render(request, "schools/move.html", shown, status=409 if refused else 200)


def _time(one: Option, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "to": f"{one.day:%Y-%m-%d}/{one.period}",
        "at": f"{one.starts_at.astimezone(zone):%H:%M}–{one.ends_at.astimezone(zone):%H:%M}",
        "is_here": any(barrier.code == "here" for barrier in one.barriers),
        "barriers": [words.barrier(barrier.code, barrier.whom) for barrier in one.barriers],
    }
