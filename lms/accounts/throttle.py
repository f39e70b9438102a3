"""What somebody sees who has tried too many passwords (counted by django-axes, see the settings)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_many(request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None) -> HttpResponse:
    """429 with a sentence: how long to wait, and who helps meanwhile."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    response = render(request, "accounts/too_many.html", {"minutes": wait_s // 60}, status=429)
    response["Retry-After"] = str(wait_s)
    response["Cache-Control"] = "no-store"
    return response
