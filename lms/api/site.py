"""The HTTP API, version 1: `/api/v1/`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Status
from ninja.errors import HttpError, ValidationError
from ninja.params import Body
from pydantic import ValidationError as SchemaError

from lms.accounts.models import User
from lms.api.learners import from_another_site, learner_of, welcome_guest
from lms.api.schemas import ErrorOut, EventIn, EventsOut, MeOut, PersonOut, ProgressOut, RejectionOut, VisitIn
from lms.core.clock import now
from lms.reach.services import Full, record_visit, region_of
from lms.reach.types import MAX_BYTES, Seen
from lms.records import selectors, services
from lms.records.types import MAX_EVENTS, Event

api = NinjaAPI(
    title="Fieldschool", version="1", openapi_url="/schema/", docs_url=None, urls_namespace="api", description=""
)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """400 for what cannot be read at all."""
    sentence = _("The request cannot be read: send JSON as the schema says.")
    return api.create_response(request, {"code": "malformed", "sentence": sentence}, status=400)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework refuses (a body that is no JSON), in the API's own form."""
    sentence = _("The request cannot be read: send JSON as the schema says.")
    return api.create_response(request, {"code": "malformed", "sentence": sentence}, status=error.status_code)


@api.get("/me", response=MeOut, summary="All that is personal in a page")
def me(request: HttpRequest, response: HttpResponse) -> MeOut:
    """The person's name when signed in, and their progress by lesson."""
    response["Cache-Control"] = "private, no-store"
    learner = learner_of(request)
    rows = selectors.progress(learner) if learner else []
    user = request.user
    person = None
    if isinstance(user, User):
        person = PersonOut(id=user.public_id, name=user.get_full_name() or user.get_username())
    return MeOut(
        user=person,
        progress={
            str(row.lesson_key): ProgressOut(
                position_s=row.position_s, fraction=row.fraction, completed=row.completed, at=row.at
            )
            for row in rows
        },
    )


@api.post(
    "/events",
    response={200: EventsOut, 400: ErrorOut, 403: ErrorOut, 413: ErrorOut},
    summary="What happened on a learner's phone, 200 events at most; repeating is harmless",
    openapi_extra={
        "requestBody": {
            "content": {"application/json": {"schema": {"type": "array", "items": EventIn.model_json_schema()}}}
        }
    },
)
def events(request: HttpRequest, response: HttpResponse, payload: Body[list[Any]]) -> Status[Any]:
    """Each event is kept or rejected by itself. Works from `navigator.sendBeacon`, for guests too."""
    if from_another_site(request):
        return Status(403, {"code": "other_site", "sentence": _("Events are taken from this site's own pages only.")})
    if len(payload) > MAX_EVENTS:
        sentence = _("Send at most %(n)s events at a time.") % {"n": MAX_EVENTS}
        return Status(413, {"code": "too_many", "sentence": sentence})
    response["Cache-Control"] = "private, no-store"
    read, rejected = _read(payload)
    learner = learner_of(request) or (welcome_guest(response) if read else None)
    if learner is None:
        return Status(200, EventsOut(accepted=[], rejected=rejected))
    recorded = services.record_events(learner=learner, events=read, now=now())
    rejected += [RejectionOut(id=row.id, code=row.code) for row in recorded.rejected]
    return Status(200, EventsOut(accepted=list(recorded.accepted), rejected=rejected))


@api.post(
    "/visits",
    response={204: None, 400: ErrorOut, 403: ErrorOut, 413: ErrorOut, 429: ErrorOut},
    summary="How one sampled visit to a lesson went: at most 200 bytes, from navigator.sendBeacon, of nobody",
)
def visits(request: HttpRequest, payload: VisitIn) -> Status[Any]:
    """Kept under its day, the region of its network and the kind of its link; the address itself is not."""
    if from_another_site(request):
        return Status(403, {"code": "other_site", "sentence": _("Events are taken from this site's own pages only.")})
    if len(request.body) > MAX_BYTES:
        return Status(413, {"code": "too_long", "sentence": _("Send at most %(n)s bytes.") % {"n": MAX_BYTES}})
    seen = Seen(
        paint_ms=payload.paint or None,
        sound_ms=payload.sound,
        stalls=payload.stalls,
        stalled_ms=payload.stalled,
        played_s=payload.played,
        kilobytes=payload.kb,
        link=payload.link,
    )
    try:
        record_visit(seen=seen, region=region_of(request.META.get("REMOTE_ADDR", ""), settings.REGIONS), now=now())
    except Full:
        return Status(429, {"code": "full", "sentence": _("Enough visits of today are known.")})
    return Status(204, None)


def _read(payload: list[Any]) -> tuple[list[Event], list[RejectionOut]]:
    """The events whose form is right, and those whose form is not."""
    read, rejected = [], []
    for item in payload:
        try:
            row = EventIn.model_validate(item)
        except SchemaError:
            given = item.get("id") if isinstance(item, dict) else None
            rejected.append(RejectionOut(id=given if isinstance(given, str) else None, code="malformed"))
            continue
        if row.id.version != 7:
            rejected.append(RejectionOut(id=str(row.id), code="bad_id"))
            continue
        read.append(Event(row.id, row.kind, row.lesson_key, row.at, row.data))
    return read, rejected
