"""Workbooks and csv files into documents: guessed, told with sheet, row and column; what is hostile is refused."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.encodings import text_of
from lms.schools.scheduling.reading import find_problems
from lms.schools.sheets import files, layout, template
from lms.schools.sheets.assemble import Assembled, assemble, wanted, without_bad_rows
from lms.schools.sheets.types import Group, Meant, Place, Problem, Table
from tests.lms.schools import factories, foreign

SHARED = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "pairing"
LISTS = ("counties", "schools", "classes", "requests", "lead_sites", "teachers")
TERM = {"term.starts": date(2026, 9, 7), "term.ends": date(2027, 1, 15)}
Change = Callable[[Any], None]


def decoded(data: bytes) -> str | None:
    try:
        return text_of(data)
    except UnicodeDecodeError:
        return None


def tables(sent: foreign.Files) -> tuple[Table, ...]:
    return files.tables(sent, decoded)


def guessed(sent: foreign.Files) -> tuple[tuple[Table, ...], tuple[Group, ...], list[Meant]]:
    found = tables(sent)
    groups = layout.look(found)
    return found, groups, [layout.guessed(group) for group in groups]


def assembled(sent: foreign.Files, **given_values: Any) -> Assembled:
    return assemble(*guessed(sent), {**TERM, **given_values})


def empty(change: Change = lambda book: None, language: str = "zh") -> foreign.Files:
    """The workbook to fill in, with its examples, changed."""
    book = openpyxl.load_workbook(io.BytesIO(template.workbook(language)))
    change(book)
    return [("county.xlsx", foreign.saved(book))]


def put(sheet: str, cell: str, value: Any) -> Change:
    def change(book: Any) -> None:
        book[sheet][cell] = value

    return change


def canonical(document: Any) -> dict[str, dict[str, Any]]:
    """The lists of a document by id, as far as planning looks at them; orders that mean nothing are sorted away."""

    def field(value: Any) -> Any:
        return sorted(value, key=str) if isinstance(value, list) else value

    found: dict[str, dict[str, Any]] = {}
    for name in LISTS:
        found[name] = {}
        for row in document[name]:
            unused = {"county", "cluster"} - {row["scope"]} if "scope" in row else set()
            kept = {
                key: row["bells"] if key == "bells" else field(value)
                for key, value in row.items()
                if key not in {"id", "grades", "edition", "unit"} | unused
            }
            streams = [{**one, "slots": field(one["slots"])} for one in row.get("fixed_streams", [])]
            found[name][row["id"]] = kept | ({"fixed_streams": field(streams)} if name == "teachers" else {})
    return found


def shared(name: str) -> Any:
    return json.loads((SHARED / name).read_text())


def test_two_workbooks_and_six_files_in_two_languages_hold_the_same_document() -> None:
    document = shared("n100.json")
    made = assembled(foreign.bilingual_files(document))
    assert made.problems == ()
    assert canonical(made.document) == canonical(document)


def test_a_chinese_workbook_of_lists_holds_the_same_document_under_other_names() -> None:
    document = shared("n100.json")
    made = assembled(foreign.chinese_workbook(document))
    assert made.problems == ()
    assert canonical(made.document) == canonical(foreign.renamed(document))
    assert made.holidays == tuple(date(2026, 10, day) for day in range(1, 8))
    assert (made.swapped, made.starts_on, made.ends_on) == (
        {date(2026, 10, 10): 4},
        date(2026, 9, 7),
        date(2027, 1, 15),
    )


@settings(max_examples=20, deadline=None)
@given(factories.instances())
def test_any_county_comes_back_from_files_and_timetables(document: Any) -> None:
    document["schools"][0]["county"] = "C0"  # which these files name as those of their schools
    of_schools = {one["county"] for one in document["schools"]}
    document["counties"] = [one for one in document["counties"] if one["id"] in of_schools]
    for one in document["teachers"]:
        one["levels"] = one["levels"] or ["a"]
    made = assembled(foreign.bilingual_files(document), **{"rules.tolerance": 5})
    assert made.problems == ()
    assert canonical(made.document) == canonical(document)


_HEADINGS = (
    "学校 班级 年级 学科 周课时 姓名 作息 节次 时间 周一 周二 周三 周四 周五 日期 县区 主讲学校 School Class 名称 合计"
)
_NAMES = "青山小学 三年级 一、二年级 音乐 王芳 语文 县级 Asia/Shanghai 无 √ 1 2 40"
_TIMES = "周一第1节 周一第9节 周六全天 上午 第1节 08:00 08:00-08:40 2026-09-01 Mon"
WORDS = ["", *f"{_HEADINGS} {_NAMES} {_TIMES}".split()]
SHEETS = st.lists(
    st.tuples(
        st.sampled_from(["学校", "班级", "教师课表", "Sheet1", "青山小学"]),
        st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=300, deadline=None)
@given(SHEETS)
def test_whatever_stands_in_sheets_is_read_or_told(sheets: Any) -> None:
    """Documents without problems pass the reader; those left of rows that have any do so as well."""
    found = [Table(f"{name}{number}", tuple(map(tuple, rows))) for number, (name, rows) in enumerate(sheets)]
    groups = layout.look(found)
    made, left_out = without_bad_rows(found, groups, [layout.guessed(group) for group in groups], TERM)
    assert made.problems or find_problems(made.document) == []
    lengths = {table.name: len(table.rows) for table in found}
    assert all(0 < row <= lengths[name] for name, row in left_out)


@pytest.mark.parametrize("taken", ["语文", "●"])
def test_what_is_free_in_a_timetable_is_asked_where_its_marks_are_not_known(taken: str) -> None:
    rows = [
        ("节次", "周一", "周二", "周三", "周四", "周五"),
        ("1", taken, "", "", "", ""),
        ("2", "", taken, "", "", ""),
    ]
    (group,) = layout.look([Table("三年级课表", tuple(rows))])
    assert (group.kind, group.sure) == ("class_grids", taken == "语文")
    assert layout.guessed(group).open == layout.EMPTY
    assert group.marks == (taken,)


@pytest.mark.parametrize("language", template.LANGUAGES)
def test_the_workbook_to_fill_in_asks_nothing_and_its_examples_are_right(language: str) -> None:
    found, groups, meant = guessed(empty(language=language))
    assert all(group.sure and all(column.sure for column in group.columns) for group in groups)
    assert not [name for name in wanted(meant) if name in ("county.name", "county.max_concurrent", "term.starts")]
    made = assemble(found, groups, meant, {})
    assert made.problems == ()
    assert find_problems(made.document) == []
    assert made.counts == {"counties": 1, "schools": 1, "classes": 1, "requests": 1, "lead_sites": 1, "teachers": 1}
    assert (made.starts_on, made.ends_on) == (date(2026, 9, 7), date(2027, 1, 15))
    assert (len(made.holidays), made.swapped) == (7, {date(2026, 10, 10): 4})
    (school_class,), (teacher,), (request,) = (made.document[name] for name in ("classes", "teachers", "requests"))
    assert school_class["grades"] == [3, 4]
    assert school_class["open"] == [[1, 1], [1, 2], [2, 2], [4, 2]]
    assert teacher["levels"] == ["band-1-2", "band-3-4"]
    assert teacher["fixed_streams"][0]["slots"] == [[2, 1], [5, 1]]
    assert (request["level"], request["subject"], bool(request["unit"])) == ("band-3-4", "music", True)


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (put("县区", "C2", "很多"), "bad_number", ("县区", 2, "C")),
        (put("接收学校", "E2", "一二三间房"), "bad_number", ("接收学校", 2, "E")),
        (put("接收学校", "C2", "中国时间"), "as_read", ("接收学校", 2, "C")),
        (put("接收学校", "D2", "冬季作息"), "unknown", ("接收学校", 2, "D")),
        (put("接收学校", "B2", "青合县"), "unknown_near", ("接收学校", 2, "B")),
        (put("作息", "C2", "早上"), "bad_time", ("作息", 2, "C")),
        (put("作息", "D2", "08:00"), "ends_before_start", ("作息", 2, "C")),
        (put("作息", "B3", "第3节"), "period_out_of_order", ("作息", 3, "C")),
        (put("作息", "C3", "08:30"), "as_read", ("作息", 2, "C")),
        (put("接收班级", "A2", "清山小学"), "unknown_near", ("接收班级", 2, "A")),
        (put("接收班级", "C2", "初三"), "bad_grade", ("接收班级", 2, "C")),
        (put("接收班级", "D2", "周一随便"), "bad_slots", ("接收班级", 2, "D")),
        (put("接收班级", "D2", "周一第8节"), "no_such_period", ("接收班级", 2, "D")),
        (put("接收班级", "D2", "周一第1节；" * 100), "too_long", ("接收班级", 2, "D")),
        (put("接收班级", "D2", "周一至周五1-20、" * 40), "bad_slots", ("接收班级", 2, "D")),
        (put("接收班级", "D2", "周六第1节"), "weekend", ("接收班级", 2, "D")),
        (put("接收班级", "D2", None), "missing", ("接收班级", 2, "B")),
        (put("接收班级", "B2", "班" * 61), "too_long", ("接收班级", 2, "B")),
        (put("接收班级", "B2", None), "nameless", ("接收班级", 2, "")),
        (put("开课需求", "B2", "五年级"), "unknown", ("开课需求", 2, "B")),
        (put("开课需求", "B2", None), "whose_request", ("开课需求", 2, "")),
        (put("开课需求", "E2", None), "missing", ("开课需求", 2, "")),
        (put("开课需求", "E2", "0"), "as_read", ("开课需求", 2, "E")),
        (put("开课需求", "F2", "高"), "bad_number", ("开课需求", 2, "F")),
        (put("主讲学校", "B2", "镇级"), "bad_scope", ("主讲学校", 2, "B")),
        (put("主讲学校", "C2", "白河县"), "unknown", ("主讲学校", 2, "C")),
        (put("主讲教师", "C2", "白云中心"), "unknown", ("主讲教师", 2, "C")),
        (put("主讲教师", "F2", "周二第1节"), "as_read", ("自带班", 2, "D")),
        (put("主讲教师", "D2", None), "missing", ("主讲教师", 2, "A")),
        (put("自带班", "D2", "周二第7节"), "no_such_period", ("自带班", 2, "D")),
        (put("自带班", "C2", None), "missing", ("自带班", 2, "")),
        (put("学期", "A2", "九月"), "bad_date", ("学期", 2, "A")),
        (put("校历", "C3", "周日"), "which_weekday", ("校历", 3, "C")),
        (put("校历", "C3", None), "which_weekday", ("校历", 3, "B")),
        (put("校历", "C3", "周四、周五"), "which_weekday", ("校历", 3, "C")),
        (put("校历", "A2", "十一"), "bad_date", ("校历", 2, "A")),
    ],
)
def test_what_is_wrong_is_told_with_its_cell(change: Change, code: str, place: tuple[str, int, str]) -> None:
    found = [(one.code, (one.place.sheet, one.place.row, one.place.letter)) for one in problems(empty(change))]
    assert (code, place) in found


def problems(sent: foreign.Files) -> tuple[Problem, ...]:
    found, groups, meant = guessed(sent)
    return assemble(found, groups, meant, {}).problems


def test_rows_that_contradict_each_other_name_each_other() -> None:
    def twice(book: Any) -> None:
        book["接收学校"].append(["青山小学", "青河县", "Asia/Shanghai", "夏季作息", 2])
        book["学期"].append(["2026-09-14"])

    told = {one.code: one for one in problems(empty(twice))}
    assert told["contradiction_at"].place == Place("接收学校", 3, 5)
    assert dict(told["contradiction_at"].values) == {"sheet": "接收学校", "row": 2, "letter": "E"}
    assert told["contradiction"].values["had"] == "2026-09-07"


def test_all_problems_are_told_at_once_in_the_order_of_the_sheets() -> None:
    def several(book: Any) -> None:
        for change in (
            put("主讲教师", "G2", "?"),
            put("县区", "C2", "?"),
            put("接收班级", "D2", "?"),
            put("接收班级", "C2", "?"),
        ):
            change(book)

    told = problems(empty(several))
    assert [one.place.letter for one in told] == ["C", "C", "D", "G"]
    assert [one.place.sheet for one in told] == ["县区", "接收班级", "接收班级", "主讲教师"]


def test_rows_left_out_take_what_refers_to_them_along() -> None:
    def further(book: Any) -> None:
        book["接收学校"].append(["石桥小学", "青河县", "Nowhere", "夏季作息", 1])
        book["接收班级"].append(["石桥小学", "一年级", "1", "周一第1节"])
        book["开课需求"].append(["石桥小学", "一年级", "美术", "1", "1"])

    found, groups, meant = guessed(empty(further))
    made, left_out = without_bad_rows(found, groups, meant, {})
    assert left_out == {("接收学校", 3), ("接收班级", 3), ("开课需求", 3)}
    assert made.problems == ()
    assert made.counts["classes"] == 1


def test_a_bell_schedule_without_one_of_its_rows_is_nobodys() -> None:
    def change(book: Any) -> None:
        book["作息"]["C2"] = "早上"
        book["作息"].append(["冬季作息", "第1节", "09:00", "09:40"])
        book["接收学校"].append(["石桥小学", "青河县", "Asia/Shanghai", "冬季作息", 1])
        book["接收班级"].append(["石桥小学", "一年级", "1", "周一第1节"])
        book["开课需求"].append(["石桥小学", "一年级", "美术", "1", "1"])

    found, groups, meant = guessed(empty(change))
    assert [one.code for one in assemble(found, groups, meant, {}).problems] == ["bad_time"]
    made, left_out = without_bad_rows(found, groups, meant, {})
    assert made.problems == ()
    assert [row["id"] for row in made.document["schools"]] == ["石桥小学"]
    assert made.counts["requests"] == 1
    assert ("接收学校", 2) in left_out


def test_what_holds_every_other_week_and_other_days_bells_are_noted_and_not_used() -> None:
    def change(book: Any) -> None:
        book["接收班级"]["D2"] = "周一第1节（单周）；周二第2节"
        for row, days in enumerate(("日类型", "周一至周五", "周一至周五"), 1):
            book["作息"].cell(row, 5, days)
        book["作息"].append(["夏季作息", "第1节", "09:00", "09:40", "周六"])

    made = assembled(empty(change))
    assert made.problems == ()
    assert sorted(one.code for one in made.notes) == ["odd_or_even", "other_days"]
    assert made.document["classes"][0]["open"] == [[2, 2]]


def test_grades_subjects_in_columns_rooms_in_rows_and_split_sheets() -> None:
    """A curriculum by grade with a column a subject, a row for each room, a sheet of classes for each school."""
    book = openpyxl.Workbook()
    book.remove(book.active)

    def sheet(name: str, *rows: list[Any]) -> None:
        made = book.create_sheet(name)
        for row in rows:
            made.append(row)

    sheet("学校", ["学校名称", "作息时间"], ["青山小学", "统一"], ["白云小学", "统一"])
    sheet("教室", ["学校", "教室"], ["青山小学", "一楼"], ["青山小学", "二楼"], ["白云小学", "一楼"])
    sheet("作息", ["作息名称", "第一节", "第二节"], ["统一", "8:00-8:40", "9:00-9:40"])
    sheet(
        "青山小学",
        ["班级", "周一", "周二", "周三", "周四", "周五"],
        ["三年级", "1、2", "", "上午", "", ""],
        ["合计", 1],
    )
    sheet("白云小学", ["班级", "周一", "周二", "周三", "周四", "周五"], ["三四年级", "", "全天", "", "", "第2节"])
    sheet("课程计划", ["年级", "音乐", "美术"], ["三年级", 2, 1], ["四年级", 1, ""])
    sheet("主讲学校", ["主讲学校", "作息"], ["实验小学", "统一"])
    sheet("主讲教师", ["姓名", "学科", "空闲时间"], ["王芳", "音乐", "周一第1节"])
    made = assembled([("a.xlsx", foreign.saved(book))], **{"county.name": "青河县", "county.max_concurrent": 4})
    assert made.problems == ()
    assert [row["remote_rooms"] for row in made.document["schools"]] == [2, 1]
    assert [row["open"] for row in made.document["classes"]] == [
        [[1, 1], [1, 2], [3, 1], [3, 2]],
        [[2, 1], [2, 2], [5, 2]],
    ]
    asked = [(row["class"], row["subject"], row["level"], row["lessons_per_week"]) for row in made.document["requests"]]
    assert sorted(asked) == [
        ("白云小学 三四年级", "art", "band-3-4", 1),
        ("白云小学 三四年级", "music", "band-3-4", 1),
        ("白云小学 三四年级", "music", "band-3-4", 2),
        ("青山小学 三年级", "art", "band-3-4", 1),
        ("青山小学 三年级", "music", "band-3-4", 2),
    ]
    assert made.document["lead_sites"][0]["scope"] == "county"


def test_forms_of_a_bureau_with_titles_units_two_rows_of_headings_and_breaks_between_periods() -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)

    def sheet(name: str, *rows: list[Any], merged: tuple[str, ...] = ()) -> None:
        made = book.create_sheet(name)
        for row in rows:
            made.append(row)
        for area in merged:
            made.merge_cells(area)

    sheet(
        "附件1 接收学校信息",
        ["附件1：××县专递课堂接收学校基本情况表"],
        ["填表单位：县教育局", "", "", "填表日期：2026年8月20日"],
        ["序号", "学校名称（全称）", "所属乡镇", "学生数", "同步课堂教室数量", "作息时间表", "联系人", "联系电话"],
        [1, "青山乡中心小学", "青山乡", 210, "2间", "夏季", "王老师", "139"],
        [2, "白云村教学点", "青山乡", 18, 1, "夏季", "李老师", "138"],
        ["合计", "", "", 228, 3],
    )
    sheet(
        "附件2 作息时间",
        ["夏季作息时间表"],
        ["节次", "上课时间", "下课时间"],
        ["早读", "7:50", "8:10"],
        ["第一节", "8：20", "9：00"],
        ["第二节", "9：10", "9：50"],
        ["大课间", "9:50", "10:20"],
        ["第三节", "10:20", "11:00"],
    )
    sheet(
        "附件3 班级",
        ["学校", "年级", "班级", "学生人数", "可接收时间", "", "", "", ""],
        ["", "", "", "", "周一", "周二", "周三", "周四", "周五"],
        ["青山乡中心小学", "三年级", "1班", 40, "1、2", "", "3", "", ""],
        ["", "三年级", "2班", 38, "全天", "", "", "", ""],
        ["", "四年级", "1班", 40, "", "1-2", "", "", "3"],
        ["白云村教学点", "一、二年级", "复式班", 9, "上午", "", "", "", ""],
        merged=("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:I1", "A3:A5"),
    )
    sheet(
        "附件4 课程需求",
        ["学校", "年级", "班级", "音乐（节/周）", "美术（节/周）", "英语"],
        ["青山乡中心小学", "三年级", "1班", 1, 1, ""],
        ["青山乡中心小学", "四年级", "1班", 2, 1, 2],
        ["白云村教学点", "一、二年级", "复式班", 1, 1, ""],
    )
    sheet(
        "附件5 主讲教师",
        ["主讲学校名称", "教师姓名", "任教学科", "职称", "任教年级", "可开课时间", "每周节数上限"],
        ["县实验小学", "王芳", "音乐", "一级教师", "1-6年级", "周一1、2节；周二1-3节", "6节"],
        ["县实验小学", "赵敏", "美术", "高级", "三、四年级", "周一第3节，周三第3节", "4"],
    )
    sheet(
        "附件6 校历",
        ["2026年秋季学期校历安排"],
        ["内容", "日期", "备注"],
        ["国庆放假", "2026-10-01至2026-10-07", ""],
        ["调休上课", "2026-10-10", "补周四课"],
    )
    found, groups, meant = guessed([("附件.xlsx", foreign.saved(book))])
    assert all(group.sure and all(column.sure for column in group.columns) for group in groups)
    made = assemble(found, groups, meant, {**TERM, "county.name": "青河县", "county.max_concurrent": 5})
    assert made.problems == ()
    assert {row["id"]: row["open"] for row in made.document["classes"]} == {
        "青山乡中心小学 三年级1班": [[1, 1], [1, 2], [3, 3]],
        "青山乡中心小学 三年级2班": [[1, 1], [1, 2], [1, 3]],
        "青山乡中心小学 四年级1班": [[2, 1], [2, 2], [5, 3]],
        "白云村教学点 一、二年级复式班": [[1, 1], [1, 2], [1, 3]],
    }
    assert [bell["start"] for bell in made.document["schools"][0]["bells"]] == ["08:20", "09:10", "10:20"]
    assert [row["level"] for row in made.document["requests"][-2:]] == ["band-1-2", "band-1-2"]
    assert made.document["teachers"][0]["max_weekly_lessons"] == 6
    assert made.swapped == {date(2026, 10, 10): 4}


@pytest.mark.parametrize(
    ("row", "weekday"),
    [
        (["2026-10-08", "国庆放假", "周四"], None),  # its own weekday
        (["2026-10-08", "中秋节", ""], None),
        (["2026-10-11", "调休上课", "按周五课表"], 5),
        (["2026-10-11", "周日补周五的课", ""], 5),
        (["2026-10-11", "调休", "周五"], 5),
    ],
)
def test_days_off_and_swapped_days_are_told_apart(row: list[str], weekday: int | None) -> None:
    made = assembled(empty(lambda book: book["校历"].append(row)))
    assert made.problems == ()
    day = date.fromisoformat(row[0])
    assert (day in made.holidays, made.swapped.get(day)) == (weekday is None, weekday)


def test_one_flat_sheet_holds_counties_schools_classes_and_what_they_ask_for() -> None:
    def flat(book: Any) -> None:
        for name in ("县区", "接收学校", "接收班级", "开课需求"):
            del book[name]
        sheet = book.create_sheet("汇总")
        sheet.append(["县区", "同时接收课数", "学校", "作息", "接收教室数", "班级", "可排节次", "学科", "周课时"])
        place = ["青河县", 9, "青山小学", "夏季作息", 2]
        sheet.append([*place, "三年级", "周一第1节", "音乐", 1])
        sheet.append([*place, "三年级", "周一第1节", "美术", 2])
        sheet.append([*place, "四年级", "周一第2节", "美术", "２节"])

    found, groups, meant = guessed(empty(flat))
    assert all(group.sure for group in groups)
    made = assemble(found, groups, meant, {})
    assert made.problems == ()
    assert made.counts == {"counties": 1, "schools": 1, "classes": 2, "requests": 3, "lead_sites": 1, "teachers": 1}
    assert (made.document["schools"][0]["remote_rooms"], made.document["counties"][0]["max_concurrent"]) == (2, 9)


def test_a_timetable_of_nobody_is_told_and_names_within_names_are_kept_apart() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template.workbook("zh")))
    book["接收班级"].delete_cols(4)
    book["接收班级"].append(["青山小学", "一年级", "1"])
    sheet = book.create_sheet("青山小学班级课表")
    for title in ("青山小学三、四年级复式班", "青山小学 一年级 课程表", "青山小学十一年级"):
        for row in ([title], ["节次", "周一", "周二", "周三", "周四", "周五"], [1, "", "语文"], [2, "", "数学"], []):
            sheet.append(row)
    told = problems([("a.xlsx", foreign.saved(book))])
    assert [(one.code, one.place.row) for one in told] == [("whose_grid", 12)]


def test_what_is_not_sure_is_asked() -> None:
    (group,) = layout.look([Table("表1", (("单位", "人员", "联系人"), ("甲", "乙", "丙"), ("丁", "戊", "己")))])
    assert not group.sure
    book = openpyxl.load_workbook(io.BytesIO(template.workbook("zh")))
    book["接收班级"]["D1"] = "能来的"
    found, groups, _meant = guessed([("a.xlsx", foreign.saved(book))])
    unsure = [column for group in groups for column in group.columns if not column.sure]
    assert [(column.heading, column.guess) for column in unsure] == [("能来的", "class.open")]
    again = layout.as_kind(found, next(one for one in groups if one.kind == "classes"), "teachers")
    assert (again.kind, again.sure) == ("teachers", True)
    assert replace(again).columns != groups[0].columns


@pytest.mark.parametrize(("column", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (703, "AAA"), (0, "")])
def test_columns_are_called_as_the_spreadsheets_program_calls_them(column: int, letter: str) -> None:
    assert Place("x", 1, column).letter == letter
