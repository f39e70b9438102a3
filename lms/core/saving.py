"""Whether who asks wants few bytes: said by the browser's data saver, or plain from the kind of link.

Sources: https://wicg.github.io/savedata/ (`Save-Data`), https://wicg.github.io/netinfo/ (`ECT`).
"""

from django.http import HttpRequest

HEADERS = ("Save-Data", "ECT")
_SLOW = {"slow-2g", "2g"}


def saves_data(request: HttpRequest) -> bool:
    """True where pictures wait until they are asked for."""
    said, link = (request.headers.get(name, "").strip().lower() for name in HEADERS)
    return said.startswith("on") or link in _SLOW
