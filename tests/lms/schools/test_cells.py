"""What cells say, however they are written; what could mean two things is refused rather than guessed."""

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.schools.sheets import cells
from lms.schools.sheets.types import NotUnderstood
from tests.lms.schools import foreign

SLOTS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 9)), min_size=1, unique=True).map(sorted)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.weekday, "周二", 2),
        (cells.weekday, "星期二", 2),
        (cells.weekday, "礼拜天", 7),
        (cells.weekday, "星期２", 2),
        (cells.weekday, "Tue", 2),
        (cells.weekday, "Tuesday", 2),
        (cells.period, "第三节", 3),
        (cells.period, "第3节", 3),
        (cells.period, "３", 3),
        (cells.period, "P3", 3),
        (cells.period, "第十一节", 11),
        (cells.whole, "１２", 12),
        (cells.whole, "3.0", 3),
        (cells.whole, "两间", 2),
        (cells.whole, "二十", 20),
        (cells.whole, "2节/周", 2),
        (cells.number, "1.5", 1.5),
        (cells.clocks, "8：05－8：45", ["08:05", "08:45"]),
        (cells.clocks, "8点05分", ["08:05"]),
        (cells.day, "2026年9月1日", date(2026, 9, 1)),
        (cells.day, "2026/9/1", date(2026, 9, 1)),
        (cells.days, "2026-10-01至2026-10-03", [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)]),
        (cells.days, "2026年10月1日-2日", [date(2026, 10, 1), date(2026, 10, 2)]),
        (cells.days, "2026-10-01、2026-10-08", [date(2026, 10, 1), date(2026, 10, 8)]),
        (cells.grades, "三年级", [3]),
        (cells.grades, "三、四年级复式", [3, 4]),
        (cells.grades, "三四年级", [3, 4]),
        (cells.grades, "3-5", [3, 4, 5]),
        (cells.grades, "Grades 1-2", [1, 2]),
        (cells.grades, "高段", [5, 6]),
        (cells.level, "一二年级", "band-1-2"),
        (cells.level, "四年级", "grade-4"),
        (cells.level, "band-3-4", "band-3-4"),
        (cells.level, "提高班", "提高班"),
        (cells.levels, "低段、中段", ["低段", "中段"]),
        (cells.levels, "一、二年级;三、四年级", ["一、二年级", "三、四年级"]),
        (cells.subject, "音乐课", "music"),
        (cells.subject, "Music", "music"),
        (cells.subject, "剪纸", "剪纸"),
        (cells.scope, "片区", "cluster"),
        (cells.periods, "1、2、第4节", [1, 2, 4]),
        (cells.periods, "上午", ["morning"]),
        (cells.slots, "周一第1-3节；周二、周四第5节", [(1, 1), (1, 2), (1, 3), (2, 5), (4, 5)]),
        (cells.slots, "周一至周三第２节", [(1, 2), (2, 2), (3, 2)]),
        (cells.slots, "周一第一至三节", [(1, 1), (1, 2), (1, 3)]),
        (cells.slots, "Mon P1-2; Tuesday 4 and 5", [(1, 1), (1, 2), (2, 4), (2, 5)]),
        (cells.slots, "星期5下午", [(5, "afternoon")]),
        (cells.slots, "周二全天", [(2, "day")]),
        (cells.slots, "周三第2节（单周）；周四第1节", [(4, 1)]),
        (cells.slots, "周三第2节（单周）；周三第2节（双周）", [(3, 2)]),
    ],
)
def test_cells_are_read(read: Callable[[str], Any], text: str, value: Any) -> None:
    assert read(cells.tidy(text)) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (cells.weekday, "周一周二", "bad_weekday"),
        (cells.weekday, "周八", "bad_weekday"),
        (cells.period, "早读", "bad_period"),
        (cells.period, "0", "bad_period"),
        (cells.period, "21", "bad_period"),
        (cells.whole, "若干", "bad_number"),
        (cells.whole, "3-4", "bad_number"),
        (cells.whole, "十十", "bad_number"),
        (cells.clock, "25:00", "bad_time"),
        (cells.clocks, "08:00-09:00-10:00", "bad_time"),
        (cells.day, "9月1日", "bad_date"),
        (cells.day, "2026-02-30", "bad_date"),
        (cells.day, "2026-10-01至2026-10-03", "bad_date"),
        (cells.days, "2026-10-03至2026-10-01", "bad_date"),
        (cells.days, "0000-01-01/1", "bad_date"),
        (cells.days, "0002-01-03至1", "bad_date"),
        (cells.grades, "初一", "bad_grade"),
        (cells.grades, "十五", "bad_grade"),
        (cells.scope, "镇", "bad_scope"),
        (cells.slots, "周一", "bad_slots"),
        (cells.slots, "第3节", "bad_slots"),
        (cells.slots, "周一、三第2节", "bad_slots"),
        (cells.slots, "周一二节", "bad_slots"),
        (cells.slots, "周一第1-", "bad_slots"),
        (cells.slots, "周一至第2节", "bad_slots"),
        (cells.slots, "周一第3-1节", "bad_slots"),
        (cells.slots, "周一随便", "bad_slots"),
    ],
)
def test_what_is_not_clear_is_refused(read: Callable[[str], Any], text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        read(cells.tidy(text))
    assert caught.value.code == code


@given(SLOTS)
def test_slots_are_read_as_they_were_written(slots: Any) -> None:
    chinese = foreign.slots([list(slot) for slot in slots])
    english = "; ".join(f"{foreign.DAYS[day - 1]} P{period}" for day, period in slots)
    assert cells.slots(cells.tidy(chinese)) == cells.slots(english) == slots


@given(st.text("周一二三四五第节12345-至、，;；()单双Mon P上午", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (cells.slots, cells.periods, cells.grades, cells.whole, cells.clocks, cells.days, cells.weekday):
        with contextlib.suppress(NotUnderstood):
            read(cells.tidy(text))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=2))
def test_the_band_of_grades_holds_them(found: list[int]) -> None:
    first, last = (int(part) for part in cells.band(found).split("-")[1:])
    assert first <= min(found) <= max(found) <= last
    assert (first % 2, last % 2) == (1, 0)


@pytest.mark.parametrize(
    ("name", "grades"),
    [("三年级2班", [3]), ("四（1）班", [4]), ("三、四年级复式班", [3, 4]), ("Grade 3 B", [3]), ("青山班", [])],
)
def test_a_class_may_be_named_after_its_grades(name: str, grades: list[int]) -> None:
    assert cells.grades_in_name(cells.tidy(name)) == grades
