"""The cheapest changes really cover what they say, by a checker that knows nothing of how they were found."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings

from lms.schools.checking.report import check
from lms.schools.scheduling.changes import Change, Proposal, changed, cheapest_changes, partly_covered, with_placements
from lms.schools.scheduling.documents import timetable_document
from lms.schools.scheduling.planning import plan
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import Timetable
from tests.lms.schools import factories
from tests.lms.schools.factories import instance, request, school, site, teacher

FIELDS = {
    "open": ("classes", "open"),
    "free": ("teachers", "free"),
    "load": ("teachers", "max_weekly_lessons"),
    "receivers": ("teachers", "max_receivers"),
    "room": ("schools", "remote_rooms"),
    "studio": ("lead_sites", "studios"),
    "link": ("counties", "max_concurrent"),
}


def proposed(document: Any) -> tuple[Timetable, dict[str, Proposal]]:
    read = read_instance(document)
    made = plan(read, time_limit_s=0.15)
    return made, cheapest_changes(read, made)


def corrected(document: Any, changes: tuple[Change, ...]) -> Any:
    """The document as a person would change it."""
    document = copy.deepcopy(document)
    for one in changes:
        name, field = FIELDS[one.kind]
        row = next(each for each in document[name] if each["id"] == one.key)
        if one.slot:
            assert list(one.slot) not in row[field]
            row[field].append(list(one.slot))
        else:
            row[field] += max(1, one.more)
    return document


def holds(document: Any, made: Timetable, proposal: Proposal) -> None:
    """With the changes, the timetable with these requests put in keeps every rule and covers so much more."""
    after = corrected(document, proposal.changes)
    covered = {one.request for one in proposal.covers}
    streams = with_placements(read_instance(after), made.streams, proposal.covers)
    there = timetable_document(
        Timetable(tuple(streams), tuple(one for one in made.unmet if one.request not in covered), 0, 100, 0)
    )
    report = check(after, there)
    assert [one for one in report.violations if one.rule != "section 5"] == []
    total = sum(one["lessons_per_week"] for one in document["requests"])
    assert report.coverage_percent == pytest.approx(made.coverage_percent + 100 * proposal.gain / total)
    before = check(document, there)  # and without the changes it breaks one
    assert [one for one in before.violations if one.rule != "section 5"]


@settings(max_examples=60)
@given(factories.instances(most_requests=8))
def test_every_change_proposed_covers_what_it_says(document: Any) -> None:
    made, found = proposed(document)
    assert found.keys() <= {one.request for one in made.unmet}
    for own, one in found.items():
        assert own == one.covers[0].request
        assert one.changes
        holds(document, made, one)
        assert changed(read_instance(document), one.changes) == read_instance(corrected(document, one.changes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"classes": [{"id": "G", "school": "S", "open": [[4, 1]]}]}, [Change("open", "G", (1, 1))]),
        ({"teachers": [teacher("T", max_weekly_lessons=0)]}, [Change("load", "T", more=1)]),
        ({"teachers": [teacher("T", max_receivers=0)]}, [Change("receivers", "T")]),
        ({"teachers": [teacher("T", free=[[4, 1]])]}, [Change("open", "G", (4, 1))]),
        ({"lead_sites": [site("L", studios=0)]}, [Change("studio", "L")]),
        ({"schools": [school("S", remote_rooms=0)]}, [Change("room", "S")]),
        ({"counties": [{"id": "C", "cluster": "K", "max_concurrent": 0}]}, [Change("link", "C")]),
    ],
)
def test_what_is_missing_is_what_is_proposed(changes: Any, expected: list[Change]) -> None:
    document = instance(**changes)
    made, found = proposed(document)
    assert list(found["R"].changes) == expected
    assert found["R"].gain == 1
    holds(document, made, found["R"])


def test_where_nobody_serves_no_change_helps() -> None:
    assert proposed(instance(teachers=[teacher("T", subject="art")]))[1] == {}
    assert proposed(instance(lead_sites=[site("L", timezone="Asia/Kolkata")]))[1] == {}
    assert proposed(instance())[1] == {}


def test_the_gain_counts_others_that_the_same_changes_cover() -> None:
    document = instance(
        schools=[school("S"), school("U")],
        classes=[{"id": own, "school": own, "open": [[1, 1]]} for own in ("S", "U")],
        requests=[request("R", "S"), request("Q", "U")],
        teachers=[teacher("T", max_weekly_lessons=0)],
    )
    made, found = proposed(document)
    assert {own: one.gain for own, one in found.items()} == {"R": 2, "Q": 2}
    assert found["R"].changes == found["Q"].changes == (Change("load", "T", more=1),)
    holds(document, made, found["R"])


def test_time_that_is_up_leaves_the_rest_without_changes() -> None:
    document = instance(teachers=[teacher("T", max_weekly_lessons=0)])
    read = read_instance(document)
    assert cheapest_changes(read, plan(read, time_limit_s=0.15), most_s=-1) == {}


def test_what_could_be_given_in_part_is_told() -> None:
    document = instance(requests=[request("R", "G", lessons_per_week=3), request("Q", "G", subject="art")])
    read = read_instance(document)
    assert partly_covered(read, plan(read, time_limit_s=0.15)) == {"R": 2}
    assert partly_covered(read, plan(read, time_limit_s=0.15), most_s=-1) == {}


@settings(max_examples=30)
@given(factories.instances(most_requests=6))
def test_in_part_means_that_a_smaller_request_would_be_covered(document: Any) -> None:
    made, _ = proposed(document)
    for own, lessons in partly_covered(read_instance(document), made).items():
        smaller = copy.deepcopy(document)
        next(one for one in smaller["requests"] if one["id"] == own)["lessons_per_week"] = lessons
        report = check(smaller, timetable_document(made))
        assert [one.where for one in report.violations if "simply be added" in one.sentence] == [f"unmet {own}"]
