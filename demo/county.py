"""A county's paired classes, drawn from a seed: 38 receiving rooms and 14 lead rooms, or so many of several counties.

`python -m demo.county --counties 12 --output FILE.json` writes the document (`fieldschool-pairing/1`), the same each
time. All of it is made up.
"""

import argparse
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]
COUNTIES = ["青河", "云山", "石泉", "白水", "双岭", "沙洲", "红柳", "松源", "竹溪", "龙潭", "金沟", "草滩"]
WESTERN = ("沙洲", "红柳")  # two hours behind: their clocks say 8 when Beijing's say 10
FIRST = (
    *("青山", "白云", "石桥", "柳树", "大营", "小河", "东沟", "西坡", "杨家"),
    *("李庄", "王坪", "赵湾", "高岭", "下坝", "清泉", "长塘", "桃园", "马场"),
)
SITES = ("实验", "城关", "第一", "第二", "育才", "新城", "师范附属", "向阳", "民族")
FAMILY, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡", "芳敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂"
GRADES = (("一年级", [1]), ("二年级", [2]), ("三、四年级复式班", [3, 4]), ("四年级", [4]), ("五、六年级复式班", [5, 6]))
ROOMS = (1,) * 30 + (2,) * 4
STUDIOS = (2,) * 5 + (1,) * 4
SUBJECTS = {"music": 2, "art": 2, "science": 1, "english": 3, "it": 1}
"""With the lessons a week that a class asks for."""
EDITIONS = ("人教版", "湘教版", "教科版")
BELLS = ("08:20", "09:10", "10:10", "11:00", "14:10", "15:00", "15:50")
LATER_MIN = 20
"""In winter everything begins later, everywhere at once."""
WINTER_FROM, WINTER_TO = (11, 1), (4, 30)


def document(counties: int, *, monday: date, seed: int = 1) -> Row:
    """The document of so many counties, for a term whose plan is made for the week of `monday`."""
    made: Row = {
        "format": "fieldschool-pairing/1",
        "name": f"{COUNTIES[0]}县 · 同步课堂" if counties == 1 else f"{counties} 县 · 同步课堂",
        "term": {"week_start": monday.isoformat()},
        "rules": {"start_tolerance_minutes": 5, "one_lesson_per_day": True},
        **{name: [] for name in ("counties", "schools", "classes", "requests", "lead_sites", "teachers")},
    }
    for number, name in enumerate(COUNTIES[:counties]):
        _county(made, f"{name}县", f"片区{number // 4 + 1}", _Draw(seed * 1000 + number), name in WESTERN, monday)
    return made


class _Draw(random.Random):
    """Chance that can be repeated."""

    def slots(self, share: float) -> list[list[int]]:
        """So large a share of the week's periods."""
        every = [[weekday, period] for weekday in range(1, 6) for period in range(1, len(BELLS) + 1)]
        return sorted(self.sample(every, round(share * len(every))))


def _county(made: Row, county: str, cluster: str, draw: _Draw, is_western: bool, monday: date) -> None:
    made["counties"].append({"id": county, "cluster": cluster, "max_concurrent": 14})
    zone = "Asia/Urumqi" if is_western else "Asia/Shanghai"
    names = [f"{one}{kind}" for kind in ("小学", "教学点") for one in FIRST]
    for school, rooms in zip(names, ROOMS, strict=False):
        own = f"{county}{school}"
        early = draw.choice((0, 0, -5))
        bells = _ringing(draw, -120 * is_western + early, monday)
        made["schools"].append(
            {"id": own, "county": county, "timezone": zone, "remote_rooms": rooms, "avoid_periods": [1], **bells}
        )
        for name, grades in draw.sample(GRADES, 1 + rooms):
            made["classes"].append(
                {"id": f"{own}{name}", "school": own, "grade": grades[0], "grades": grades, "open": draw.slots(0.3)}
            )
            made["requests"] += _requests(f"{own}{name}", grades, draw)
    _leads(made, county, zone, draw, is_western, monday)


def _requests(school_class: str, grades: list[int], draw: _Draw) -> Iterator[Row]:
    band = f"band-{grades[0] - (grades[0] + 1) % 2}-{grades[-1] + grades[-1] % 2}"
    for subject in draw.sample(sorted(SUBJECTS), 2):
        yield {
            "id": f"{school_class} {subject}",
            "class": school_class,
            "subject": subject,
            "level": band,
            "lessons_per_week": SUBJECTS[subject],
            "priority": 1,
            "edition": draw.choice(EDITIONS),
            "unit": f"第{draw.choice('一二三')}单元",
        }


def _leads(made: Row, county: str, zone: str, draw: _Draw, is_western: bool, monday: date) -> None:
    people = draw.sample([family + given for family in FAMILY for given in GIVEN], 40)
    for name, studios in zip(SITES, STUDIOS, strict=True):
        own = f"{county}{name}小学"
        bells = _ringing(draw, -120 * is_western, monday)
        made["lead_sites"].append(
            {"id": own, "scope": "county", "county": county, "timezone": zone, "studios": studios, **bells}
        )
        for _one in range(1 + studios):
            subject = sorted(SUBJECTS)[len(made["teachers"]) % len(SUBJECTS)]
            free = draw.slots(0.4)
            teacher: Row = {"id": f"{people.pop()}（{name}）", "site": own, "subject": subject, "free": free}
            teacher["levels"] = (
                ["band-3-4", "band-5-6"] if subject == "english" else ["band-1-2", "band-3-4", "band-5-6"]
            )
            teacher |= {"max_weekly_lessons": 8, "max_receivers": 3, "fixed_streams": []}
            if county != f"{COUNTIES[0]}县":
                teacher["id"] += county
            made["teachers"].append(teacher)


def _ringing(draw: _Draw, shift_min: int, monday: date) -> Row:
    """Bells, and those of winter."""
    year = monday.year if monday.month >= WINTER_TO[0] + 1 else monday.year - 1
    starts, ends = date(year, *WINTER_FROM), date(year + 1, *WINTER_TO)
    winter = {"weekdays": [], "from": starts.isoformat(), "to": ends.isoformat()}
    return {
        "bells": _bells(shift_min),
        "other_bells": [{**winter, "bells": _bells(shift_min + LATER_MIN)}],
    }


def _bells(shift_min: int) -> list[Row]:
    return [{"start": _later(start, shift_min), "minutes": 40} for start in BELLS]


def _later(start: str, minutes: int) -> str:
    at = int(start[:2]) * 60 + int(start[3:]) + minutes
    return f"{at // 60:02}:{at % 60:02}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.county")
    parser.add_argument("--counties", type=int, choices=range(1, len(COUNTIES) + 1), default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--week", type=date.fromisoformat, default=date(2026, 9, 7), help="a Monday")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    monday = options.week - timedelta(days=options.week.weekday())
    made = document(options.counties, monday=monday, seed=options.seed)
    options.output.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
