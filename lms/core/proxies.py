"""Who is at the other end: behind a proxy that is trusted its word, else the connection alone."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse

UNIX = "unix"  # in TRUSTED_PROXIES: whoever may open the socket's file


class TrustedProxiesMiddleware:
    """Puts the learner's own address into REMOTE_ADDR, where limits on signing in read it.

    Believes X-Real-IP and X-Forwarded-Proto of `TRUSTED_PROXIES` alone: anyone can write these lines. Stands first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        trusted: tuple[str, ...] = settings.TRUSTED_PROXIES
        self.by_socket = UNIX in trusted
        self.networks = [ip_network(part) for part in trusted if part != UNIX]

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        if not self._is_trusted(meta.get("REMOTE_ADDR", "")):
            meta.pop("HTTP_X_FORWARDED_PROTO", None)
        elif address := _address(meta.get("HTTP_X_REAL_IP", "")):
            meta["REMOTE_ADDR"] = address
        return self.get_response(request)

    def _is_trusted(self, peer: str) -> bool:
        if not peer:
            return self.by_socket
        address = _address(peer)
        return bool(address) and any(ip_address(address) in network for network in self.networks)


def _address(text: str) -> str:
    """The address as it is commonly written; nothing for what is none."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""
