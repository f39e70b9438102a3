"""The calendar that phones fetch, and the page on which its address is made and taken back."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import urlencode
from django.utils.translation import get_language, override
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.clock import now
from lms.schools import access, words
from lms.schools.access import demand, person, personal
from lms.schools.feeds import selectors, services
from lms.schools.feeds.calendar import calendar
from lms.schools.models import Term
from lms.schools.selectors import Whose, whose

HEADERS = {
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Content-Disposition": 'inline; filename="fieldschool.ics"',
}


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of a secret address, in the language it was made in; 304 when it says what it said before."""
    found = selectors.feed_by(token)
    whom = whose(found.term, found.kind, found.key) if found else None
    if found is None or whom is None:
        return _nothing()
    shown = selectors.entries(found.term, whom)
    headers = {**HEADERS, "Content-Language": found.language, "ETag": selectors.tag(found, shown)}
    unchanged = get_conditional_response(request, etag=headers["ETag"], response=HttpResponse(headers=headers))
    if isinstance(unchanged, HttpResponse) and unchanged.status_code == 304:
        return unchanged
    with override(found.language):
        name = f"{words.KINDS[whom.kind]} {whom.name} · {found.term.name}"
        text = calendar(name, whom, shown, found.term.starts_on, found.term.ends_on)
    return HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)


def _nothing() -> HttpResponse:
    """Not found, and said in no log: the address may be one mistyped letter away from a calendar that there is."""
    answer = HttpResponse(status=404, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """Somebody's calendar: how to have it on a phone; a new address, or none any more."""
    found = get_object_or_404(Term, pk=term)
    whom = whose(found, kind, request.GET.get("of", "")) if kind in selectors.KINDS else None
    demand(access.may_enter(request.user, found))
    if whom is None:
        raise Http404
    demand(access.may_see(request.user, found, whom))
    if request.method == "POST":
        if "end" in request.POST:
            services.end_feed(term=found, whom=whom)
        else:
            language = get_language() or settings.LANGUAGE_CODE
            services.make_feed(term=found, whom=whom, language=language, by=person(request), now=now())
        return redirect(f"{reverse('schools_calendar', args=[found.pk, kind])}?{urlencode({'of': whom.key})}")
    return _page(request, found, whom)


def _page(request: HttpRequest, term: Term, whom: Whose) -> HttpResponse:
    feed = selectors.feed_of(term, whom)
    token = services.token(feed) if feed else None
    way = reverse("schools_feed", args=[token]) if token else ""
    shown = {
        "term": term,
        "whom": whom,
        "kind": words.KINDS[whom.kind],
        "feed": feed,
        "way": way,
        "address": settings.PUBLIC_URL + way if way else "",
        "webcal": "webcal://" + settings.PUBLIC_URL.partition("://")[2] + way if way else "",
    }
    return render(request, "schools/calendar.html", shown)
