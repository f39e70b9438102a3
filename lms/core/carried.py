"""What one page carries in itself: noted while it is rendered, read when its policy and its sprite are made.

A page that names only what it carries is smaller, and its policy allows nothing that is not there. A page rendered
without a request (that of a broken server) notes nothing and gets the site's whole policy.
"""

from django.http import HttpRequest


def carry(request: HttpRequest | None, kind: str, name: str) -> None:
    """Note that the answer to `request` carries `name`: an icon, or a source of a policy's directive."""
    if request is not None:
        _noted(request).setdefault(kind, []).append(name)


def carried(request: HttpRequest | None, kind: str) -> list[str]:
    """What was noted of this kind, each name once."""
    return [] if request is None else list(dict.fromkeys(_noted(request).get(kind, ())))


def _noted(request: HttpRequest) -> dict[str, list[str]]:
    noted: dict[str, list[str]] | None = getattr(request, "carried", None)
    if noted is None:
        noted = request.carried = {}  # type: ignore[attr-defined]
    return noted
