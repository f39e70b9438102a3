"""What cells say, however they are written: 第三节, 周二至周四, １２, 三、四年级复式, 2026年9月1日, Tue P1-3."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from lms.schools.sheets.types import NotUnderstood

Span = int | str
"""A period of the day by its number, or ALL_DAY, MORNING, AFTERNOON."""
ALL_DAY, MORNING, AFTERNOON = "day", "morning", "afternoon"
MOST_DAYS = 120
MOST_PERIODS = 20
_MOST_SLOTS = 1000  # named in a cell, the same ones again included

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERALS = "零〇一二两三四五六七八九十"
_NUMERALS_TO_NINE = "零一二三四五六七八九"
_NUMERAL = f"[{_NUMERALS}]"
_WEEKDAYS = {character: number for number, character in enumerate("一二三四五六日", 1)} | {"天": 7}
_ENGLISH = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1)}
_WHOLE = re.compile(r"[0-9]{1,9}(?:\.0+)?")
_COUNTED = re.compile(
    rf"(?<=[0-9{_NUMERALS}])\s*(?:节|课时|间|个|班|路|分钟|分|min(?:utes)?|人)?(?:/周)?$", re.IGNORECASE
)
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])\s*[:.时点]\s*([0-5][0-9])\s*分?(?::[0-5][0-9])?")
_YMD = r"\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?"
_DATE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*")
_SPAN = re.compile(
    rf"({_YMD})(?:\s*(?:至|到|~|–|—|-|to)\s*(?:({_YMD})|(?:(\d{{1,2}})\s*[-/.月]\s*)?(\d{{1,2}})\s*[日号]?))?"
)
_PERIOD = re.compile(rf"(?:第|periods?|p|no\.?)?\s*([0-9]{{1,2}}|{_NUMERAL}{{1,3}})\s*(?:节课|节|课时)?", re.IGNORECASE)
_CHINESE_DAY = re.compile(r"(?:周|星期|礼拜)\s*([一二三四五六日天]+|[1-7])")
_ENGLISH_DAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|r|ur)?(?:day)?s?\.?")
_ANY_DAY = re.compile(rf"{_CHINESE_DAY.pattern}|\b{_ENGLISH_DAY.pattern}(?![a-z])", re.IGNORECASE)
_OF_SCHEDULES = re.compile("作息|时间|表|bells?|schedules?")
_PARITY = re.compile(r"[单双]周|\([单双]\)|\b(?:odd|even)\b", re.IGNORECASE)
_SLOT_TOKEN = re.compile(
    rf"""(?P<weekday>(?:周|星期|礼拜)\s*(?:[一二三四五六日天]+|[1-7])
            |(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?(?![a-z])\.?)
      |(?P<day>全天|整天|全部|all(?:\s+day)?\b)
      |(?P<morning>上午|早上|morning\b|am\b)
      |(?P<afternoon>下午|afternoon\b|pm\b)
      |(?P<parity>\(?\s*(?:[单双]周|(?:odd|even)(?:\s+weeks?)?)\s*\)?|\([单双]\))
      |(?P<period>第?\s*(?:[0-9]{{1,2}}|{_NUMERAL}{{1,3}})\s*(?:节课|节|课时)?|(?:periods?|p|no\.?)\s*[0-9]{{1,2}})
      |(?P<range>-|–|—|~|至|到|\bto\b)
      |(?P<stop>[;。\n|])
      |(?P<between>[\s,、:/+&和及与()]+|\band\b|[节课])""",
    re.IGNORECASE | re.VERBOSE,
)
_GRADE_MARKS = re.compile(r"年级|年段|复式|混合|学段|级|班|grades?|years?|band|[()\s]", re.IGNORECASE)
_GRADE_AT_START = re.compile(
    rf"(?:grades?\s*)?((?:[0-9]{{1,2}}|{_NUMERAL}{{1,3}})(?:\s*[、,/和-]\s*(?:[0-9]{{1,2}}|{_NUMERAL}))?)",
    re.IGNORECASE,
)
_BANDS = {"低": (1, 2), "中": (3, 4), "高": (5, 6)}
SUBJECTS = {
    "music": ("音乐", "唱歌", "music"),
    "art": ("美术", "图画", "art", "arts", "fine arts"),
    "english": ("英语", "外语", "english"),
    "science": ("科学", "自然", "science"),
    "it": ("信息科技", "信息技术", "信息", "计算机", "电脑", "computing", "computer science", "it", "ict"),
    "chinese": ("语文", "chinese"),
    "mathematics": ("数学", "mathematics", "maths", "math"),
    "pe": ("体育", "体育与健康", "pe", "physical education"),
    "ethics": ("道德与法治", "道法", "品德", "思想品德"),
    "labour": ("劳动", "劳动教育", "劳技", "labour"),
    "calligraphy": ("书法", "写字", "calligraphy"),
}
_SUBJECT_OF = {name: code for code, names in SUBJECTS.items() for name in (code, *names)}
_SCOPES = {
    "county": "县 区 县级 县内 本县 全县 区级 县区 county",
    "cluster": "片区 片区级 集团 联盟 协作区 市级 跨县 cluster",
    "national": "全国 国家 国家级 省级 全省 不限 national all",
}
_SCOPE_OF = {name: code for code, names in _SCOPES.items() for name in names.split()}


def tidy(text: str) -> str:
    """The text as it is compared and kept: usual width (NFKC), single spaces, nothing invisible; line ends stay."""
    text = unicodedata.normalize("NFKC", text).translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


def plain(text: str) -> str:
    """A name as it is looked up: without case and spaces."""
    return "".join(text.casefold().split())


def schedule(text: str) -> str:
    """The name of a bell schedule as it is looked up: 夏季 is 夏季作息时间表."""
    name = plain(text)
    return _OF_SCHEDULES.sub("", name) or name


def words(text: str) -> list[str]:
    """The parts of a list in a cell."""
    return [part for part in (one.strip() for one in re.split(r"[,、;|\n/]+", text)) if part]


def chinese_number(text: str) -> int | None:
    """三 -> 3, 十二 -> 12, 二十 -> 20; None for what is no such number."""
    if not re.fullmatch(f"{_NUMERAL}+", text):
        return None
    if "十" not in text:
        return int("".join(str(_DIGITS[one]) for one in text))
    tens, _ten, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def chinese(number: int) -> str:
    """3 -> 三, 12 -> 十二; for 1 to 19."""
    return ("十" if number >= 10 else "") + (_NUMERALS_TO_NINE[number % 10] if number % 10 else "")


def whole(text: str) -> int:
    """A count: 3, 3.0, 三, 3节, 3间. Raises NotUnderstood."""
    bare = _COUNTED.sub("", text)
    if _WHOLE.fullmatch(bare):
        return int(bare.partition(".")[0])
    found = chinese_number(bare)
    if found is None:
        raise NotUnderstood("bad_number", text)
    return found


def number(text: str) -> float:
    """A number that may have decimals. Raises NotUnderstood."""
    return float(text) if re.fullmatch(r"[0-9]{1,6}\.[0-9]{1,6}", text) else whole(text)


def clock(text: str) -> str:
    """A time of the day as HH:MM: 8:05, 08：05, 8点05分, 08:05:00. Raises NotUnderstood."""
    found = _CLOCK.fullmatch(text)
    if not found:
        raise NotUnderstood("bad_time", text)
    return f"{int(found[1]):02}:{found[2]}"


def clocks(text: str) -> list[str]:
    """A time, or the two of a span (08:05-08:45). Raises NotUnderstood."""
    parts = [part for part in re.split(r"\s*(?:-|–|—|~|至|到)\s*", text) if part]
    if not 1 <= len(parts) <= 2:
        raise NotUnderstood("bad_time", text)
    return [clock(part) for part in parts]


def minutes_of(text: str) -> int:
    """HH:MM in minutes after midnight."""
    return int(text[:2]) * 60 + int(text[3:])


def day(text: str) -> date:
    """A date with its year: 2026-09-01, 2026/9/1, 2026年9月1日. Raises NotUnderstood."""
    found = days(text)
    if len(found) != 1:
        raise NotUnderstood("bad_date", text)
    return found[0]


def days(text: str) -> list[date]:
    """Dates of a cell: one, several, or a span (2026-10-01至2026-10-07, 2026年10月1日-7日). Raises NotUnderstood."""
    found: list[date] = []
    for part in words(text.replace("/", "-")):
        span = _SPAN.fullmatch(part)
        if not span:
            raise NotUnderstood("bad_date", text)
        first = _date(span[1], text)
        end = span[2] or (span[4] and f"{first.year:04}-{span[3] or first.month}-{span[4]}")
        length = (_date(end, text) - first).days if end else 0
        if not 0 <= length <= MOST_DAYS:
            raise NotUnderstood("bad_date", text)
        found += [first + timedelta(days=more) for more in range(length + 1)]
    return found


def _date(part: str, text: str) -> date:
    found = _DATE.fullmatch(part)
    assert found  # _SPAN has looked
    try:
        return date(*(int(one) for one in found.groups()))
    except ValueError as error:
        raise NotUnderstood("bad_date", text) from error


def weekday(text: str) -> int:
    """1 = Monday to 7: 周二, 星期2, 礼拜天, Tue, Tuesday. Raises NotUnderstood."""
    found = _weekdays(text)
    if len(found) != 1:
        raise NotUnderstood("bad_weekday", text)
    return found[0]


def _weekdays(text: str) -> list[int]:
    chinese = _CHINESE_DAY.fullmatch(text)
    if chinese:
        return [_WEEKDAYS[one] if one in _WEEKDAYS else int(one) for one in chinese[1]]
    english = _ENGLISH_DAY.fullmatch(text.casefold())
    return [_ENGLISH[english[1]]] if english else []


def weekdays_in(text: str) -> set[int]:
    """The weekdays that a text names anywhere: 补周四的课, lessons of Thursday."""
    return {one for found in _ANY_DAY.finditer(text) for one in _weekdays(found[0])}


def period(text: str) -> int:
    """A period of the day by its number: 第三节, 3, P3, 第3节课. Raises NotUnderstood."""
    found = _PERIOD.fullmatch(text)
    value = (int(found[1]) if found[1].isdigit() else chinese_number(found[1])) if found else None
    if not value or value > MOST_PERIODS:
        raise NotUnderstood("bad_period", text)
    return value


def periods(text: str) -> list[Span]:
    """The periods of a cell that names no weekday: 1、2、第4节, 3-5, 上午. Raises NotUnderstood."""
    return [span for _day, span in _slots(text, [0])]


def slots(text: str) -> list[tuple[int, Span]]:
    """Weekday and period of all that a cell names: 周一第1-3节；周二、周四第5节. Raises NotUnderstood.

    What holds in odd weeks only, or in even weeks only, is left out: a plan is for every week. Both together stay.
    """
    return _slots(text, [])


def bell_days(text: str) -> list[dict[str, Any]]:
    """When other bells hold: 周五, Mon-Wed, or 2026-10-08至2027-01-20. Raises NotUnderstood.

    By weekdays, or from a date to another (ISO); what is not said is empty.
    """
    try:
        found = days(text)
    except NotUnderstood:
        found = []
    if found:
        runs: list[list[date]] = []
        for day in sorted(set(found)):
            if runs and day - runs[-1][-1] == timedelta(days=1):
                runs[-1].append(day)
            else:
                runs.append([day])
        return [{"weekdays": [], "from": run[0].isoformat(), "to": run[-1].isoformat()} for run in runs]
    try:
        weekdays = sorted({weekday for weekday, _span in slots(f"{text} all day")})
    except NotUnderstood as error:
        raise NotUnderstood("bad_days", text) from error
    if not weekdays or weekdays[-1] > 5 or odd_or_even(text):
        raise NotUnderstood("bad_days", text)
    return [{"weekdays": weekdays, "from": "", "to": ""}]


def odd_or_even(text: str) -> bool:
    """Whether the cell has slots that hold every other week only."""
    return bool(_PARITY.search(text))


def _slots(text: str, without: list[int]) -> list[tuple[int, Span]]:
    """The slots of a text; `without` are the weekdays meant before any is named."""
    every: list[tuple[int, Span]] = []
    halves: dict[str, set[tuple[int, Span]]] = {"odd": set(), "even": set()}
    for tokens, parity in _parts(text):
        found = _part(tokens, text, without)
        if parity:
            halves[parity].update(found)
        else:
            every += found
    every += sorted(halves["odd"] & halves["even"], key=str)
    return list(dict.fromkeys(every))


def _parts(text: str) -> Iterator[tuple[list[tuple[str, str]], str]]:
    """The tokens between stops, and whether they are said of odd or even weeks."""
    tokens: list[tuple[str, str]] = []
    parity, at = "", 0
    while at < len(text):
        found = _SLOT_TOKEN.match(text, at)
        if not found:
            raise NotUnderstood("bad_slots", text[at : at + 20])
        at = found.end()
        kind = str(found.lastgroup)
        if kind == "stop":
            yield tokens, parity
            tokens, parity = [], ""
        elif kind == "parity":
            parity = "odd" if re.search("单|odd", found[0], re.IGNORECASE) else "even"
        elif kind != "between":
            tokens.append((kind, found[0].strip()))
    yield tokens, parity


def _part(tokens: list[tuple[str, str]], text: str, without: list[int]) -> list[tuple[int, Span]]:
    """The slots between two stops: weekdays, then periods of each of them, then further weekdays."""
    found: list[tuple[int, Span]] = []
    on, before, is_range = list(without), "", False
    latest: list[Span] = []
    for kind, word in tokens:
        if kind == "range":
            if is_range or before not in {"weekday", "period"}:
                raise NotUnderstood("bad_slots", text)
            is_range = True
            continue
        if is_range and kind != before:
            raise NotUnderstood("bad_slots", text)
        if kind == "weekday":
            on = _days_so_far(on if before == "weekday" else [], _weekdays(word), is_range)
        else:
            if kind == "period" and before == "weekday" and chinese_number(word) is not None:
                raise NotUnderstood("bad_slots", text)  # 周一、三: Wednesday, or the third period?
            latest = _spans(latest, kind, word, is_range)
            if not latest or len(found) > _MOST_SLOTS:
                raise NotUnderstood("bad_slots", text)
            found += [(weekday, span) for weekday in on for span in latest]
        before, is_range = kind, False
    if is_range or (tokens and not found):
        raise NotUnderstood("bad_slots", text)
    return list(dict.fromkeys(found))


def _days_so_far(before: list[int], named: list[int], is_range: bool) -> list[int]:
    return before + (list(range(before[-1] + 1, named[0] + 1)) if is_range else named)


def _spans(before: list[Span], kind: str, word: str, is_range: bool) -> list[Span]:
    if kind != "period":
        return [kind]
    own = period(word)
    first = before[-1] if is_range else own
    assert isinstance(first, int)  # a range opens after a period only
    return list(range(first, own + 1))


def grades(text: str) -> list[int]:
    """Grades from 1 to 12: 三年级, 3, 三、四年级复式, 3-4, Grade 5, 低段. Raises NotUnderstood."""
    found: list[int] = []
    for part in re.split(r"[,、/+&和及与]", _GRADE_MARKS.sub("", text)):
        if part.removesuffix("段") in _BANDS:
            found += _BANDS[part[0]]
            continue
        ends = [_grades(one, text) for one in re.split(r"[-–—~至到]", part) if one]
        found += range(ends[0][0], ends[1][-1] + 1) if len(ends) == 2 else [one for end in ends for one in end]
    if not found or not all(1 <= one <= 12 for one in found):
        raise NotUnderstood("bad_grade", text)
    return sorted(set(found))


def _grades(part: str, text: str) -> list[int]:
    """The grades of one part; 三四 is two of them."""
    if re.fullmatch("[一二三四五六七八九]{2}", part):
        return [_DIGITS[one] for one in part]
    found = int(part) if re.fullmatch("[0-9]{1,2}", part) else chinese_number(part)
    if found is None:
        raise NotUnderstood("bad_grade", text)
    return [found]


def grades_in_name(name: str) -> list[int]:
    """The grades that a class's name begins with (三年级2班, 四(1)班, Grade 3 B); none when it names none."""
    found = _GRADE_AT_START.match(name)
    if not found or not re.match(r"grade|.{1,7}(?:年级|\()", name, re.IGNORECASE):
        return []
    try:
        return grades(found[1])
    except NotUnderstood:
        return []


def level(text: str) -> str:
    """A level by the name that plans know it by: 一二年级 -> band-1-2, 四年级 -> grade-4; others as they are."""
    if re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+", text):
        return text
    try:
        found = grades(text)
    except NotUnderstood:
        return text
    return f"grade-{found[0]}" if len(found) == 1 else f"band-{found[0]}-{found[-1]}"


def levels(text: str) -> list[str]:
    """The levels that a cell lists: 低段、中段 are two, 一、二年级；三、四年级 are two as well."""
    found: list[str] = []
    for part in re.split(r"[,;|\n/]+", text):
        listed = [one.strip() for one in part.split("、")]
        found += listed if all(re.search(r"年级|段|[a-z]-", one, re.IGNORECASE) for one in listed) else [part.strip()]
    return [one for one in found if one]


def band(found: list[int]) -> str:
    """The level of two years that a class of these grades is taught at."""
    first, last = min(found), max(found)
    return f"band-{first - (first + 1) % 2}-{last + last % 2}"


def subject(text: str) -> str:
    """A subject by its code; what has none stays as it is written."""
    return _SUBJECT_OF.get(text.casefold().removesuffix("课"), text)


def is_subject(text: str) -> bool:
    """Whether the text is the name of a subject."""
    return text.casefold().removesuffix("课") in _SUBJECT_OF


def scope(text: str) -> str:
    """Whom a lead site serves: county, cluster or national. Raises NotUnderstood."""
    found = _SCOPE_OF.get(plain(text))
    if found is None:
        raise NotUnderstood("bad_scope", text)
    return found
