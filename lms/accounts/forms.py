"""Signing in, and registering those who cannot do it themselves."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from lms.accounts import selectors
from lms.core.clock import now


class SignInForm(AuthenticationForm):
    """Name, phone number or card number, with the password or PIN."""

    def clean_username(self) -> str:
        """The name that tries are counted for."""
        return selectors.username_for(str(self.cleaned_data["username"]).strip())

    def get_invalid_login_error(self) -> ValidationError:
        """What is wrong: a card that must wait says for how long."""
        left_s = selectors.wait_s(self.cleaned_data.get("username", ""), now=now())
        if not left_s:
            return super().get_invalid_login_error()
        minutes = -(-left_s // 60)
        words = ngettext(
            "Too many wrong PINs. Wait %(n)s minute, or ask for a new PIN where the card is from.",
            "Too many wrong PINs. Wait %(n)s minutes, or ask for a new PIN where the card is from.",
            minutes,
        )
        return ValidationError(words % {"n": minutes}, code="wait")


class RegisterForm(forms.Form):
    """A learner who gets a card."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=60)
    phone = forms.CharField(label=_("Phone number"), max_length=24, required=False)

    def clean_phone(self) -> str | None:
        """The number as it is kept; None without one."""
        text = str(self.cleaned_data["phone"]).strip()
        if not text:
            return None
        number = selectors.digits(text)
        if number is None:
            raise ValidationError(_("Write the phone number with digits only."), code="bad_phone")
        if selectors.is_taken(number):
            raise ValidationError(_("Somebody has this phone number already: leave it out, or ask them."), code="taken")
        return number
