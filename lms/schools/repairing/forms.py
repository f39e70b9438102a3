"""What a scheduler says has happened."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=200)


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class _MomentField(forms.Field):
    """A local date and time; whose clock it is by, the view knows."""

    widget = _Moment

    def clean(self, value: Any) -> datetime | None:
        """The moment, without a zone."""
        text = str(super().clean(value) or "")
        try:
            found = datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise ValidationError(_("This is no date and time such as 2026-10-01T08:00.")) from error
        if found is not None and (found.tzinfo or not 1970 < found.year < 2200):
            raise ValidationError(_("This is no date and time such as 2026-10-01T08:00."))
        return found


class _DayField(forms.DateField):
    """A date that calendars can reckon with."""

    def clean(self, value: Any) -> date | None:
        """The date. Raises ValidationError."""
        found: date | None = super().clean(value)
        if found is not None and not 1970 < found.year < 2200:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found


class HappeningForm(forms.Form):
    """To whom, and from when to when. `keys` are those that there are; a day is lost for all."""

    of = forms.ChoiceField()
    begins = _MomentField(label=_("From"))
    ends = _MomentField(label=_("Until"))
    instead = _DayField(
        label=_("Day that has its lessons instead"),
        required=False,
        help_text=_("A Saturday, for example; without one, lessons are made up one by one."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=200, help_text=_("Stands in the text for the group.")
    )

    def __init__(self, data: Any, *, keys: tuple[str, ...], label: Any, days: Collection[date]) -> None:
        super().__init__(data, use_required_attribute=True)
        self._days = days
        of = self.fields["of"]
        assert isinstance(of, forms.ChoiceField)
        of.label, of.choices = label, [(key, key) for key in keys]
        if not label:
            del self.fields["of"]
        else:
            del self.fields["instead"]

    def clean_instead(self) -> date | None:
        """A day without lessons of its own."""
        day: date | None = self.cleaned_data["instead"]
        if day in self._days:
            raise ValidationError(_("This day has lessons already."))
        return day

    def clean(self) -> dict[str, Any]:
        """An end after the beginning."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and not begins < ends <= begins + LONGEST:
            raise ValidationError(_("It must end after it begins, and within 200 days."))
        return cleaned


class WishForm(forms.Form):
    """More lessons for a class, from a day on."""

    use_required_attribute = True

    of = forms.ChoiceField(label=_("Class"))
    what = forms.ChoiceField(label=_("Subject and level"))
    lessons = forms.IntegerField(label=_("Lessons a week"), min_value=1, max_value=5, initial=1)
    begins = _DayField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any, *, classes: Iterable[str], taught: Iterable[tuple[str, Any]], **options: Any) -> None:
        super().__init__(data, **options)
        for name, choices in (("of", [(key, key) for key in classes]), ("what", list(taught))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
