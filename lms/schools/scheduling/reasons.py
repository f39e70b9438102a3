"""Why a request was left out: which rules stand in the way of at least one of its patterns (section 5)."""

from lms.schools.scheduling.board import Board
from lms.schools.scheduling.tables import (
    CLASS,
    COLUMN,
    END_PAIR,
    FIRST_LESSON,
    FIRST_PAIR,
    FIXED,
    LEAD_SLOTS,
    LESSON_WIDTH,
    LESSONS,
    LINK_FROM,
    LINK_TO,
    ROOM_FOR,
    SCHOOL,
    SITE,
    TEACHER,
    Patterns,
)

ORDER = ("teacher_busy", "teacher_full", "stream_full", "studio_full", "class_busy", "room_full", "link_full")


def reasons_of(patterns: Patterns, board: Board, request: int) -> tuple[str, ...]:
    """Codes true of the board for an unmet request; none when it could simply be added."""
    tables = patterns.tables
    first, end = tables.requests[request, FIRST_PAIR], tables.requests[request, END_PAIR]
    if not patterns.served[request]:
        return ("no_teacher",)
    if first == end:
        return ("no_common_time",)
    found: set[str] = set()
    for pair in range(first, end):
        found |= _in_the_way(patterns, board, request, pair)
    return tuple(code for code in ORDER if code in found)


def _in_the_way(patterns: Patterns, board: Board, request: int, pair: int) -> set[str]:
    """What a pair alone would break."""
    tables, found = patterns.tables, set()
    column = tables.pairs[pair, COLUMN]
    lessons, school, own = (int(tables.requests[request, one]) for one in (LESSONS, SCHOOL, CLASS))
    teacher, site = tables.columns[column, TEACHER], tables.columns[column, SITE]
    here = board.receivers[column, 0]
    if here >= tables.columns[column, ROOM_FOR]:
        found.add("stream_full")
    if here == 0:
        leads = tables.columns[column, LEAD_SLOTS : LEAD_SLOTS + lessons]
        if (board.teacher_at[teacher, leads] >= 0).any():
            found.add("teacher_busy")
        if not tables.columns[column, FIXED] and board.load[teacher] + lessons > tables.max_load[teacher]:
            found.add("teacher_full")
        if (board.studios[site, leads, 0] >= tables.studios[site]).any():
            found.add("studio_full")
    for lesson in range(lessons):
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        slot = tables.pairs[pair, at]
        if board.class_at[own, slot] >= 0:
            found.add("class_busy")
        if board.rooms[school, slot, 0] >= tables.rooms[school]:
            found.add("room_full")
        points = slice(tables.pairs[pair, at + LINK_FROM], tables.pairs[pair, at + LINK_TO])
        if (board.links[points] >= tables.link_limit[points]).any():
            found.add("link_full")
    return found
