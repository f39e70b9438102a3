"""From bytes to an instance: `fieldschool-pairing/1`, section 1. What cannot be used is refused with code and place."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import orjson

from lms.schools.scheduling.fields import Fields, Report, refuse, shown
from lms.schools.scheduling.types import (
    FORMAT,
    N_,
    WEEKDAYS,
    BadInput,
    County,
    Fairness,
    FixedStream,
    Instance,
    LeadSite,
    Period,
    Request,
    Rules,
    School,
    SchoolClass,
    Slot,
    Teacher,
    Weights,
)

Row = TypeVar("Row")
MOST_BYTES = 32 * 1024 * 1024
"""Of JSON text, unpacked: some 50,000 classes."""
DAY_MIN = 24 * 60
DEFAULT_FAIRNESS = [{"over_percent": 5, "cost_per_lesson": 30}, {"over_percent": 15, "cost_per_lesson": 60}]


def unpack(data: bytes, name: str) -> bytes:
    """The JSON text of a file, which may be gzipped. Raises BadInput for what is too large or damaged."""
    if data[:2] == b"\x1f\x8b":
        stream = zlib.decompressobj(wbits=31)
        try:
            data = stream.decompress(data, MOST_BYTES + 1)
        except zlib.error as error:
            raise BadInput(
                "damaged_gzip", N_("%(name)s is gzipped, but damaged (%(error)s)."), name=name, error=error
            ) from error
        if len(data) <= MOST_BYTES and not stream.eof:
            raise BadInput("damaged_gzip", N_("%(name)s is gzipped, but ends too early."), name=name)
    if len(data) > MOST_BYTES:
        raise BadInput(
            "too_large", N_("%(name)s holds more than %(most)s MB of text."), name=name, most=MOST_BYTES // 1024 // 1024
        )
    return data


def parse(data: bytes, name: str) -> Any:
    """The document of a file that may be gzipped. Raises BadInput."""
    try:
        return orjson.loads(unpack(data, name))
    except orjson.JSONDecodeError as error:
        raise BadInput(
            "not_json",
            N_("%(name)s is not JSON: %(error)s, line %(line)s, column %(column)s."),
            name=name,
            error=error.msg,
            line=error.lineno,
            column=error.colno,
        ) from error


def read_instance(document: Any) -> Instance:
    """The instance that a parsed document describes. Raises BadInput at the first thing that is wrong."""
    top = Fields(document, "")
    if top.text("format") != FORMAT:
        raise top.bad(
            "wrong_format",
            "format",
            N_("%(where)s is %(value)s; it should be “%(right)s”."),
            value=shown(top.text("format")),
            right=FORMAT,
        )
    monday = _monday(top.object("term"))
    lists = _lists(top, monday, refuse)
    for problem in _fixed_once(lists.teachers):
        raise problem
    name = top.raw("name", "")
    return Instance(name if isinstance(name, str) else "", _rules(top), **vars(lists))


def find_problems(document: Any) -> list[BadInput]:
    """Everything that is wrong with a document; what refers to a bad row is not told as well."""
    found: list[BadInput] = []
    try:
        top = Fields(document, "")
        monday = _monday(top.object("term"))
        if top.text("format") != FORMAT:
            raise top.bad(
                "wrong_format",
                "format",
                N_("%(where)s is %(value)s; it should be “%(right)s”."),
                value=shown(top.text("format")),
                right=FORMAT,
            )
        _rules(top)
    except BadInput as error:
        return [error]
    lists = _lists(top, monday, found.append)
    if not found:
        found += _fixed_once(lists.teachers)
    return found


@dataclass(frozen=True)
class _Lists:
    """The rows of a document by id."""

    counties: dict[str, County]
    schools: dict[str, School]
    classes: dict[str, SchoolClass]
    requests: dict[str, Request]
    lead_sites: dict[str, LeadSite]
    teachers: dict[str, Teacher]


def _lists(top: Fields, monday: date, report: Report) -> _Lists:
    """Read every list. What is wrong goes to `report`; where that returns, the row is left out."""
    bad: set[tuple[str, str]] = set()  # (list, id)

    def each(name: str, read: Callable[[str, Fields], Row], reference: str = "", to: str = "") -> dict[str, Row]:
        rows = {}
        for own, one in top.named(name, report):
            target = one.raw(reference, None) if reference else None
            if isinstance(target, str) and (to, target) in bad:
                bad.add((name, own))
                continue
            try:
                rows[own] = read(own, one)
            except BadInput as error:
                bad.add((name, own))
                report(error)
        return rows

    counties = each("counties", lambda own, one: County(own, one.text("cluster"), one.whole("max_concurrent", 0)))
    schools = each("schools", lambda own, one: _school(own, one, monday, counties), "county", "counties")
    classes = each("classes", lambda own, one: _class(own, one, schools), "school", "schools")
    sites = each("lead_sites", lambda own, one: _site(own, one, monday, counties), "county", "counties")
    requests = each("requests", lambda own, one: _request(own, one, classes), "class", "classes")
    teachers = each("teachers", lambda own, one: _teacher(own, one, sites), "site", "lead_sites")
    return _Lists(counties, schools, classes, requests, sites, teachers)


def _monday(term: Fields) -> date:
    monday = _date(term, "week_start")
    if monday.weekday() != 0 or not 1970 <= monday.year <= 2200:
        raise term.bad(
            "bad_date",
            "week_start",
            N_("%(where)s is %(value)s; it should be a Monday from 1970 to 2200."),
            value=monday.isoformat(),
        )
    return monday


def _rules(top: Fields) -> Rules:
    rules = top.object("rules")
    if not isinstance(rules.raw("one_lesson_per_day", True), bool):
        raise rules.bad("wrong_type", "one_lesson_per_day", N_("%(where)s should be true or false."))
    prices, usual = rules.object("weights", {}), Weights()
    scope = prices.object("scope", {})
    weights = Weights(
        **{
            name: prices.number(name, getattr(usual, name))
            for name in Weights.__dataclass_fields__
            if not name.startswith("scope_")
        },
        scope_county=scope.number("county", usual.scope_county),
        scope_cluster=scope.number("cluster", usual.scope_cluster),
        scope_national=scope.number("national", usual.scope_national),
    )
    fairness = tuple(
        Fairness(one.number("over_percent"), one.number("cost_per_lesson"))
        for one in rules.objects("fairness", DEFAULT_FAIRNESS)
    )
    return Rules(rules.number("start_tolerance_minutes"), weights, fairness)


def _bells(one: Fields) -> tuple[Period, ...]:
    """The bell list of a place: at least one period, none that overlaps another or passes midnight."""
    bells = tuple(Period(bell.clock("start"), bell.whole("minutes", 1, DAY_MIN)) for bell in one.objects("bells"))
    if not bells:
        raise one.bad("no_periods", "bells", N_("%(where)s is empty; a place needs at least one period."))
    order = sorted(range(len(bells)), key=lambda number: bells[number].start_min)
    for early, late in pairwise(order):
        if bells[early].start_min + bells[early].minutes > bells[late].start_min:
            raise one.bad(
                "periods_overlap",
                "bells",
                N_("%(where)s: periods %(one)s and %(other)s overlap."),
                one=early + 1,
                other=late + 1,
            )
    if bells[order[-1]].start_min + bells[order[-1]].minutes > DAY_MIN:
        raise one.bad("bad_time", "bells", N_("%(where)s: period %(one)s goes past midnight."), one=order[-1] + 1)
    return bells


def _other_bells(one: Fields) -> None:
    """Bells of other days are no part of a plan; they are looked at all the same, for whoever makes dated lessons."""
    for other in one.objects("other_bells", []):
        _bells(other)
        for day in ("from", "to"):
            if other.raw(day, "") != "":
                _date(other, day)
        for weekday in other.listed("weekdays", []):
            if not isinstance(weekday, int) or isinstance(weekday, bool) or not 1 <= weekday <= WEEKDAYS:
                raise other.bad(
                    "no_such_slot",
                    "weekdays",
                    N_("%(where)s has %(value)s: weekdays go from 1 (Monday) to %(last)s."),
                    value=shown(weekday),
                    last=WEEKDAYS,
                )


def _date(one: Fields, name: str) -> date:
    text = one.text(name)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise one.bad(
            "bad_date",
            name,
            N_("%(where)s is %(value)s; it should be a date like 2026-09-07."),
            value=shown(text),
        ) from error


def _zone(one: Fields) -> ZoneInfo:
    name = one.text("timezone")
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # not found, a path, a folder
        raise one.bad(
            "unknown_timezone", "timezone", N_("%(where)s is %(value)s, no IANA time zone."), value=shown(name)
        ) from error


def _starts_s(zone: ZoneInfo, bells: tuple[Period, ...], monday: date) -> dict[Slot, int]:
    """When each slot starts, in seconds since 1970 in UTC."""
    starts: dict[Slot, int] = {}
    for weekday in range(1, WEEKDAYS + 1):
        day = datetime(monday.year, monday.month, monday.day, tzinfo=zone) + timedelta(days=weekday - 1)
        for period, bell in enumerate(bells, 1):
            local = day.replace(hour=bell.start_min // 60, minute=bell.start_min % 60)
            starts[weekday, period] = int(local.timestamp())
    return starts


def _school(own: str, one: Fields, monday: date, counties: dict[str, County]) -> School:
    zone, bells = _zone(one), _bells(one)
    _other_bells(one)
    avoided = one.listed("avoid_periods", [])
    if not all(isinstance(period, int) and not isinstance(period, bool) for period in avoided):
        raise one.bad("wrong_type", "avoid_periods", N_("%(where)s should hold numbers of periods."))
    return School(
        id=own,
        timezone=zone,
        bells=bells,
        starts_s=_starts_s(zone, bells, monday),
        county=one.known("county", counties, N_("county")),
        remote_rooms=one.whole("remote_rooms", 0),
        avoid_periods=frozenset(avoided),
    )


def _class(own: str, one: Fields, schools: dict[str, School]) -> SchoolClass:
    school = schools[one.known("school", schools, N_("school"))]
    return SchoolClass(own, school.id, frozenset(one.slots("open", len(school.bells))))


def _request(own: str, one: Fields, classes: dict[str, SchoolClass]) -> Request:
    return Request(
        id=own,
        school_class=one.known("class", classes, N_("class")),
        subject=one.text("subject"),
        level=one.text("level"),
        lessons_per_week=one.whole("lessons_per_week", 1, 1000),
        priority=one.number("priority", 1),
    )


def _site(own: str, one: Fields, monday: date, counties: dict[str, County]) -> LeadSite:
    scope = one.text("scope")
    if scope == "county":
        serves = one.known("county", counties, N_("county"))
    elif scope == "cluster":
        serves = one.text("cluster")
    elif scope == "national":
        serves = ""
    else:
        raise one.bad(
            "wrong_value",
            "scope",
            N_("%(where)s is %(value)s; it should be county, cluster or national."),
            value=shown(scope),
        )
    zone, bells = _zone(one), _bells(one)
    _other_bells(one)
    starts = _starts_s(zone, bells, monday)
    return LeadSite(
        id=own, timezone=zone, bells=bells, starts_s=starts, scope=scope, serves=serves, studios=one.whole("studios", 0)
    )


def _teacher(own: str, one: Fields, sites: dict[str, LeadSite]) -> Teacher:
    site = sites[one.known("site", sites, N_("lead site"))]
    periods = len(site.bells)
    return Teacher(
        id=own,
        site=site.id,
        subject=one.text("subject"),
        levels=frozenset(one.texts("levels")),
        free=frozenset(one.slots("free", periods)),
        max_weekly_lessons=one.whole("max_weekly_lessons", 0),
        max_receivers=one.whole("max_receivers", 0),
        fixed_streams=tuple(
            FixedStream(each.text("id"), each.text("level"), each.slots("slots", periods))
            for each in one.objects("fixed_streams", [])
        ),
    )


def _fixed_once(teachers: dict[str, Teacher]) -> Iterator[BadInput]:
    """Where a teacher gives two fixed streams at once, or is free while giving one, or two streams have one id."""
    ids: set[str] = set()
    for number, teacher in enumerate(teachers.values()):
        taken: dict[Slot, str] = {}
        for fixed in teacher.fixed_streams:
            bad = partial(
                BadInput,
                row=("teachers", number),
                field="fixed_streams",
                teacher=shown(teacher.id),
                stream=shown(fixed.id),
            )
            if fixed.id in ids:
                yield bad(
                    "duplicate_id",
                    N_("teacher %(teacher)s, fixed stream %(stream)s: another fixed stream has this id."),
                )
            ids.add(fixed.id)
            if not fixed.slots:
                yield bad("contradiction", N_("teacher %(teacher)s, fixed stream %(stream)s has no slots."))
            for slot in fixed.slots:
                if slot in taken:
                    yield bad(
                        "contradiction",
                        N_("teacher %(teacher)s, fixed stream %(stream)s: %(slot)s is taken by %(other)s already."),
                        slot=list(slot),
                        other=shown(taken[slot]),
                    )
                taken[slot] = fixed.id
                if slot in teacher.free:
                    yield bad(
                        "contradiction",
                        N_("teacher %(teacher)s, fixed stream %(stream)s: %(slot)s is among the free slots too."),
                        slot=list(slot),
                    )
