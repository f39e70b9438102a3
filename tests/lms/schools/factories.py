"""Small instances of `fieldschool-pairing/1`, built by hand or drawn at random."""

from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
BELLS = [{"start": "08:00", "minutes": 40}, {"start": "09:00", "minutes": 40}, {"start": "10:00", "minutes": 40}]


def instance(**changes: Any) -> Document:
    """One county, one school with one class that asks for one lesson, one teacher who can give it."""
    document: Document = {
        "format": "fieldschool-pairing/1",
        "name": "small",
        "term": {"week_start": "2026-09-07"},
        "rules": {"start_tolerance_minutes": 5, "one_lesson_per_day": True},
        "counties": [{"id": "C", "cluster": "K", "max_concurrent": 9}],
        "schools": [school("S")],
        "classes": [{"id": "G", "school": "S", "grade": 3, "open": [[1, 1], [2, 1]]}],
        "requests": [request("R", "G")],
        "lead_sites": [site("L")],
        "teachers": [teacher("T")],
    }
    return {**document, **changes}


def school(own: str, **changes: Any) -> Document:
    row = {"id": own, "county": "C", "timezone": "Asia/Shanghai", "bells": BELLS, "remote_rooms": 1}
    return {**row, "avoid_periods": [1], **changes}


def site(own: str, **changes: Any) -> Document:
    row = {"id": own, "scope": "county", "county": "C", "timezone": "Asia/Shanghai", "bells": BELLS, "studios": 1}
    return {**row, **changes}


def request(own: str, school_class: str, **changes: Any) -> Document:
    row = {"id": own, "class": school_class, "subject": "music", "level": "a", "lessons_per_week": 1, "priority": 1}
    return {**row, **changes}


def teacher(own: str, **changes: Any) -> Document:
    row = {"id": own, "site": "L", "subject": "music", "levels": ["a"], "free": [[1, 1], [2, 1]]}
    return {**row, "max_weekly_lessons": 4, "max_receivers": 2, "fixed_streams": [], **changes}


SLOTS = [[day, period] for day in (1, 2, 3) for period in (1, 2)]
SHIFTED = {  # the same instants by clocks two hours apart, by bells a few minutes apart, and by others that never meet
    "Asia/Shanghai": ["10:00", "11:00"],
    "Asia/Urumqi": ["08:05", "09:00"],
    "Asia/Kolkata": ["07:30", "09:00"],
}


def some(what: list[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(what), min_size=least, max_size=len(what), unique_by=str)


@st.composite
def instances(draw: st.DrawFn, most_requests: int = 6) -> Document:
    """Instances of a few classes, tight enough that not everything can be covered."""

    def bells() -> tuple[str, list[Document]]:
        zone = draw(st.sampled_from(sorted(SHIFTED)))
        return zone, [{"start": start, "minutes": 40} for start in SHIFTED[zone]]

    numbers = st.integers(1, 2)
    counties = [{"id": f"C{at}", "cluster": "K", "max_concurrent": draw(numbers)} for at in range(2)]
    schools, sites, teachers = [], [], []
    for at in range(draw(numbers)):
        zone, rings = bells()
        county = draw(st.sampled_from(["C0", "C1"]))
        schools.append(school(f"S{at}", county=county, timezone=zone, bells=rings, remote_rooms=draw(numbers)))
    classes = [
        {"id": f"G{at}", "school": draw(st.sampled_from(schools))["id"], "grade": 1, "open": draw(some(SLOTS, 3))}
        for at in range(draw(st.integers(1, 3)))
    ]
    requests = [
        request(
            f"R{at}",
            draw(st.sampled_from(classes))["id"],
            level=draw(st.sampled_from(["a", "b"])),
            lessons_per_week=draw(st.integers(1, 3)),
            priority=draw(numbers),
        )
        for at in range(draw(st.integers(1, most_requests)))
    ]
    for at in range(2):
        zone, rings = bells()
        scope = draw(st.sampled_from(["county", "cluster", "national"]))
        where = {"county": {"county": "C0"}, "cluster": {"county": None, "cluster": "K"}, "national": {}}[scope]
        sites.append(site(f"L{at}", scope=scope, timezone=zone, bells=rings, studios=draw(numbers), **where))
    for at in range(draw(st.integers(1, 3))):
        fixed = draw(some(SLOTS))[:2]
        streams = [{"id": f"F{at}", "level": draw(st.sampled_from(["a", "b"])), "slots": fixed}] if fixed else []
        teachers.append(
            teacher(
                f"T{at}",
                site=draw(st.sampled_from(["L0", "L1"])),
                levels=draw(some(["a", "b"])),
                free=[slot for slot in draw(some(SLOTS, 2)) if slot not in fixed],
                max_weekly_lessons=draw(st.integers(1, 4)),
                max_receivers=draw(numbers),
                fixed_streams=streams,
            )
        )
    tolerance = draw(st.sampled_from([0, 5, 60]))
    return instance(
        rules={"start_tolerance_minutes": tolerance},
        counties=counties,
        schools=schools,
        classes=classes,
        requests=requests,
        lead_sites=sites,
        teachers=teachers,
    )


@st.composite
def events(draw: st.DrawFn, document: Document) -> list[Document]:
    """One to three events that can happen in the instance."""

    def one(kind: str) -> Document:
        if kind == "teacher_away":
            return {"type": kind, "teacher": draw(st.sampled_from(document["teachers"]))["id"]}
        name, among = ("school", "schools") if kind == "school_offline" else ("site", "lead_sites")
        return {"type": kind, name: draw(st.sampled_from(document[among]))["id"], "weekday": draw(st.integers(1, 3))}

    kinds = st.sampled_from(["teacher_away", "school_offline", "lead_closed"])
    return [one(kind) for kind in draw(st.lists(kinds, min_size=1, max_size=3))]
