"""What a county's scheduler fills in."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from lms.schools import naming
from lms.schools.models import Term
from lms.schools.sheets import cells
from lms.schools.sheets.types import NotUnderstood

MOST_FILE_BYTES = 8_000_000
MOST_FILES = 50
_BETWEEN = re.compile(r"[\s,;，；、]+")


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; the value is a list."""

    widget = _Several

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files, each as a field for one has it."""
        single = super().clean
        return [single(one, initial) for one in (data or [None])]


class CountyForm(forms.Form):
    """A county's files; with a document in JSON the dates of its term."""

    file = FilesField(
        label=_("Files of the county"),
        help_text=_("Spreadsheets (.xlsx, .csv), one or several, as you have them; together up to 8 MB."),
    )

    def clean_file(self) -> list[Any]:
        """Files no larger than what is read into memory."""
        files: list[Any] = self.cleaned_data["file"]
        if sum(one.size or 0 for one in files) > MOST_FILE_BYTES or len(files) > MOST_FILES:
            raise ValidationError(_("The files are larger than 8 MB, or more than 50: split the county."))
        return files


class TermForm(forms.Form):
    """The days of a term, for a document in JSON."""

    use_required_attribute = False  # it stands folded below the files: a browser would not let spreadsheets pass

    starts_on = forms.DateField(label=_("First day of the term"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Last day of the term"), widget=forms.DateInput(attrs={"type": "date"}))
    holidays = forms.CharField(
        label=_("Holidays"),
        help_text=_("Dates such as 2026-10-01, with spaces between."),
        required=False,
        max_length=4000,
        widget=forms.TextInput(attrs={"placeholder": "2026-10-01 2026-10-02"}),
    )
    swapped = forms.CharField(
        label=_("Swapped days"),
        help_text=_("The date, = and the weekday whose lessons it has: 2026-10-10=4 for Thursday's."),
        required=False,
        max_length=4000,
        widget=forms.TextInput(attrs={"placeholder": "2026-10-10=4"}),
    )

    def clean_holidays(self) -> list[date]:
        """The dates."""
        return [_date(one) for one in _parts(self.cleaned_data["holidays"])]

    def clean_swapped(self) -> dict[date, int]:
        """Weekdays (1 = Monday) by date."""
        found: dict[date, int] = {}
        for one in _parts(self.cleaned_data["swapped"]):
            day, _equals, weekday = one.partition("=")
            if not re.fullmatch("[1-5]", weekday):
                raise ValidationError(_("“%(text)s” is no date with a weekday from 1 to 5."), params={"text": one[:40]})
            found[_date(day)] = int(weekday)
        return found


class CorrectedTermForm(TermForm):
    """A term that is there already."""

    use_required_attribute = True

    name = forms.CharField(label=_("Name of the term"), max_length=200)
    tolerance = forms.CharField(label=naming.MEANING_WORDS["rules.tolerance"], max_length=20)
    field_order = ("name", "starts_on", "ends_on", "holidays", "swapped", "tolerance")

    @staticmethod
    def of(term: Term) -> dict[str, Any]:
        """What the term holds now."""
        return {
            "name": term.name,
            "starts_on": term.starts_on.isoformat(),
            "ends_on": term.ends_on.isoformat(),
            "holidays": " ".join(term.holidays),
            "swapped": " ".join(f"{day}={weekday}" for day, weekday in term.swapped.items()),
            "tolerance": term.rules.get("start_tolerance_minutes"),
        }

    def clean_tolerance(self) -> float:
        """Minutes."""
        try:
            return cells.number(cells.tidy(self.cleaned_data["tolerance"]))
        except NotUnderstood as error:
            raise ValidationError(naming.not_understood(error)) from error


def _parts(text: str) -> list[str]:
    return [one for one in _BETWEEN.split(text) if one]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("“%(text)s” is no date such as 2026-10-01."), params={"text": text[:40]}) from error
