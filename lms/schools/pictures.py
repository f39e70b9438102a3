"""A week as a picture to send: SVG that any phone draws with its own type; a page's script makes a PNG of it."""

import unicodedata
from collections.abc import Iterator
from html import escape

from django.utils import dateformat
from django.utils.translation import gettext as _

from lms.schools import words
from lms.schools.selectors import Board, Day, Lesson

_PAPER, _RAISED, _INK, _MUTED, _LINE, _FIELD = "#FBFAF5", "#FFFFFF", "#1B261F", "#55625A", "#DADCD0", "#1F6B3B"
_FONT = "system-ui,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif"
_EDGE, _GAP, _COLUMN, _TOP, _CARD = 32, 12, 220, 190, 148


def week_picture(board: Board, kind: str) -> str:
    """The week of somebody, a column a day, times of the place whose week it is."""
    columns = len(board.days)
    most = max((len(day.lessons) for day in board.days), default=0)
    width = 2 * _EDGE + columns * _COLUMN + (columns - 1) * _GAP
    height = _TOP + max(1, most) * (_CARD + _GAP) + _EDGE
    zone = _("times of %(zone)s") % {"zone": board.whose.timezone}
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' font-family="{_FONT}">',
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>',
        _text(_EDGE, 68, f"{kind} {board.whose.name}", 40, width - 2 * _EDGE, weight=650),
        _text(_EDGE, 106, f"{board.monday:%Y-%m-%d} · {zone}", 24, width - 2 * _EDGE, fill=_MUTED),
    ]
    days = (line for at, day in enumerate(board.days) for line in _day(day, _EDGE + at * (_COLUMN + _GAP), board))
    return "".join([*head, *days, "</svg>"])


def _day(day: Day, left: int, board: Board) -> Iterator[str]:
    name = f"{dateformat.format(day.day, 'D')} {day.day:%m-%d}"
    yield _text(left, 160, name, 26, _COLUMN, weight=650, fill=_FIELD)
    yield f'<rect x="{left}" y="174" width="{_COLUMN}" height="3" fill="{_FIELD}"/>'
    if not day.lessons:
        yield _text(left, _TOP + 34, _("No lessons"), 22, _COLUMN, fill=_MUTED)
    for at, lesson in enumerate(day.lessons):
        yield from _card(lesson, left, _TOP + at * (_CARD + _GAP), board.whose.kind)


def _card(lesson: Lesson, left: int, top: int, kind: str) -> Iterator[str]:
    whom = lesson.teacher if kind == "class" else lesson.school_class
    where = lesson.school if kind == "teacher" else _("room %(n)s") % {"n": lesson.room}
    lines = [
        (f"{lesson.starts_at:%H:%M}–{lesson.ends_at:%H:%M}", 22, _MUTED, 400),
        (str(words.subject(lesson.subject)), 26, _INK, 650),
        (whom, 22, _INK, 400),
        (where, 22, _MUTED, 400),
    ]
    yield (
        f'<rect x="{left}" y="{top + 6}" width="{_COLUMN}" height="{_CARD}" rx="10" fill="{_RAISED}" stroke="{_LINE}"/>'
    )
    for at, (text, size, fill, weight) in enumerate(lines):
        yield _text(left + 12, top + 40 + at * 31, text, size, _COLUMN - 24, fill=fill, weight=weight)


def _text(x: int, y: int, text: str, size: int, room: int, *, fill: str = _INK, weight: int = 400) -> str:
    shown = escape(_cut(text, room / size))
    return f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{fill}">{shown}</text>'


def _cut(text: str, ems: float) -> str:
    """As much of a text as goes into so many ems; of control characters, which XML has no place for, nothing."""
    kept, used = "", 0.0
    for letter in text:
        if unicodedata.category(letter) in {"Cc", "Cs"}:
            continue
        used += 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.62
        if used > ems:
            return kept[:-1] + "…"
        kept += letter
    return kept
