"""By which server e-mail goes; a wrong address is named, and never its password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings.mail import mail

FROM = "school@example.org"


def test_without_an_address_nothing_is_sent() -> None:
    assert mail({})["EMAIL_HOST"] == ""
    assert "dummy" in mail({})["EMAIL_BACKEND"]


@pytest.mark.parametrize(("scheme", "port", "is_tls"), [("smtps", 465, False), ("smtp", 587, True)])
def test_both_ways_speak_tls(scheme: str, port: int, is_tls: bool) -> None:
    made = mail({"EMAIL_URL": f"{scheme}://me%40here:pass%2Fword@mail.example.org", "EMAIL_FROM": FROM})
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"]) == ("mail.example.org", port)
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("me@here", "pass/word")
    assert (made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == (is_tls, not is_tls)
    assert made["DEFAULT_FROM_EMAIL"] == FROM


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://u:guessed@mail.example.org", FROM),
        ("smtps://u:guessed@mail.example.org:99999", FROM),
        ("smtps://u:guessed@mail.example.org/path", FROM),
        ("smtps://u:guessed@", FROM),
        ("smtps://[u:guessed", FROM),
        ("smtps://u:guessed@mail.example.org", "nobody"),
        ("smtps://u:guessed@mail.example.org", ""),
    ],
)
def test_what_is_wrong_is_said_without_the_password(url: str, sender: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL") as caught:
        mail({"EMAIL_URL": url, "EMAIL_FROM": sender})
    assert "guessed" not in str(caught.value)
