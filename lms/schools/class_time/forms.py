"""What is filled in around a lesson."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.schools.class_time.invitations import MOST_LETTERS
from lms.schools.class_time.services import MOST_PRESENT


class MeetingForm(forms.Form):
    """Where the lesson is joined."""

    text = forms.CharField(
        label=_("Invitation or link"),
        help_text=_("Paste what the meeting program copies, all of it: link, number and password are found in it."),
        required=False,
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    telephone = forms.RegexField(
        r"^[0-9+() -]{3,30}$",
        label=_("Telephone in the lead classroom"),
        help_text=_("For when no meeting can be joined."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    alone = forms.BooleanField(label=_("For this lesson only"), required=False)
    own_server = forms.BooleanField(label=_("On the county's own meeting server"), required=False)

    def __init__(self, *args: Any, has_server: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_server:
            del self.fields["own_server"]
            self.fields["text"].required = True


class MaterialForm(forms.Form):
    """Which lesson of the site is shown."""

    code = forms.RegexField(r"^[1-9][0-9]{5}$", required=False, strip=True)


class RecordForm(forms.Form):
    """What became of the lesson; a button says how, or why not."""

    how = forms.CharField(required=False, max_length=10)
    cause = forms.CharField(required=False, max_length=10)
    present = forms.IntegerField(required=False, min_value=0, max_value=MOST_PRESENT)
    note = forms.CharField(required=False, max_length=500)
    said_at = forms.DateTimeField(required=False)
