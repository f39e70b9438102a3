"""What pages of corrections show: rows in a line, fields as they are filled in, what is wrong in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.schools import naming, words
from lms.schools.corrections import fields, selectors
from lms.schools.corrections.fields import FIELDS, Field
from lms.schools.errors import BadRow
from lms.schools.importing import LISTS
from lms.schools.models import Term
from lms.schools.scheduling.types import BadInput

KIND_WORDS: dict[str, Any] = {kind: naming.KIND_WORDS["sites" if kind == "lead_sites" else kind] for kind in FIELDS}
_FIELD_OF = {
    ("lead_sites", "county"): "serves",
    ("lead_sites", "cluster"): "serves",
    ("teachers", "fixed_streams"): "free",
}


def summary(kind: str, row: Any) -> str:
    """What a list says of a row beside its key."""
    told: list[Any] = []
    if kind == "counties":
        told = [
            row.cluster,
            _many(ngettext("%(n)s lesson at once", "%(n)s lessons at once", row.max_concurrent), row.max_concurrent),
        ]
    elif kind == "schools":
        told = [
            row.county,
            row.timezone,
            _periods(row.bells),
            _many(ngettext("%(n)s room", "%(n)s rooms", row.remote_rooms), row.remote_rooms),
        ]
    elif kind == "classes":
        grades = _("grade %(n)s") % {"n": ", ".join(map(str, row.grades))} if row.grades else ""
        told = [
            row.school,
            grades,
            _many(ngettext("%(n)s open period", "%(n)s open periods", len(row.open)), len(row.open)),
        ]
    elif kind == "requests":
        weekly = _("%(n)s a week") % {"n": row.lessons_per_week}
        told = [row.school_class, words.subject(row.subject), row.level, weekly, row.edition, row.unit]
    elif kind == "lead_sites":
        told = [words.SCOPES.get(row.scope, row.scope), row.serves, _periods(row.bells)]
    else:
        free = _many(ngettext("%(n)s free period", "%(n)s free periods", len(row.free)), len(row.free))
        told = [row.site, words.subject(row.subject), ", ".join(row.levels), free]
    return " · ".join(str(one) for one in told if str(one))


def _periods(bells: Any) -> str:
    return _many(ngettext("%(n)s period", "%(n)s periods", len(bells)), len(bells))


def _many(words: str, number: int) -> str:
    return words % {"n": number}


def told(kind: str, key: str, error: BadRow) -> tuple[dict[str, list[str]], list[str]]:
    """What is wrong with the row's own fields, and what would be with others."""
    called = {field.name: naming.meaning(field.meaning) for field in FIELDS[kind]}
    wrong: dict[str, list[str]] = {}
    others = []
    for problem, whose in error.problems:
        name = _FIELD_OF.get((kind, problem.field), problem.field)
        if whose == (kind, key) and name in called:
            wrong.setdefault(name, []).append(_sentence(problem, called[name]))
        else:
            others.append(_sentence(problem, whose[1]) if whose[1] else naming.bad_input(problem))
    return wrong, others


def _sentence(problem: BadInput, where: Any) -> str:
    """What is wrong, with the words of the page in place of the way through a document."""
    return naming.as_read(problem.template, {**problem.values, "where": f"“{where}”"} if problem.values else {})


def filled_in(
    term: Term, kind: str, row: Any, field: Field, values: Mapping[str, Any], sent: QueryDict | None
) -> dict[str, Any]:
    """A field as the page fills it in: with what was sent, what is stored, or what is usual."""
    texts = sent.getlist(field.name) if sent is not None else None
    value = values.get(field.name, fields.USUAL.get(field.name))
    shown = {
        "name": field.name,
        "words": naming.meaning(field.meaning),
        "shape": field.shape,
        "optional": field.optional,
    }
    if field.shape == "bells":
        return shown | {"texts": _bells(texts if texts is not None else [fields.span(bell) for bell in value or ()])}
    if field.shape == "others":
        said = (
            fields.others(field, sent)
            if sent is not None
            else fields.others_said(value or (), words.WEEKDAYS_IN_SHEETS)
        )
        return shown | {"pairs": [*[pair for pair in said if any(pair)], ("", "")]}
    if field.shape == "periods":
        ticked = value or [] if texts is None else [int(text) for text in texts if re.fullmatch("[0-9]{1,2}", text)]
        many = len(selectors.bells_of(kind, row)) if row else fields.NEW_BELLS
        return shown | {"periods": [(number, number in ticked) for number in sorted({*range(1, many + 1), *ticked})]}
    if field.shape == "grid":
        slots = value or [] if texts is None else _slots(texts)
        taken = [slot for fixed in getattr(row, "fixed_streams", ()) for slot in fixed["slots"]]
        lines = fields.grid(selectors.bells_of(kind, row), slots, taken) if row else []
        return shown | {"lines": lines, "weekdays": words.WEEKDAY_COLUMNS, "days": words.WEEKDAYS_IN_SHEETS}
    text = texts[0] if texts else "" if value is None else fields.text_of(field, value)
    return shown | {"text": text, "choices": words.SCOPES.items(), "keys": _keys(term, kind, field)}


def _bells(texts: Sequence[str]) -> list[str]:
    given = [text for text in texts if text.strip()] or [""] * fields.NEW_BELLS
    return [*given, *[""] * fields.SPARE_BELLS]


def _keys(term: Term, kind: str, field: Field) -> list[str]:
    """What there is to choose among."""
    if field.shape == "reference":
        return selectors.keys(term, LISTS[kind].to)
    if field.name == "serves":
        counties = selectors.rows(term, "counties").values_list("key", "cluster")
        return sorted({key for pair in counties[: selectors.MOST_KEYS] for key in pair})
    return []


def _slots(texts: list[str]) -> fields.Slots:
    """The boxes that were ticked; what is no slot is ticked nowhere."""
    found = [re.fullmatch("([0-9])-([0-9]{1,2})", text) for text in texts]
    return [[int(one[1]), int(one[2])] for one in found if one]
