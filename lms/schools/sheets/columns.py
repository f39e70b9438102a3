"""What a heading means: by the names that counties use, and by whether the cells below read as that."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache

from lms.schools.sheets.cells import plain, tidy
from lms.schools.sheets.meanings import Meaning

SURE = 0.8
LIKELY = 0.55
_LOOKED_AT = 40
_LONGEST_NAME = 30
_LONGEST_HEADING = 80
COUNTERS = ("序号", "序", "no", "no.", "#")
"""Headings of columns that number the rows."""
_HALVES = re.compile(r"[/|]|(?<=[\u4e00-\u9fff])(?=[a-z])|(?<=[a-z])(?=[\u4e00-\u9fff])")
NONE = {"", "无", "没有", "-", "--", "—", "/", "\\", "none", "n/a", "na"}


def is_blank(text: str) -> bool:
    """Whether a cell says nothing."""
    return text.casefold() in NONE


@cache
def ways_to_say(heading: str) -> tuple[str, ...]:
    """A heading as names are compared: whole, without notes in brackets, and either half of a bilingual one."""
    whole = plain(tidy(heading[:_LONGEST_HEADING]).lstrip("*"))
    short = re.sub(r"[(\[【].*?[)\]】]|[*:#]", "", whole) or whole
    return tuple(dict.fromkeys([whole, short, *(part for part in _HALVES.split(short) if part)]))


@cache
def name_score(heading: str, names: tuple[str, ...]) -> float:
    """From 0 to 1: how near a heading is to one of some names."""
    return max((_near(one, name) for one in ways_to_say(heading) for name in names), default=0.0)


@cache
def _near(heading: str, name: str) -> float:
    if heading == name:
        return 1.0
    shorter, longer = sorted((heading, name), key=len)
    if len(shorter) > 1 and shorter in longer:
        return 0.5 + 0.45 * len(shorter) / len(longer)
    if len(longer) > _LONGEST_NAME or not set(shorter) & set(longer):
        return 0.0
    return 0.7 * SequenceMatcher(None, heading, name).ratio()


def share_read(meaning: Meaning, samples: Sequence[str]) -> float:
    """The share of cells that read as what is meant."""
    looked_at = samples[:_LOOKED_AT]
    return sum(meaning.reads(text) for text in looked_at) / len(looked_at) if looked_at else 1.0


def score(heading: str, samples: Sequence[str], meaning: Meaning) -> float:
    """How surely a column is what is meant."""
    by_name = name_score(heading, meaning.names)
    if by_name < 0.3 or not samples:
        return by_name
    share = share_read(meaning, samples)
    if meaning.telling:
        return by_name * (0.6 + 0.4 * share) + (0.1 if share == 1 and by_name < 1 else 0.0)
    return by_name * (0.55 + 0.45 * share)


def assign(
    columns: Sequence[tuple[int, str, Sequence[str]]], meanings: Mapping[str, Meaning]
) -> dict[int, tuple[str, float]]:
    """For each column (number, heading, cells) the meaning that fits best and how well; a meaning is given once."""
    found = sorted(
        (
            (score(heading, samples, meaning), -number, name)
            for number, heading, samples in columns
            for name, meaning in meanings.items()
        ),
        reverse=True,
    )
    given: dict[int, tuple[str, float]] = {}
    used: set[str] = set()
    for fit, negative, name in found:
        if fit >= LIKELY and -negative not in given and name not in used:
            given[-negative] = (name, fit)
            used.add(name)
    return given
