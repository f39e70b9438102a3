"""By which server the site sends e-mail, if by any."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

_PORTS = {"smtp": 587, "smtps": 465}
TIMEOUT_S = 10


def mail(values: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings of e-mail; without EMAIL_URL there is no host, and nothing is sent.

    `smtps` speaks TLS from the start, `smtp` by STARTTLS. Raises ImproperlyConfigured, without the password.
    """
    url, sender = values.get("EMAIL_URL", ""), values.get("EMAIL_FROM", "")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend", "EMAIL_HOST": ""}
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        validate_email(sender)
    except (KeyError, ValueError, ValidationError) as error:
        raise _wrong() from error
    if not parts.hostname or parts.path not in {"", "/"}:
        raise _wrong()
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_TIMEOUT": TIMEOUT_S,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
    }


def _wrong() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "EMAIL_URL is not smtps://USER:PASSWORD@HOST:PORT or smtp://USER:PASSWORD@HOST:PORT (signs like / and @ in the "
        "password as %2F and %40), or EMAIL_FROM is no e-mail address."
    )
