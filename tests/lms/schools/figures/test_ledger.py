"""The ledger against a count by hand: three schools, a term with every kind of event."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given as drawn
from hypothesis import strategies as st

from lms.schools.figures import figures, selectors
from lms.schools.figures.ledger import Asked, Given, Line, ledger
from lms.schools.models import Term
from tests.lms.schools.figures.conftest import AFTER

MONDAYS = ["09-07", "09-14", "09-21", "09-28", "10-05", "10-12"]
# Counted by hand from what conftest.py does. Required, planned, live, by recording, made up; owed by then.
BY_HAND = {
    # two a week, on Mondays and Thursdays
    ("A", "A1", "music"): [
        (2, 2, 1, 1, 0, 0),  # Thursday by recording
        (2, 2, 1, 0, 1, 0),  # Monday cancelled, made up in the week after; Thursday by a substitute
        (2, 2, 1, 0, 0, 1),  # Monday: no link
        (1, 1, 1, 0, 0, 1),  # holiday on Thursday
        (1, 2, 2, 0, 0, 0),  # Thursday, and the Saturday with Thursday's lessons
        (2, 2, 0, 0, 0, 2),  # Monday cancelled, its second try without power; of Thursday nobody says anything
    ],
    # one a week, on Mondays, in another time zone
    ("B", "B1", "music"): [
        (1, 1, 1, 0, 0, 0),
        (1, 1, 0, 0, 1, 0),  # cancelled, the second try cancelled, the third held by recording
        (1, 1, 0, 0, 0, 1),  # the school had something else
        (1, 1, 0, 1, 0, 1),  # by recording
        (0, 0, 0, 0, 0, 1),  # holiday on Monday
        (1, 1, 1, 0, 0, 1),
    ],
    # one a week, on Fridays
    ("B", "B1", "english"): [
        (1, 1, 1, 0, 0, 0),
        (1, 1, 1, 0, 0, 0),
        (1, 1, 1, 0, 0, 0),  # by telephone
        (1, 0, 0, 0, 0, 1),  # holiday on Friday
        (0, 1, 1, 0, 0, 0),
        (1, 1, 1, 0, 0, 0),
    ],
    # asked for, and nobody gives it
    ("C", "C1", "art"): [(1, 0, 0, 0, 0, owed) for owed in (1, 2, 3, 4)] + [(0, 0, 0, 0, 0, 4), (1, 0, 0, 0, 0, 5)],
}


def test_the_ledger_equals_the_count_by_hand(term: Term) -> None:
    lines = selectors.lines(term, AFTER)
    counted = {
        (school, school_class, subject, monday): numbers
        for (school, school_class, subject), weeks in BY_HAND.items()
        for monday, numbers in zip(MONDAYS, weeks, strict=True)
    }
    found = {
        (one.school, one.school_class, one.subject, f"{one.monday:%m-%d}"): (
            *(one.required, one.planned, one.live, one.recorded, one.made_up),
            one.owed,
        )
        for one in lines
    }
    assert found == counted


def test_in_the_middle_of_the_term_only_what_is_over_is_owed(term: Term) -> None:
    lines = selectors.lines(term, datetime(2026, 9, 24, 4, tzinfo=UTC), ["A", "C"])
    owed = {(one.school, f"{one.monday:%m-%d}"): one.owed for one in lines}
    assert [owed["C", monday] for monday in MONDAYS] == [1, 2, 2, None, None, None]  # of this week, none has been
    assert owed["A", "09-21"] == 0
    assert {one.school for one in lines} == {"A", "C"}


def test_figures_of_schools_are_sums_of_the_ledger(term: Term) -> None:
    shares = figures.shares(selectors.lines(term, AFTER), by_class=False)
    told = [(one.school, one.subject, one.due, one.held, one.owed, one.percent) for one in shares]
    assert told == [
        ("A", "music", 10, 8, 2, 80),
        ("B", "english", 5, 5, 0, 100),
        ("B", "music", 5, 4, 1, 80),
        ("C", "art", 5, 0, 5, 0),
    ]


def test_what_came_to_nothing_is_counted_by_cause(term: Term) -> None:
    found = figures.causes(selectors.lost(term, AFTER))
    assert found == {"C": {"link": 1, "school": 1, "power": 1, figures.CANCELLED: 1, figures.UNSAID: 1}}


def test_a_substitutes_lessons_are_the_substitutes_load(term: Term) -> None:
    loads = {one.teacher: (one.planned, one.held, one.fullest_week) for one in selectors.loads(term)}
    # T1: ten lessons of A1 (seven held) and five of B1 (four held); five in the week from 21 September.
    assert loads == {"T1": (15, 11, 5), "T2": (5, 5, 1), "T3": (1, 1, 1)}


def test_some_schools_are_counted_alone(term: Term) -> None:
    assert selectors.school_keys(term, {"B"}) == ("B",)
    assert [one.school_class for one in figures.shares(selectors.lines(term, AFTER, {"B"}), by_class=True)] == [
        "B1",
        "B1",
    ]


WEEK = [date(2026, 9, 7) + timedelta(days=day) for day in range(5)]


def counted(asked: list[int], given: list[Given], today: date) -> Line:
    """The one line of a week in which a class asks for music several times."""
    requests = [Asked("S", "G", "music", many) for many in asked]
    (line,) = ledger(requests, given, school_days=WEEK, today=today)
    return line


def test_requests_of_one_subject_add_up() -> None:
    assert counted([2, 1], [], date(2026, 9, 14)).required == 3


def test_on_monday_nothing_of_the_week_is_owed_and_the_week_has_begun() -> None:
    assert counted([1], [], WEEK[0]).owed == 0


def test_more_lessons_than_are_required_are_not_due() -> None:
    given = [Given(day, "S", "G", "music", WEEK[day]) for day in range(3)]
    assert counted([2], given, WEEK[4]).owed == 2


def test_a_lesson_that_was_held_counts_though_its_plan_was_taken_back() -> None:
    line = counted([1], [Given(1, "S", "G", "music", WEEK[0], how="voice", dropped=True)], WEEK[4])
    assert (line.planned, line.live, line.owed) == (1, 1, 0)


DAYS = [date(2026, 9, 7) + timedelta(days=at) for at in range(35)]


@st.composite
def terms(draw: st.DrawFn) -> tuple[list[Asked], list[Given], list[date], date]:
    days = draw(st.lists(st.sampled_from(DAYS), unique=True, min_size=1))
    asked = [Asked("S", name, "music", draw(st.integers(0, 5))) for name in "GH"]
    given: list[Given] = []
    for key in range(draw(st.integers(0, 12))):
        before = draw(st.sampled_from([None, *range(key)]))
        how = draw(st.sampled_from(["", "", "picture", "recording"]))
        dropped = not how and draw(st.booleans())
        given.append(
            Given(key, "S", draw(st.sampled_from("GH")), "music", draw(st.sampled_from(days)), how, before, dropped)
        )
    return asked, given, sorted(days), draw(st.sampled_from(DAYS))


@drawn(terms())
def test_whatever_happens_the_account_is_kept(drawn_term: tuple[list[Asked], list[Given], list[date], date]) -> None:
    asked, given, days, today = drawn_term
    lines = ledger(asked, given, school_days=days, today=today)
    assert lines == ledger(asked, list(reversed(given)), school_days=days, today=today)
    for one in asked:
        own = [line for line in lines if line.school_class == one.school_class]
        assert sum(line.required for line in own) == (2 * one.lessons_per_week * len(days) + 5) // 10
        for at, line in enumerate(own):
            assert line.held <= line.planned
            if line.owed is not None:
                paid: list[Line] = own[: at + 1]
                assert line.owed == max(0, sum(week.due - week.held for week in paid))
