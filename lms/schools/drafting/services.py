"""Spreadsheets on their way to a term: taken up as a draft, asked about, looked through, stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from lms.core.encodings import text_of
from lms.schools.errors import BadSheets, NotClean
from lms.schools.importing import import_county
from lms.schools.models import County, Draft, Headings, Term
from lms.schools.sheets import files, layout
from lms.schools.sheets.assemble import VALUES, Assembled, assemble, wanted, without_bad_rows
from lms.schools.sheets.cells import plain, tidy
from lms.schools.sheets.meanings import GRIDS, KINDS, NOTHING, meanings_of
from lms.schools.sheets.rows import LeftOut, texts_of
from lms.schools.sheets.types import SHEET_NAME, BadFile, Column, Group, Meant, NotUnderstood, Table

LIFETIME = timedelta(days=7)
MOST_DRAFTS = 10
"""Of one person at a time; the oldest make room."""
VALUES_SIGNATURE = "values"
Saved = dict[str, Any]
"""What somebody said of a group: its kind, what each heading means, which cells of timetables are open."""


@dataclass(frozen=True)
class Part:
    """Sheets that are alike, with what they mean as far as is known. `asked`: numbers of columns that are not sure."""

    group: Group
    meant: Meant
    names: tuple[str, ...]
    asks_kind: bool
    asks_open: bool
    asked: frozenset[int]


@dataclass(frozen=True)
class Understanding:
    """A draft as it is understood: its sheets, and the values that no sheet has; `missing` are to be asked for."""

    draft: Draft
    tables: tuple[Table, ...]
    parts: tuple[Part, ...]
    values: Mapping[str, str]
    wanted: tuple[str, ...]
    missing: frozenset[str]

    @property
    def questions(self) -> int:
        """How many things a person is asked."""
        return len(self.missing) + sum(part.asks_kind + part.asks_open + len(part.asked) for part in self.parts)


@dataclass(frozen=True)
class Looked:
    """What a draft would be as a term. `clean` is without the rows `left_out`; None when that is no way out."""

    made: Assembled
    clean: Assembled | None
    left_out: LeftOut


@transaction.atomic
def take_up(*, sent: Sequence[tuple[str, bytes]], by: AbstractBaseUser, now: datetime) -> Draft:
    """Keep the sheets of some files as a draft. Raises BadSheets."""
    try:
        tables = files.tables(list(sent), _decoded)
    except BadFile as error:
        raise BadSheets(error) from error
    discard_old(now=now)
    for old in Draft.objects.filter(owner_id=by.pk).order_by("-created_at")[MOST_DRAFTS - 1 :]:
        old.delete()
    return Draft.objects.create(
        owner_id=by.pk,
        name=", ".join(name.rpartition(".")[0] or name for name, _data in sent)[:200],
        tables=[{"name": one.name, "rows": one.rows} for one in tables],
        created_at=now,
        expires_at=now + LIFETIME,
    )


def discard_old(*, now: datetime) -> bool:
    """Delete the drafts whose time is over; workers do. False when there are none."""
    return Draft.objects.filter(expires_at__lte=now).delete()[0] > 0


def _decoded(data: bytes) -> str | None:
    try:
        return text_of(data)
    except UnicodeDecodeError:
        return None


def understand(draft: Draft, *, now: datetime) -> Understanding:
    """What the sheets of a draft mean: as its owner said, as was said of such sheets of the county, or as it seems."""
    tables = tuple(Table(one["name"], tuple(tuple(row) for row in one["rows"])) for one in draft.tables)
    found = layout.look(tables)
    remembered = _remembered(draft, tables, [group.signature for group in found], now)
    answered: Mapping[str, Saved] = draft.answers.get("groups", {})
    parts = []
    for group in found:
        saved = answered.get(group.signature) or remembered.get(group.signature)
        parts.append(_part(tables, group, saved))
    needed = wanted([part.meant for part in parts])
    values = {**remembered.get(VALUES_SIGNATURE, {}), **draft.answers.get("values", {})}
    known = {name for name in needed if values.get(name) or VALUES[name].usual is not None}
    known |= _said_in_sheets(tables, parts)
    return Understanding(draft, tables, tuple(parts), values, needed, frozenset(needed) - known)


def _said_in_sheets(tables: Sequence[Table], parts: Sequence[Part]) -> set[str]:
    """County's name is not asked for when rows name counties."""
    return {"county.name"} if any("county.name" in part.meant.columns.values() for part in parts) else set()


def _part(tables: Sequence[Table], group: Group, saved: Saved | None) -> Part:
    names = tuple(tables[number].name for number in group.sheets)
    if saved is None:
        meant = layout.guessed(group)
        asked = frozenset(one.number for one in group.columns if not one.sure) if group.kind in KINDS else frozenset()
        asks_open = group.kind in GRIDS and not group.sure
        return Part(group, meant, names, not group.sure and group.kind not in GRIDS, asks_open, asked)
    group = group if saved["kind"] == group.kind else layout.as_kind(tables, group, saved["kind"])
    meant = layout.guessed(group)
    if "columns" in saved:
        keys = heading_keys(group.columns)
        possible = meanings_of(group.kind)
        columns = {number: saved["columns"].get(key, "") for number, key in keys.items()}
        meant = Meant(group.kind, {number: name for number, name in columns.items() if name in possible}, meant.open)
    if saved.get("open"):
        meant = replace(meant, open=saved["open"])
    asked = frozenset() if "columns" in saved else frozenset(one.number for one in group.columns if not one.sure)
    return Part(group, meant, names, False, False, asked)


def heading_keys(columns: Sequence[Column]) -> dict[int, str]:
    """How a column is remembered: by its heading, and which of several it is that have the same."""
    keys: dict[int, str] = {}
    times: dict[str, int] = {}
    for one in columns:
        heading = "@" if one.number == SHEET_NAME else plain(one.heading)
        times[heading] = times.get(heading, 0) + 1
        keys[one.number] = f"{heading}|{times[heading]}"
    return keys


def _remembered(draft: Draft, tables: Sequence[Table], signatures: Sequence[str], now: datetime) -> dict[str, Saved]:
    """What such sheets meant last, in a county that these name; or in one whose name no sheet had, by its scheduler."""
    written = texts_of(tables)
    rows = list(Headings.objects.filter(signature__in=[*signatures, VALUES_SIGNATURE]))
    own = set(County.objects.filter(term__members__user=draft.owner_id).values_list("key", flat=True))
    unwritten = {row.county for row in rows if row.meant.get("county.name")} & own
    near = [row for row in rows if plain(row.county) in written or row.county in unwritten]
    near.sort(key=lambda row: (plain(row.county) in written, row.used_at))
    found: dict[str, Saved] = {row.signature: row.meant for row in near}
    values = found.get(VALUES_SIGNATURE, {})
    if values.get("term.ends", "9999") < now.date().isoformat():  # last term's dates
        found[VALUES_SIGNATURE] = {name: text for name, text in values.items() if not name.startswith("term.")}
    return found


@transaction.atomic
def answer(*, draft: Draft, groups: Mapping[str, Saved], values: Mapping[str, str]) -> None:
    """Keep what the owner says of the draft's sheets (by signature), and of what no sheet has."""
    possible = {signature: saved for signature, saved in groups.items() if saved["kind"] in {*KINDS, *GRIDS, NOTHING}}
    draft.answers = {"groups": possible, "values": {name: values[name] for name in values if name in VALUES}}
    draft.save(update_fields=["answers"])


def bad_values(understanding: Understanding) -> dict[str, NotUnderstood]:
    """Values that cannot be read, by name."""
    found: dict[str, NotUnderstood] = {}
    for name in understanding.wanted:
        text = understanding.values.get(name, "")
        if text:
            try:
                VALUES[name].read(tidy(text))
            except NotUnderstood as error:
                found[name] = error
    return found


def look_through(understanding: Understanding) -> Looked:
    """Make the document of a draft, with all problems; and what is left of it without the rows that have any."""
    given = _given(understanding)
    meant = [part.meant for part in understanding.parts]
    groups = [part.group for part in understanding.parts]
    name = understanding.draft.name
    made = assemble(understanding.tables, groups, meant, given, name)
    if not made.problems:
        return Looked(made, made, frozenset())
    clean, left_out = without_bad_rows(understanding.tables, groups, meant, given, name)
    return Looked(made, None if clean.problems or not clean.document["requests"] else clean, left_out)


def _given(understanding: Understanding) -> dict[str, Any]:
    bad = bad_values(understanding)
    return {
        name: VALUES[name].read(tidy(text))
        for name, text in understanding.values.items()
        if name in understanding.wanted and text and name not in bad
    }


@transaction.atomic
def store(*, draft: Draft, accept: bool, by: AbstractBaseUser, now: datetime) -> Term:
    """Store a draft as a term, and remember what its headings mean; with `accept` without the rows that have problems.

    Raises NotClean, BadTables and BadTerm.
    """
    understanding = understand(draft, now=now)
    looked = look_through(understanding)
    clean = looked.clean
    if clean is None or (looked.left_out and not accept):
        raise NotClean(
            _("Nothing was stored: rows have problems. Leave them out, or put them right and send the file again.")
        )
    assert clean.starts_on is not None  # a document without its term has a problem
    assert clean.ends_on is not None
    term = import_county(
        data=orjson.dumps(clean.document),
        name=str(clean.document["name"]),
        starts_on=clean.starts_on,
        ends_on=clean.ends_on,
        holidays=clean.holidays,
        swapped=clean.swapped,
        by=by,
    )
    _remember(understanding, [row["id"] for row in clean.document["counties"]], now)
    draft.delete()
    return term


def _remember(understanding: Understanding, counties: Sequence[str], now: datetime) -> None:
    said: dict[str, Saved] = {
        VALUES_SIGNATURE: {
            name: text
            for name, text in understanding.values.items()
            if name in understanding.wanted and name != "term.name"
        }
    }
    for part in understanding.parts:
        keys = heading_keys(part.group.columns)
        columns = {keys[number]: meaning for number, meaning in part.meant.columns.items() if number in keys}
        said[part.group.signature] = {"kind": part.meant.kind, "columns": columns, "open": part.meant.open}
    for county in counties:
        for signature, meant in said.items():
            Headings.objects.update_or_create(
                county=county, signature=signature, defaults={"meant": meant, "used_at": now}
            )
