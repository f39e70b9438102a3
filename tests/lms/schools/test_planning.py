"""Plans keep every rule by a checker that shares nothing with them, cover the most there is, and say why not more."""

from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.schools.checking.report import Report, check
from lms.schools.scheduling.documents import read_repair, timetable_document
from lms.schools.scheduling.planning import Progress, plan
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import BadInput, Timetable
from tests.lms.schools import factories
from tests.lms.schools.factories import instance, request, school, site, teacher

QUICK_S = 0.15


def planned(document: Any, **options: Any) -> tuple[Timetable, Report]:
    made = plan(read_instance(document), **{"time_limit_s": QUICK_S, **options})
    return made, check(document, timetable_document(made))


def repaired(document: Any, previous: Timetable, happened: list[Any]) -> tuple[Timetable, Report]:
    repair = {"previous": timetable_document(previous), "events": happened}
    read = read_instance(document)
    streams, events = read_repair(repair, read)
    made = plan(read, time_limit_s=QUICK_S, previous=streams, events=events)
    return made, check(document, timetable_document(made), repair)


def most_lessons(document: Any) -> int:
    """The most lessons that can be covered, by trying every set of requests in every pattern, with the checker."""
    requests = document["requests"]
    choices = [[None, *patterns(document, one)] for one in requests]
    best = 0
    for chosen in product(*choices):
        asked = sum(one["lessons_per_week"] for one, way in zip(requests, chosen, strict=True) if way)
        if asked > best and keeps_rules(document, chosen):
            best = asked
    return best


def patterns(document: Any, asked: Any) -> list[Any]:
    """(teacher, lead slots, own slots) that the checker lets stand alone."""
    found = []
    opened = next(one for one in document["classes"] if one["id"] == asked["class"])["open"]
    for one in document["teachers"]:
        sets = [list(each) for each in combinations(sorted(one["free"]), asked["lessons_per_week"])]
        sets += [sorted(fixed["slots"]) for fixed in one["fixed_streams"]]
        for leads in sets:
            for own in product(opened, repeat=asked["lessons_per_week"]):
                way = (one["id"], leads, list(own))
                if len(leads) == len(own) and keeps_rules(document, [way], [asked]):
                    found.append(way)
    return found


def keeps_rules(document: Any, chosen: Any, requests: Any = None) -> bool:
    streams: dict[Any, Any] = {}
    requests = requests or document["requests"]
    for asked, way in zip(requests, chosen, strict=True):
        if way:
            key = (way[0], asked["level"], str(way[1]))
            stream = {"teacher": way[0], "subject": "music", "level": asked["level"], "slots": way[1], "receivers": []}
            streams.setdefault(key, stream)["receivers"].append(
                {"request": asked["id"], "class": asked["class"], "slots": way[2]}
            )
    covered = {asked["id"] for asked, way in zip(requests, chosen, strict=True) if way}
    unmet = [
        {"request": one["id"], "reasons": ["no_teacher"]} for one in document["requests"] if one["id"] not in covered
    ]
    made = {"streams": list(streams.values()), "unmet": unmet, "coverage_percent": 0, "bound_percent": 100}
    return not [one for one in check(document, made).violations if one.rule != "section 5"]


@settings(max_examples=40)
@given(factories.instances(most_requests=8))
def test_checker_and_plan_agree(document: Any) -> None:
    made, report = planned(document)
    assert report.violations == ()
    assert report.claims == ()
    assert report.costs is not None
    assert made.cost == pytest.approx(report.costs.total)


@settings(max_examples=25)
@given(factories.instances(most_requests=3))
def test_small_plans_cover_the_most_there_is_and_the_bound_holds(document: Any) -> None:
    document["rules"]["fairness"] = []
    for one in document["requests"]:
        one["priority"] = 1
    made, _ = planned(document, time_limit_s=0.3)
    total = sum(one["lessons_per_week"] for one in document["requests"])
    best = 100 * most_lessons(document) / total
    assert made.coverage_percent == pytest.approx(best)
    assert made.bound_percent >= best - 1e-6


@settings(max_examples=30)
@given(st.data())
def test_a_repair_keeps_every_rule_and_loses_nobody_else(data: st.DataObject) -> None:
    document = data.draw(factories.instances(most_requests=8))
    before, _ = planned(document)
    made, report = repaired(document, before, data.draw(factories.events(document)))
    assert report.violations == ()
    assert made.repaired is not None
    assert report.changes is not None
    assert vars(made.repaired) == vars(report.changes)
    assert report.changes.other_lost == 0


def test_the_same_seed_gives_the_same_timetable() -> None:
    document = instance(
        classes=[{"id": f"G{at}", "school": "S", "open": [[1, 1], [2, 1], [2, 2]]} for at in range(4)],
        requests=[request(f"R{at}", f"G{at}") for at in range(4)],
    )
    first, second = (planned(document, seed=7, time_limit_s=3)[0] for _ in range(2))
    assert first.streams == second.streams
    assert first.unmet == second.unmet


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"teachers": [teacher("T", subject="art")]}, ("no_teacher",)),
        ({"teachers": [teacher("T", levels=["b"])]}, ("no_teacher",)),
        ({"lead_sites": [site("L", scope="cluster", cluster="elsewhere")]}, ("no_teacher",)),
        ({"teachers": [teacher("T", free=[[3, 1]])]}, ("no_common_time",)),
        ({"requests": [request("R", "G", lessons_per_week=7)]}, ("no_common_time",)),
        ({"lead_sites": [site("L", timezone="Asia/Urumqi")]}, ("no_common_time",)),
        ({"teachers": [teacher("T", max_weekly_lessons=0)]}, ("teacher_full",)),
        ({"teachers": [teacher("T", max_receivers=0)]}, ("stream_full",)),
        ({"lead_sites": [site("L", studios=0)]}, ("studio_full",)),
        ({"schools": [school("S", remote_rooms=0)]}, ("room_full",)),
        ({"counties": [{"id": "C", "cluster": "K", "max_concurrent": 0}]}, ("link_full",)),
    ],
)
def test_what_stands_in_the_way_is_told(changes: Any, reasons: tuple[str, ...]) -> None:
    made, report = planned(instance(**changes))
    assert [one.reasons for one in made.unmet] == [reasons]
    assert report.violations == ()
    assert made.proven


def test_a_fixed_stream_is_joined_and_costs_nothing_of_the_load() -> None:
    fixed = [{"id": "F", "level": "b", "slots": [[1, 2], [2, 2]]}]
    document = instance(
        classes=[{"id": "G", "school": "S", "open": [[1, 2], [2, 2]]}],
        requests=[request("R", "G", level="b", lessons_per_week=2)],
        teachers=[teacher("T", max_weekly_lessons=0, free=[[3, 3]], fixed_streams=fixed)],
    )
    made, report = planned(document)
    assert report.valid
    assert made.coverage_percent == 100


def test_nothing_asked_is_wholly_covered() -> None:
    made, report = planned(instance(requests=[]))
    assert (made.coverage_percent, made.bound_percent) == (100, 100)
    assert report.valid


def test_the_search_can_be_interrupted_and_keeps_its_best() -> None:
    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    document = instance()
    made = plan(read_instance(document), watch=interrupt)
    assert made.coverage_percent == 100
    assert check(document, timetable_document(made)).valid


def test_lessons_of_an_away_teacher_go_to_another_and_nothing_else_moves() -> None:
    document = instance(
        classes=[{"id": own, "school": own[1], "open": [[1, 1], [2, 1]]} for own in ("GS", "GU")],
        schools=[school("S"), school("U")],
        requests=[request("R", "GS"), request("Q", "GU")],
        lead_sites=[site("L", studios=2)],
        teachers=[teacher("T", max_receivers=1), teacher("V", max_receivers=1)],
    )
    before, _ = planned(document)
    gone = next(one.teacher for one in before.streams if one.receivers[0].request == "R")
    made, report = repaired(document, before, [{"type": "teacher_away", "teacher": gone}])
    assert report.valid
    assert made.coverage_percent == 100
    assert made.repaired is not None
    assert made.repaired.forced_replaced == made.repaired.forced_lessons
    assert made.repaired.other_lost == 0


@pytest.mark.parametrize(
    ("repair", "code"),
    [
        ({"events": []}, "missing_field"),
        ({"previous": {"streams": []}, "events": [{"type": "earthquake"}]}, "wrong_value"),
        ({"previous": {"streams": []}, "events": [{"type": "teacher_away", "teacher": "X"}]}, "unknown_name"),
        (
            {"previous": {"streams": []}, "events": [{"type": "school_offline", "school": "S", "weekday": 6}]},
            "out_of_range",
        ),
        (
            {
                "previous": {
                    "streams": [{"teacher": "T", "subject": "music", "level": "a", "slots": [[1, 9]], "receivers": []}]
                },
                "events": [],
            },
            "no_such_slot",
        ),
    ],
)
def test_a_repair_that_does_not_fit_the_instance_is_refused(repair: Any, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_repair(repair, read_instance(instance()))
    assert refused.value.code == code
