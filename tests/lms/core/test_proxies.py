import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lms.core.proxies import TrustedProxiesMiddleware


@pytest.fixture(autouse=True)
def _proxies(settings: object) -> None:
    settings.TRUSTED_PROXIES = ("10.0.0.0/24", "::1", "unix")  # type: ignore[attr-defined]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # type: ignore[attr-defined]


def seen(peer: str, **headers: str) -> tuple[str, bool]:
    """The address that the site sees, and whether it believes that the link is secure."""
    found: list[tuple[str, bool]] = []

    def view(request: HttpRequest) -> HttpResponse:
        found.append((request.META["REMOTE_ADDR"], request.is_secure()))
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxiesMiddleware(view)(request)
    return found[0]


@pytest.mark.parametrize("peer", ["10.0.0.7", "::1", ""])
def test_a_trusted_proxy_says_who_asks_and_how(peer: str) -> None:
    said = seen(peer, **{"X-Real-IP": "203.0.113.9", "X-Forwarded-Proto": "https"})
    assert said == ("203.0.113.9", True)


@pytest.mark.parametrize("peer", ["10.0.1.7", "203.0.113.9", "nonsense"])
def test_nobody_else_is_believed(peer: str) -> None:
    assert seen(peer, **{"X-Real-IP": "198.51.100.1", "X-Forwarded-Proto": "https"}) == (peer, False)


@pytest.mark.parametrize("given", ["", "not an address", "203.0.113.9, 198.51.100.1", "<script>"])
def test_what_is_no_address_changes_nothing(given: str) -> None:
    assert seen("10.0.0.7", **{"X-Real-IP": given}) == ("10.0.0.7", False)


def test_without_proxies_a_socket_is_not_believed_either(settings: object) -> None:
    settings.TRUSTED_PROXIES = ()  # type: ignore[attr-defined]
    assert seen("", **{"X-Real-IP": "203.0.113.9", "X-Forwarded-Proto": "https"}) == ("", False)
