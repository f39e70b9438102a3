"""The operators' page, below /admin/reach/."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lms.core.clock import now
from lms.reach import selectors
from lms.reach.types import Link

MAY_SEE = "reach.view_visit"
DAYS = (7, 30, 180)
LINKS = {
    Link.SLOW_2G: _("below 50 kbit/s"),
    Link.G2: _("like 2G"),
    Link.G3: _("like 3G"),
    Link.G4: _("like 4G or better"),
    Link.UNKNOWN: _("not said"),
}


@never_cache
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Some days' visits, by region and link."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(choice) for choice in DAYS} else DAYS[1]
    found = selectors.summary(today=timezone.localdate(now()), days=days)
    lines = [(line, LINKS[Link(line.link)]) for line in found.lines]
    return render(request, "reach/report.html", {"found": found, "lines": lines, "days": days, "choices": DAYS})
