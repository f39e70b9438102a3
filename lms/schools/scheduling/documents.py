"""Timetables and events as documents: section 2 out, sections 2 and 6 in."""

from typing import Any

from lms.schools.scheduling.fields import Fields, shown
from lms.schools.scheduling.types import N_, WEEKDAYS, BadInput, Events, Instance, Receiver, Stream, Timetable


def timetable_document(timetable: Timetable) -> dict[str, Any]:
    """The document of section 2; after a repair with `repaired`, which readers of the format pass over."""
    document: dict[str, Any] = {
        "streams": [
            {
                "teacher": stream.teacher,
                "subject": stream.subject,
                "level": stream.level,
                "slots": [list(slot) for slot in stream.slots],
                "receivers": [
                    {"request": one.request, "class": one.school_class, "slots": [list(slot) for slot in one.slots]}
                    for one in stream.receivers
                ],
            }
            for stream in timetable.streams
        ],
        "unmet": [{"request": one.request, "reasons": list(one.reasons)} for one in timetable.unmet],
        "coverage_percent": timetable.coverage_percent,
        "bound_percent": timetable.bound_percent,
        "seconds": round(timetable.seconds, 2),
        "cost": round(timetable.cost, 2),
    }
    if timetable.repaired:
        document["repaired"] = {
            "forced_lessons": timetable.repaired.forced_lessons,
            "forced_replaced": timetable.repaired.forced_replaced,
            "other_moved": timetable.repaired.other_moved,
            "other_lost": timetable.repaired.other_lost,
        }
    return document


def read_repair(document: Any, instance: Instance) -> tuple[tuple[Stream, ...], Events]:
    """The previous streams and the events of a REPAIR.json. Raises BadInput."""
    top = Fields(document, "")
    previous = top.object("previous")
    streams = tuple(_stream(one, instance) for one in previous.objects("streams"))
    seen: set[str] = set()
    for stream in streams:
        for receiver in stream.receivers:
            if receiver.request in seen:
                raise BadInput(
                    "duplicate_id",
                    N_("previous: request %(request)s is covered twice."),
                    request=shown(receiver.request),
                )
            seen.add(receiver.request)
    return streams, _events(top, instance)


def _stream(one: Fields, instance: Instance) -> Stream:
    teacher = instance.teachers[one.known("teacher", instance.teachers, N_("teacher"))]
    slots = one.slots("slots", len(instance.lead_sites[teacher.site].bells))
    receivers = tuple(_receiver(each, instance) for each in one.objects("receivers"))
    for receiver in receivers:
        if len(receiver.slots) != len(slots):
            raise BadInput(
                "contradiction",
                N_("%(where)s: %(request)s has another number of slots."),
                where=one.where,
                request=shown(receiver.request),
            )
    return Stream(teacher.id, one.text("subject"), one.text("level"), slots, receivers)


def _receiver(one: Fields, instance: Instance) -> Receiver:
    request = instance.requests[one.known("request", instance.requests, N_("request"))]
    school = instance.schools[instance.classes[request.school_class].school]
    return Receiver(request.id, request.school_class, one.slots("slots", len(school.bells)))


def _events(top: Fields, instance: Instance) -> Events:
    away: set[str] = set()
    offline: set[tuple[str, int]] = set()
    closed: set[tuple[str, int]] = set()
    for one in top.objects("events"):
        kind = one.text("type")
        if kind == "teacher_away":
            away.add(one.known("teacher", instance.teachers, N_("teacher")))
        elif kind == "school_offline":
            offline.add((one.known("school", instance.schools, N_("school")), one.whole("weekday", 1, WEEKDAYS)))
        elif kind == "lead_closed":
            closed.add((one.known("site", instance.lead_sites, N_("lead site")), one.whole("weekday", 1, WEEKDAYS)))
        else:
            raise one.bad(
                "wrong_value",
                "type",
                N_("%(where)s is %(value)s; it should be teacher_away, school_offline or lead_closed."),
                value=shown(kind),
            )
    return Events(frozenset(away), frozenset(offline), frozenset(closed))
