"""The screen of what has happened, and of what was done about it: for schedulers of the term, not there for others."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import words
from lms.schools.access import only_schedulers, person, personal
from lms.schools.addresses import key_in
from lms.schools.days import school_days
from lms.schools.models import LeadSite, LeadTeacher, Repair, School, SchoolClass, Term
from lms.schools.repairing import asking, telling
from lms.schools.repairing.fixes import find
from lms.schools.repairing.forms import HappeningForm, WishForm
from lms.schools.repairing.reading import diary_of, zone_of
from lms.schools.repairing.services import repair as make_repair
from lms.schools.repairing.types import (
    CANCEL,
    DAY,
    MAKE_UP,
    RECORDING,
    SCHOOL,
    SITE,
    SUBSTITUTE,
    TEACHER,
    Fix,
    Happening,
)

KINDS = {
    TEACHER: (_("A teacher is away"), _("Teacher"), LeadTeacher),
    SCHOOL: (_("A school is off line"), _("School"), School),
    SITE: (_("A lead site is off line"), _("Lead site"), LeadSite),
    DAY: (_("A day is lost for all"), "", None),
}
TITLES = {
    SUBSTITUTE: _("Other teachers, at the same times"),
    MAKE_UP: _("Made up at other times"),
    RECORDING: _("Recordings"),
    CANCEL: _("Cancel for now"),
}


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest, term: UUID) -> HttpResponse:
    """What has happened, the lessons concerned, and the fixes; POST makes the one chosen."""
    found = get_object_or_404(Term, pk=term)
    only_schedulers(request.user, found)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        shown = {"term": found, "kinds": [(own, words) for own, (words, _label, _model) in KINDS.items()]}
        return render(request, "schools/repair.html", {**shown, "repairs": found.repairs.order_by("-made_at")[:20]})
    zone = ZoneInfo(zone_of(found, kind, request.GET.get("of", "").replace("\0", "")))
    asked = bool(request.GET.keys() & {"begins", "ends"})
    form = _form(found, kind, request.GET if asked else _today(now().astimezone(zone), request))
    shown = {"term": found, "kind": kind, "title": KINDS[kind][0], "form": form, "asked": asked}
    if not asked or not form.is_valid():
        return render(request, "schools/repair.html", shown, status=422 if asked else 200)
    given = form.cleaned_data
    begins, ends = (given[one].replace(tzinfo=zone).astimezone(UTC) for one in ("begins", "ends"))
    happening = Happening(kind, given.get("of", ""), begins, ends, given.get("instead"))
    refused = None
    if request.method == "POST":
        try:
            done = make_repair(
                term=found,
                happening=happening,
                fix=request.POST.get("fix", ""),
                key=key_in(request.POST.get("key", "")),
                reason=given["reason"],
                by=person(request),
                now=now(),
            )
        except FieldschoolError as error:
            refused = error
        else:
            return redirect("schools_repaired", repair=done.pk)
    shown |= {**_found(found, happening, given["reason"], zone), "refused": refused}
    return render(request, "schools/repair.html", shown, status=409 if refused else 200)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, term: UUID) -> HttpResponse:
    """A class asks for more lessons: where they could be; POST gives them where one chose."""
    found = get_object_or_404(Term, pk=term)
    only_schedulers(request.user, found)
    asked = "begins" in request.GET
    classes = SchoolClass.objects.filter(term=found, removed=False).order_by("key").values_list("key", flat=True)
    today = {"begins": now().date(), "of": request.GET.get("of", "")}
    form = WishForm(request.GET if asked else None, classes=classes, taught=_taught(found), initial=today)
    shown: dict[str, Any] = {"term": found, "form": form, "asked": asked}
    if not asked or not form.is_valid():
        return render(request, "schools/ask.html", shown, status=422 if asked else 200)
    given = form.cleaned_data
    subject, level = json.loads(given["what"])
    wish = asking.Wish(given["of"], subject, level, given["lessons"], given["begins"])
    refused = None
    if request.method == "POST":
        way, key = request.POST.get("fix", ""), key_in(request.POST.get("key", ""))
        try:
            done = asking.grant(term=found, wish=wish, way=way, key=key, by=person(request), now=now())
        except FieldschoolError as error:
            refused = error
        else:
            return redirect("schools_repaired", repair=done.pk)
    ways = [
        {
            "key": one.key,
            "joins": one.joins,
            "teacher": one.placement.teacher,
            "slots": [words.slot(*slot) for slot in one.placement.own_slots],
            "needs": words.changes(one.needs),
        }
        for one in asking.ways_for(found, wish)
    ]
    shown |= {"ways": ways, "looked": True, "key": uuid4(), "refused": refused}
    return render(request, "schools/ask.html", shown, status=409 if refused else 200)


def _taught(term: Term) -> list[tuple[str, str]]:
    """Each subject with each level that somebody teaches it at."""
    rows = LeadTeacher.objects.filter(term=term, removed=False).values_list("subject", "levels")
    each = sorted({(subject, level) for subject, levels in rows for level in levels})
    return [(json.dumps(one, ensure_ascii=False), f"{words.subject(one[0])} · {one[1]}") for one in each]


@personal
@require_safe
def repaired(request: HttpRequest, repair: UUID) -> HttpResponse:
    """What was done, who must be told, and the text for the group."""
    done = get_object_or_404(Repair.objects.select_related("term", "by"), pk=repair)
    only_schedulers(request.user, done.term)
    what = telling.happened(done.kind, done.whose, done.begins, done.ends, zone_of(done.term, done.kind, done.whose))
    shown = {
        "term": done.term,
        "done": done,
        "what": what,
        "text": telling.text(what, done.reason, done.changes),
        "whom": telling.whom(done.changes),
        "lines": telling.lines(done.changes),
    }
    return render(request, "schools/repaired.html", shown)


def _form(term: Term, kind: str, data: Any) -> HappeningForm:
    _title, label, model = KINDS[kind]
    rows = model._default_manager.filter(term=term, removed=False).order_by("key") if model else None
    keys = tuple(rows.values_list("key", flat=True)) if rows is not None else ()
    return HappeningForm(data, keys=keys, label=label, days=dict(school_days(term)))


def _today(at: datetime, request: HttpRequest) -> dict[str, str]:
    """From now to the end of the day."""
    ends = at.replace(hour=0, minute=0) + timedelta(days=1)
    return {"begins": f"{at:%Y-%m-%dT%H:%M}", "ends": f"{ends:%Y-%m-%dT%H:%M}", "of": request.GET.get("of", "")}


def _found(term: Term, happening: Happening, reason: str, zone: ZoneInfo) -> dict[str, Any]:
    diary = diary_of(term, happening)
    found = find(diary, happening, now())
    what = telling.happened(happening.kind, happening.key, happening.begins, happening.ends, str(zone))

    def shown(fix: Fix, of: int) -> dict[str, Any]:
        rows = telling.changes(diary, fix)
        return {
            "key": fix.key,
            "lines": telling.lines(rows),
            "text": telling.text(what, reason, rows),
            "whom": telling.whom(rows),
            "covers": fix.covers,
            "of": of if fix.covers < of else 0,
            "figures": [(TITLES[how], many) for how in TITLES if (many := fix.many(how))],
            "shifted": fix.shifted,
        }

    many = sum(len(one.seats) for one in found.troubles)
    return {
        "what": what,
        "many": many,
        "ways": [shown(one, many) for one in found.ways],
        "troubles": [[shown(fix, len(one.seats)) for fix in one.fixes] for one in found.troubles if one.fixes],
        "key": uuid4(),
    }
