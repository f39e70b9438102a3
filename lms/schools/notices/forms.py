"""Where notices go, as a scheduler enters it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from lms.schools import words


class ChannelForm(forms.Form):
    """A group's robot with its address, or mailboxes."""

    kind = forms.ChoiceField(label=_("Where to"), choices=list(words.CHANNELS.items()))
    name = forms.CharField(
        label=_("What to call it"), max_length=100, help_text=_("Such as: heads of the county's schools.")
    )
    address = forms.CharField(
        label=_("Address of the robot, or e-mail addresses"),
        max_length=4000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As the group's settings show it, beginning with https://; of e-mail one or several."),
    )
    signing = forms.CharField(
        label=_("Signing secret (DingTalk, where chosen)"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    keyword = forms.CharField(label=_("Keyword (DingTalk, where chosen)"), max_length=50, required=False)
