"""What is asked of people."""

import re
import unicodedata
from datetime import datetime

from django.db.models import Q

from lms.accounts.models import NUMBER_DIGITS, LearnerCard, User

_BETWEEN = re.compile(r"[\s\-–.()]+")


def digits(text: str) -> str | None:
    """A phone or card number as it is kept, from how people write it: full-width, with spaces, +86. None: no number.

    Digits of whichever script (Tibetan keyboards have their own) are one number, or one phone would be two people's.
    """
    found = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    found = "".join(str(unicodedata.decimal(letter, letter)) for letter in found)
    found = re.sub(r"^(?:\+|00)?86(?=1\d{10}$)", "", found)
    return found if re.fullmatch(r"\+?\d{6,15}", found) else None


def username_for(text: str) -> str:
    """The name somebody signs in by, from their name, phone number or card number; what is unknown stays as it is.

    So that tries are counted for the person, however they write themselves. Nobody stands in for a name or a card by
    having its digits as their phone number.
    """
    number = digits(text)
    if number is None or User.objects.filter(username=text).exists():
        return text
    if LearnerCard.objects.filter(number=number).exists():
        return number
    person = User.objects.filter(_has_phone(number)).select_related("card").first()
    if person is None:
        return number if is_card(number) else text
    card = getattr(person, "card", None)
    return person.username if card is None or person.has_usable_password() else card.number


def is_taken(number: str) -> bool:
    """True when somebody signs in by `number` already: as their phone, their name or their card."""
    return User.objects.filter(_has_phone(number) | Q(username=number) | Q(card__number=number)).exists()


def _has_phone(number: str) -> Q:
    return Q(phone__in={number, f"+86{number}"})


def is_card(number: str) -> bool:
    """True for what can be the number of a card."""
    return len(number) == NUMBER_DIGITS and number.isascii() and number.isdigit()


def wait_s(number: str, *, now: datetime) -> int:
    """How long a card's PIN must wait after wrong tries, in seconds; 0 when it need not, or there is no such card."""
    until = LearnerCard.objects.filter(number=number).values_list("wait_until", flat=True).first()
    return max(0, int((until - now).total_seconds())) if until else 0


def registered_by(user: User) -> list[LearnerCard]:
    """The cards that somebody handed out, the latest first."""
    return list(LearnerCard.objects.filter(made_by=user).select_related("user").order_by("-made_at", "-pk")[:200])
