"""Whose request it is: somebody signed in, or a guest whose phone keeps a signed number."""

import uuid
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from lms.records.types import Learner

COOKIE = "guest"
_SIGNER = Signer(salt="lms.api.guest")
_A_YEAR_S = 365 * 24 * 3600


def learner_of(request: HttpRequest) -> Learner | None:
    """The learner, or None for a guest who has sent nothing yet."""
    if request.user.is_authenticated:
        return Learner(user_id=request.user.pk)
    try:
        return Learner(guest=UUID(_SIGNER.unsign(request.COOKIES.get(COOKIE, ""))))
    except (BadSignature, ValueError):
        return None


def welcome_guest(response: HttpResponse) -> Learner:
    """A new guest; `response` asks the phone to keep the number."""
    guest = uuid.uuid4()
    response.set_cookie(
        COOKIE,
        _SIGNER.sign(str(guest)),
        max_age=_A_YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        path="/api/",
    )
    return Learner(guest=guest)


def from_another_site(request: HttpRequest) -> bool:
    """True when a page of another site sent this (the pages of ours carry no CSRF token: they are the same for all)."""
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return True
    return origin is not None and urlsplit(origin).netloc != request.get_host()
