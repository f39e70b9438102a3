"""The ledger and the figures as tables with headings in the reader's language, for files."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from lms.schools import words
from lms.schools.class_time import words as class_words
from lms.schools.figures import figures, selectors
from lms.schools.figures.figures import Share
from lms.schools.figures.ledger import Line
from lms.schools.models import Term
from lms.schools.sheets.writing import Cell, Sheet, plain, workbook


def cause(code: str) -> str:
    """Why a lesson came to nothing."""
    if code == figures.CANCELLED:
        return _("Cancelled")
    return _("Nobody has said") if code == figures.UNSAID else str(class_words.CAUSES[code])


def ledger_headings() -> list[str]:
    """Of the ledger by week."""
    return [_("School"), _("Class"), _("Subject"), _("Week of"), *_counts(), _("Owed")]


def _counts() -> list[str]:
    return [_("Required"), _("Planned"), _("Held live"), _("Held by recording"), _("Made up")]


def ledger_row(line: Line) -> list[Cell]:
    """A line of the ledger."""
    whose = [line.school, line.school_class, str(words.subject(line.subject)), line.monday.isoformat()]
    return [*whose, line.required, line.planned, line.live, line.recorded, line.made_up, line.owed]


def ledger_csv(lines: Iterable[Line]) -> str:
    """The ledger as a csv file that spreadsheets' programs open."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(ledger_headings())
    for line in lines:
        writer.writerow([plain(cell) if isinstance(cell, str) else cell for cell in ledger_row(line)])
    return "\ufeff" + text.getvalue()


def county_workbook(
    term: Term, lines: Sequence[Line], lost: Iterable[figures.Lost], loads: Iterable[figures.Load]
) -> bytes:
    """Hours required and held as counties file them, causes of lessons lost, load of lead teachers, and the ledger."""
    counties = selectors.county_of_school(term)
    shares = figures.shares(lines, by_class=True)
    by_county = figures.causes(lost)
    codes = sorted({code for counts in by_county.values() for code in counts})
    given = [(one.site, one.teacher, str(words.subject(one.subject)), one) for one in loads]
    return workbook(
        [
            Sheet(
                _("Hours"),
                _("%(term)s: hours required and held") % {"term": term.name},
                [_("No."), _("County"), *ledger_headings()[:3], *_counts(), _("Owed"), _("Held, %")],
                [*(_share(at, counties.get(one.school, ""), one) for at, one in enumerate(shares, 1)), _sum(shares)],
                [6, 12, 18, 16, 10, 9, 9, 9, 9, 9, 9, 9],
            ),
            Sheet(
                _("Lessons lost"),
                _("%(term)s: lessons that came to nothing, by cause") % {"term": term.name},
                [_("County"), *(cause(code) for code in codes), _("In all")],
                [[county, *(counts[code] for code in codes), counts.total()] for county, counts in by_county.items()],
                [18, *[14] * len(codes), 10],
            ),
            Sheet(
                _("Lead teachers"),
                _("%(term)s: what lead teachers give") % {"term": term.name},
                [
                    _("Lead site"),
                    _("Teacher"),
                    _("Subject"),
                    _("Most a week"),
                    _("Fullest week"),
                    _("Planned"),
                    _("Held"),
                ],
                [[*told, one.most_weekly, one.fullest_week, one.planned, one.held] for *told, one in given],
                [20, 16, 10, 10, 10, 10, 10],
            ),
            Sheet(
                _("Ledger"),
                _("%(term)s: ledger by week") % {"term": term.name},
                ledger_headings(),
                [ledger_row(line) for line in lines],
                [18, 16, 10, 12, 9, 9, 9, 9, 9, 9],
                ruled=False,
            ),
        ]
    )


def _share(number: int, county: str, one: Share) -> list[Cell]:
    whose: list[Cell] = [number, county, one.school, one.school_class, str(words.subject(one.subject))]
    return [*whose, one.required, one.planned, one.live, one.recorded, one.made_up, one.owed, one.percent]


def _sum(shares: Sequence[Share]) -> list[Cell]:
    names = ("required", "planned", "live", "recorded", "made_up", "owed")
    sums = [sum(getattr(one, name) for one in shares) for name in names]
    return [_("In all"), "", "", "", "", *sums, figures.total(shares).percent]
