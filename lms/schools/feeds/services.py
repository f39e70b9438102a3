"""Addresses of calendars: made, made anew, taken back.

An address is worked out from the feed's id and the site's secret key; the row keeps its digest alone. So the page can
show it again to who may see the week, and a copy of the database opens no calendar.
"""

import base64
import hashlib
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from lms.schools.models import Feed, Term
from lms.schools.selectors import Whose

TOKEN_BYTES = 18


@transaction.atomic
def make_feed(*, term: Term, whom: Whose, language: str, by: AbstractBaseUser, now: datetime) -> Feed:
    """A calendar with an address that nobody had before; the one before is not found any more."""
    Term.objects.select_for_update().get(pk=term.pk)
    end_feed(term=term, whom=whom)
    feed = Feed(term=term, kind=whom.kind, key=whom.key, language=language, made_by_id=by.pk, made_at=now)
    feed.digest = digest(_token(feed))
    feed.save(force_insert=True)
    return feed


def end_feed(*, term: Term, whom: Whose) -> None:
    """Take the address back: phones that ask for it find nothing."""
    Feed.objects.filter(term=term, kind=whom.kind, key=whom.key).delete()


def token(feed: Feed) -> str | None:
    """The secret part of the address; None where the site's key is another now, and the address cannot be told."""
    made = _token(feed)
    return made if constant_time_compare(digest(made), feed.digest) else None


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _token(feed: Feed) -> str:
    code = salted_hmac("lms.schools.feeds", str(feed.pk), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(code[:TOKEN_BYTES]).decode()
