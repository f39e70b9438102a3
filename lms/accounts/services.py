"""Making people and their cards."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from lms.accounts.models import NUMBER_DIGITS, PIN_DIGITS, LearnerCard, User

MOST_WRONG = 5
WAIT = timedelta(minutes=15)  # after so many wrong PINs; twice as long each time after
LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A card as it is handed over: the PIN is told this once and kept nowhere."""

    number: str
    pin: str
    name: str


@transaction.atomic
def register(*, name: str, phone: str | None, by: User, now: datetime) -> Issued:
    """A new learner with a card, registered by `by`. Without a password: a card and its PIN let them in.

    Raises IntegrityError when somebody else has that phone number.
    """
    number = _digits(NUMBER_DIGITS)
    user = User(username=f"card{number}", first_name=name[:150], phone=phone)
    user.set_unusable_password()
    user.save()
    pin = _digits(PIN_DIGITS)
    LearnerCard.objects.create(user=user, number=number, pin=make_password(pin), made_at=now, made_by=by)
    return Issued(number, pin, name)


@transaction.atomic
def renew(*, card: LearnerCard, now: datetime) -> Issued:
    """Another number and PIN for whoever lost the card or forgot the PIN; the old card is worth nothing then.

    Nor is what was opened with it: a phone that is still signed in, perhaps the finder's, is signed out.
    """
    locked = LearnerCard.objects.select_for_update().select_related("user").get(pk=card.pk)
    locked.number, pin = _digits(NUMBER_DIGITS), _digits(PIN_DIGITS)
    locked.pin, locked.made_at, locked.wrong, locked.wait_until = make_password(pin), now, 0, None
    locked.save()
    if not locked.user.has_usable_password():
        locked.user.set_unusable_password()  # another one: sessions hold for the password they began with
        locked.user.save(update_fields=["password"])
    return Issued(locked.number, pin, locked.user.first_name)


@transaction.atomic
def user_of_card(*, number: str, pin: str, now: datetime) -> User | None:
    """Who the card is of, when the PIN is right and need not wait. Wrong ones are counted, wherever they come from."""
    card = LearnerCard.objects.select_for_update().select_related("user").filter(number=number).first()
    if card is None:
        make_password(pin)  # takes as long as a wrong PIN: numbers cannot be told apart by the clock
        return None
    if not card.user.is_active or (card.wait_until and card.wait_until > now):
        return None
    if not check_password(pin, card.pin):
        card.wrong += 1
        if card.wrong >= MOST_WRONG:
            card.wait_until = now + min(WAIT * 2 ** min(card.wrong - MOST_WRONG, 10), LONGEST_WAIT)
        card.save(update_fields=["wrong", "wait_until"])
        return None
    if card.wrong:
        card.wrong, card.wait_until = 0, None
        card.save(update_fields=["wrong", "wait_until"])
    return card.user


def _digits(count: int) -> str:
    """So many digits by chance; the first is no zero, so that nobody leaves it out."""
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))
