"""Pages of a dated lesson: its teacher's, each class's, and the way into the meeting."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import access
from lms.schools.access import demand, person, personal, signed_in
from lms.schools.class_time import invitations, selectors, services, words
from lms.schools.class_time.forms import MaterialForm, MeetingForm, RecordForm
from lms.schools.errors import BadRecord, NoMeetingServer
from lms.schools.models import Attendance, Meeting, Session


def _lesson(pk: UUID) -> Session:
    found = selectors.lesson(pk)
    if found is None:
        raise Http404
    return found


def _class(request: HttpRequest, pk: UUID) -> selectors.InClass:
    """A class's hour. Raises Http404, and PermissionDenied for who neither holds nor gives it."""
    found = selectors.in_class(pk)
    if found is None:
        raise Http404
    demand(access.may_hold(request.user, found.row) or access.may_arrange(request.user, found.row.session))
    return found


@personal
@require_safe
def lesson(request: HttpRequest, session: UUID) -> HttpResponse:
    """A lesson for whoever gives it: the classes, where they meet, what is shown, what became of it."""
    found = _lesson(session)
    demand(access.may_arrange(request.user, found))
    return _shown(request, found)


def _shown(
    request: HttpRequest, found: Session, refused: FieldschoolError | None = None, form: MeetingForm | None = None
) -> HttpResponse:
    meeting = selectors.meeting(found)
    first = {"telephone": meeting.telephone, "own_server": meeting.kind == "bigbluebutton"} if meeting else {}
    classes = selectors.classes(found)
    shown = {
        "session": found,
        "term": found.series.plan.term,
        "classes": classes,
        "clocks": classes[0].clocks if classes else None,
        "meeting": _told(meeting, found.teacher.key, reverse("schools_lesson_join", args=[found.pk])),
        "material": selectors.material(found),
        "form": form or MeetingForm(initial=first, has_server=services.meeting_server() is not None),
        "steps": _steps(),
        "refused": refused,
    }
    return render(request, "schools/lesson.html", shown, status=409 if refused else 422 if form else 200)


def _told(meeting: Meeting | None, name: str, otherwise: str) -> dict[str, Any] | None:
    """A meeting as pages say it: `address` is one tap away, also when this site does not answer.

    `otherwise` is where the site makes the way in, for meetings that cannot be entered by a fixed link.
    """
    if meeting is None:
        return None
    return {
        "row": meeting,
        "number": invitations.grouped(meeting.number),
        "address": _fixed(meeting, name) or otherwise,
        "host": meeting.address[8:].partition("/")[0],
    }


def _fixed(meeting: Meeting, name: str) -> str:
    return invitations.jitsi(meeting.address, name) if meeting.kind == Meeting.Kind.JITSI else meeting.address


def _steps() -> list[dict[str, Any]]:
    return [{"code": code, "name": words.HOW[code], "words": told} for code, told in words.STEPS.items()]


@personal
@require_POST
def arrange(request: HttpRequest, session: UUID) -> HttpResponse:
    """Where the lesson is joined."""
    found = _lesson(session)
    demand(access.may_arrange(request.user, found))
    form = MeetingForm(request.POST, has_server=services.meeting_server() is not None)
    if not form.is_valid():
        return _shown(request, found, form=form)
    try:
        services.arrange_meeting(session=found, by=person(request), now=now(), **form.cleaned_data)
    except FieldschoolError as error:
        form.add_error("text", str(error))
        return _shown(request, found, form=form)
    return redirect("schools_lesson", session=found.pk)


@personal
@require_POST
def choose(request: HttpRequest, session: UUID) -> HttpResponse:
    """What is shown in the lesson."""
    found = _lesson(session)
    demand(access.may_arrange(request.user, found))
    form = MaterialForm(request.POST)
    try:
        services.choose_material(session=found, code=form.cleaned_data["code"] if form.is_valid() else "no number")
    except FieldschoolError as error:
        return _shown(request, found, error)
    return redirect("schools_lesson", session=found.pk)


@personal
@require_POST
def give(request: HttpRequest, session: UUID) -> HttpResponse:
    """Live, or by recording."""
    found = _lesson(session)
    demand(access.may_arrange(request.user, found))
    try:
        services.give(
            session=found,
            by_recording=request.POST.get("mode") == "recording",
            following="following" in request.POST,
            now=now(),
        )
    except FieldschoolError as error:
        return _shown(request, found, error)
    return redirect("schools_lesson", session=found.pk)


@signed_in
@require_safe
def classroom(request: HttpRequest, attendance: UUID) -> HttpResponse:
    """A class's hour, for its helper. It opens on the classroom's device without a link, as it was seen last."""
    answer = _classroom(request, _class(request, attendance))
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _classroom(request: HttpRequest, found: selectors.InClass, refused: FieldschoolError | None = None) -> HttpResponse:
    session = found.row.session
    shown = {
        "it": found,
        "session": session,
        "term": session.series.plan.term,
        "cancelled": found.row.cancelled or session.state == Session.State.CANCELLED,
        "by_recording": session.mode == Session.Mode.RECORDING,
        "holds": access.may_hold(request.user, found.row),
        "begun": found.row.starts_at <= now(),
        "meeting": _told(
            selectors.meeting(session), _name(found.row), reverse("schools_class_join", args=[found.row.pk])
        ),
        "material": selectors.material(session, found.row),
        "steps": _steps(),
        "hows": words.HOW.items(),
        "causes": words.CAUSES.items(),
        "refused": refused,
    }
    return render(request, "schools/class.html", shown, status=409 if refused else 200)


@personal
@require_POST
def record(request: HttpRequest, attendance: UUID) -> HttpResponse:
    """What became of a class's lesson, as its helper says."""
    found = _class(request, attendance)
    demand(access.may_hold(request.user, found.row))
    form = RecordForm(request.POST)
    try:
        if not form.is_valid():
            raise BadRecord(_("Something that was written cannot be read: look at the number of pupils."))
        services.record(attendance=found.row, by=person(request), now=now(), **form.cleaned_data)
    except FieldschoolError as error:
        return _classroom(request, found, error)
    return redirect(reverse("schools_class", args=[attendance]) + "#record")


@personal
@require_safe
def join_lesson(request: HttpRequest, session: UUID) -> HttpResponse:
    """Into the meeting, as who gives the lesson."""
    found = _lesson(session)
    demand(access.may_arrange(request.user, found))
    return _join(request, found, found.teacher.key, leads=True)


@personal
@require_safe
def join_class(request: HttpRequest, attendance: UUID) -> HttpResponse:
    """Into the meeting, as a class."""
    row = _class(request, attendance).row
    return _join(request, row.session, _name(row), leads=False)


def _name(row: Attendance) -> str:
    """What a class is called in a meeting."""
    return f"{row.school.key} {row.school_class.key}"


def _join(request: HttpRequest, session: Session, name: str, *, leads: bool) -> HttpResponse:
    meeting = selectors.meeting(session)
    if meeting is None:
        raise Http404
    if fixed := _fixed(meeting, name):
        return redirect(fixed)
    server = services.meeting_server()
    try:
        if server is None:
            raise NoMeetingServer
        title = f"{session.teacher.key} {session.starts_at:%Y-%m-%d}"
        return redirect(server.join(meeting=str(session.pk), title=title, name=name, leads=leads))
    except FieldschoolError as error:
        shown = {"refused": error, "telephone": meeting.telephone, "again": request.path}
        return render(request, "schools/no_meeting.html", shown, status=503)
