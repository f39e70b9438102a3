"""What somebody reads who may not see a page, and whose form came without its token: each with a way out."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache


@never_cache
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the page is for others, without looking for a form's token: that would read the body just refused."""
    return render(request, "403.html", status=403)


@never_cache
def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say how a form is sent once more: by the page it stood on, loaded again."""
    return render(request, "403_csrf.html", {"back": _page_before(request)}, status=403)


def _page_before(request: HttpRequest) -> str:
    """The address, on this site, of the page that the form stood on; nothing where the browser does not say."""
    said = request.headers.get("Referer", "")
    parts = urlsplit(said)
    way = parts._replace(scheme="", netloc="", fragment="").geturl()
    ours = parts.netloc and url_has_allowed_host_and_scheme(said, {request.get_host()})
    return way if ours and url_has_allowed_host_and_scheme(way, None) else ""
