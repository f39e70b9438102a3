"""A document written as counties write: in two layouts that are not ours, with names for the ids of one of them."""

import csv
import io
from collections import Counter
from datetime import time
from itertools import groupby
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

Document = dict[str, Any]
Files = list[tuple[str, bytes]]
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_NUMERALS = "一二三四五六七八九十"
_HILLS = "青山 白云 清溪 石桥 柳河 大湾 平川 东岭 南坪 新街 双河 长坡 红星 前进 向阳 和平 光明 团结"
_PLACES = _HILLS.split()
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙"
_GIVEN = "芳伟娜敏静丽强磊洋艳"
_SUBJECTS = {"music": "音乐", "art": "美术", "english": "英语", "science": "科学", "it": "信息科技"}
_LEVELS = {"band-1-2": "低年级", "band-3-4": "三、四年级", "band-5-6": "5-6年级"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
_SCOPES = {"county": "县级", "cluster": "片区", "national": "全国"}


def level(code: str) -> str:
    return _LEVELS.get(code) or f"{_NUMERALS[int(code[-1]) - 1]}年级"


def slots(found: list[list[int]]) -> str:
    """周一第１、２节；周三第４节"""
    parts = []
    for weekday, group in groupby(sorted(found), key=lambda slot: slot[0]):
        periods = "、".join(str(period) for _day, period in group).translate(_FULL_WIDTH)
        parts.append(f"周{_NUMERALS[weekday - 1]}第{periods}节")
    return "；".join(parts)


class Names:
    """What people call the things of a document: `of` has the name of each id as it is in the end in our rows."""

    def __init__(self, document: Document) -> None:
        self.county = {row["id"]: f"{_PLACES[-1 - at]}县" for at, row in enumerate(document["counties"])}
        self.school = {
            row["id"]: f"{_PLACES[at % len(_PLACES)]}{'中心' if at >= len(_PLACES) else ''}小学"
            for at, row in enumerate(document["schools"])
        }
        self.site = {row["id"]: f"实验{_NUMERALS[at]}小" for at, row in enumerate(document["lead_sites"])}
        self.school_class: dict[str, str] = {}
        for _school, group in groupby(document["classes"], key=lambda row: row["school"]):
            counted: dict[int, int] = {}
            for row in group:
                counted[row["grade"]] = counted.get(row["grade"], 0) + 1
                self.school_class[row["id"]] = f"{_NUMERALS[row['grade'] - 1]}年级（{counted[row['grade']]}）班"
        self.teacher = {  # the last two share a name
            row["id"]: _SURNAMES[at % 12] + _GIVEN[at % 10] for at, row in enumerate(document["teachers"][:-1])
        }
        self.teacher[document["teachers"][-1]["id"]] = list(self.teacher.values())[-1]


def renamed(document: Document) -> Document:
    """The document under the names of `chinese_workbook`, as our rows have them."""
    names = Names(document)
    times = Counter(names.teacher.values())
    of = {
        **names.county,
        **names.school,
        **names.site,
        **{own: name if times[name] == 1 else f"{name} {own}" for own, name in names.teacher.items()},
    }
    for row in document["classes"]:
        name = names.school_class[row["id"]].replace("（", "(").replace("）", ")")
        of[row["id"]] = f"{names.school[row['school']]} {name}"
    counted: Counter[str] = Counter()

    def request(row: Document) -> str:
        own = f"{of[row['class']]} {row['subject']}"
        counted[own] += 1
        return own if counted[own] == 1 else f"{own} {counted[own]}"

    def again(row: Document) -> Document:
        own = request(row) if "class" in row else of[row["id"]]
        found = {**row, "id": own}
        for field in ("county", "school", "class", "site"):
            if field in row:
                found[field] = of[row[field]]
        if "fixed_streams" in row:
            streams = enumerate(row["fixed_streams"], 1)
            found["fixed_streams"] = [{**one, "id": f"{own} {at}"} for at, one in streams]
        return found

    lists = ("counties", "schools", "classes", "requests", "lead_sites", "teachers")
    return {**document, **{name: [again(row) for row in document[name]] for name in lists}}


def chinese_workbook(document: Document, year: int = 2026) -> Files:
    """One workbook of lists: merged schools and counties, digits of full width, titles above, columns of no use."""
    names = Names(document)
    book = openpyxl.Workbook()
    book.remove(book.active)
    schedules: dict[str, str] = {}
    for place in [*document["schools"], *document["lead_sites"]]:
        schedules.setdefault(str(place["bells"]), f"作息{len(schedules) + 1}")
    school_of = {row["id"]: row["school"] for row in document["classes"]}

    sheet = book.create_sheet("开课需求")
    sheet.append([f"{year}年秋季同步课堂开课需求表"])
    sheet.merge_cells("A1:G1")
    sheet.append(["所在学校", "班级名称", "学科", "学段", "每周节数", "优先级", "备注"])
    for row in document["requests"]:
        own = row["class"]
        asked = [_SUBJECTS[row["subject"]], level(row["level"]), f"{row['lessons_per_week']}节".translate(_FULL_WIDTH)]
        sheet.append([names.school[school_of[own]], names.school_class[own], *asked, row["priority"], ""])
    merge_equal(sheet, 2, below=1)
    merge_equal(sheet, 1, below=2)

    sheet = book.create_sheet("接收学校")
    sheet.append(["序号", "县区", "学校名称", "执行作息", "同步课堂教室（间）", "尽量不排节次", "校长电话"])
    for at, row in enumerate(document["schools"], 1):
        avoid = "、".join(f"第{_NUMERALS[one - 1]}节" for one in row["avoid_periods"])
        rooms = str(row["remote_rooms"]).translate(_FULL_WIDTH)
        bells = schedules[str(row["bells"])]
        sheet.append([at, names.county[row["county"]], names.school[row["id"]], bells, rooms, avoid, f"0931-55{at:05}"])
    merge_equal(sheet, 2, below=1)

    sheet = book.create_sheet("班级")
    sheet.append(["学校", "班级", "年级", "班主任", "远程课可排时间"])
    for row in document["classes"]:
        grade = f"{_NUMERALS[row['grade'] - 1]}年级"
        own = row["id"]
        sheet.append([names.school[row["school"]], names.school_class[own], grade, "张老师", slots(row["open"])])
    merge_equal(sheet, 1, below=1)

    sheet = book.create_sheet("作息时间")
    sheet.append(["作息表", "节次", "上课时间", "下课时间"])
    for bells, name in schedules.items():
        for at, bell in enumerate(eval(bells)):
            hour, minute = map(int, bell["start"].split(":"))
            end = hour * 60 + minute + bell["minutes"]
            sheet.append([name, f"第{_NUMERALS[at]}节", time(hour, minute), f"{end // 60}：{end % 60:02}"])
    merge_equal(sheet, 1, below=1)

    sheet = book.create_sheet("县区情况")
    sheet.append(["县区", "所属片区", "同时接收课数"])
    for row in document["counties"]:
        sheet.append([names.county[row["id"]], row["cluster"], row["max_concurrent"]])

    sheet = book.create_sheet("主讲学校")
    sheet.append(["主讲学校", "服务范围", "服务对象", "作息", "直播教室数"])
    for row in document["lead_sites"]:
        serves = names.county.get(row.get("county"), row.get("cluster", ""))
        bells = schedules[str(row["bells"])]
        sheet.append([names.site[row["id"]], _SCOPES[row["scope"]], serves, bells, row["studios"]])

    sheet = book.create_sheet("主讲教师")
    sheet.append(["姓名", "工号", "主讲学校", "任教学科", "可教学段", "空闲时间", "周课时上限", "最多接收班数"])
    for row in document["teachers"]:
        levels = ";".join(level(one) for one in row["levels"])
        most = [row["max_weekly_lessons"], row["max_receivers"]]
        place = [names.teacher[row["id"]], row["id"], names.site[row["site"]], _SUBJECTS[row["subject"]]]
        sheet.append([*place, levels.replace("、", "至"), slots(row["free"]), *most])
    merge_equal(sheet, 3, below=1)

    sheet = book.create_sheet("本校固定课")
    sheet.append(["工号", "姓名", "学段", "上课时间"])
    for row in document["teachers"]:
        for one in row["fixed_streams"]:
            sheet.append([row["id"], names.teacher[row["id"]], level(one["level"]), slots(one["slots"])])

    sheet = book.create_sheet("校历")
    sheet.append(["日期", "安排", "按周几上课"])
    sheet.append([f"{year}年10月1日-7日", "国庆节放假", ""])
    sheet.append([f"{year}-10-10", "调休上课", "周四"])
    sheet = book.create_sheet("学期")
    sheet.append(["学期", "开学日期", "放假日期"])
    sheet.append([f"{year}年秋季", f"{year}-09-07", f"{year + 1}-01-15"])
    return [("青河片区排课数据.xlsx", saved(book))]


def bilingual_files(document: Document) -> Files:
    """A folder of csv files with English and Chinese headings, and two workbooks of timetables."""
    county = {row["id"]: row for row in document["counties"]}
    periods = max(len(row["bells"]) for row in [*document["schools"], *document["lead_sites"]])
    heads = [f"第{at}节 Period {at}" for at in range(1, periods + 1)]

    def bells(row: Document) -> list[str]:
        return [span(one) for one in row["bells"]] + [""] * (periods - len(row["bells"]))

    schools = [["School ID", "County", "Cluster", "Lessons at once", "Time zone", *heads, "Remote rooms", "Avoid"]]
    for row in document["schools"]:
        of = county[row["county"]]
        avoid = " ".join(str(one) for one in row["avoid_periods"])
        place = [row["id"], of["id"], of["cluster"], of["max_concurrent"], row["timezone"]]
        schools.append([*place, *bells(row), row["remote_rooms"], avoid])
    classes = [["班号 Class ID", "学校 School", "年级 Grade"]]
    classes += [[row["id"], row["school"], f"Grade {row['grade']}"] for row in document["classes"]]
    requests = [["Priority", "Lessons per week", "Level", "Subject", "Class", "Request ID"]]
    for row in document["requests"]:
        asked = [
            row["priority"],
            row["lessons_per_week"],
            row["level"].replace("band", "Grades").replace("grade-", "Grade "),
        ]
        requests.append([*asked, row["subject"].title(), row["class"], row["id"]])
    sites = [["Lead site", "Scope", "Serves", "Studios", "时区 Time zone", *heads]]
    for row in document["lead_sites"]:
        serves = row.get("county") or row.get("cluster") or ""
        sites.append([row["id"], row["scope"].title(), serves, row["studios"], row["timezone"], *bells(row)])
    teachers = [["Teacher", "Lead site", "Subject", "Levels", "Max. lessons", "Max. classes"]]
    fixed = [["Stream ID", "Teacher", "Level", "Times"]]
    for row in document["teachers"]:
        most = [row["max_weekly_lessons"], row["max_receivers"]]
        teachers.append([row["id"], row["site"], row["subject"], "; ".join(row["levels"]), *most])
        for one in row["fixed_streams"]:
            times = "; ".join(f"{DAYS[day - 1]} P{period}" for day, period in one["slots"])
            fixed.append([one["id"], row["id"], one["level"], times])
    return [
        ("schools.csv", written(schools, "gb18030")),
        ("classes.csv", written(classes, "utf-8-sig")),
        ("requests.csv", written(requests, "utf-8")),
        ("lead sites.csv", written(sites, "utf-8-sig", ";")),
        ("teachers.csv", written(teachers, "utf-8", "\t")),
        ("own classes.csv", written(fixed, "utf-8")),
        ("class timetables.xlsx", _class_grids(document)),
        ("teacher timetables.xlsx", _teacher_grids(document)),
    ]


def span(bell: Document) -> str:
    hour, minute = map(int, bell["start"].split(":"))
    end = hour * 60 + minute + bell["minutes"]
    return f"{bell['start']}-{end // 60:02}:{end % 60:02}"


def _class_grids(document: Document) -> bytes:
    """A sheet for each school, timetables below each other: empty is open, the rest has a subject."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    periods = {row["id"]: len(row["bells"]) for row in document["schools"]}
    for school, group in groupby(document["classes"], key=lambda row: row["school"]):
        sheet = book.create_sheet(school)
        for row in group:
            _grid(sheet, f"班级 Class {row['id']} 课程表", periods[school], row["open"], "", "语文")
    return saved(book)


def _teacher_grids(document: Document) -> bytes:
    """A sheet for each teacher: √ is free."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    periods = {row["id"]: len(row["bells"]) for row in document["lead_sites"]}
    for row in document["teachers"]:
        sheet = book.create_sheet(row["id"])
        _grid(sheet, f"教师 Teacher {row['id']}", periods[row["site"]], row["free"], "√", "上课")
    return saved(book)


def _grid(sheet: Worksheet, title: str, periods: int, opened: list[list[int]], mark: str, taken: str) -> None:
    sheet.append([title])
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=7)
    sheet.append(["时段", "节次 Period", "周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri"])
    for period in range(1, periods + 1):
        half = "上午" if period < 5 else "下午"
        cells = [mark if [day, period] in opened else taken for day in range(1, 6)]
        sheet.append([half, f"第{_NUMERALS[period - 1]}节", *cells])
        if period == 4:
            sheet.append(["午休", "午休", *["午休"] * 5])
    sheet.append([])


def merge_equal(sheet: Worksheet, column: int, *, below: int) -> None:
    """Merge cells of a column that follow each other with the same text, where the columns to the left agree."""
    start = below + 1
    for row in range(below + 2, sheet.max_row + 2):
        same = row <= sheet.max_row and all(
            sheet.cell(row, at).value in (sheet.cell(start, at).value, None) for at in range(1, column + 1)
        )
        if not same:
            if row - 1 > start:
                sheet.merge_cells(start_row=start, end_row=row - 1, start_column=column, end_column=column)
            start = row


def written(rows: list[list[Any]], encoding: str, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
