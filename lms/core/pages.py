"""How the learner's pages travel: the same for everyone, cached for a short while, compressed."""

import gzip
from collections.abc import Callable

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

GetResponse = Callable[[HttpRequest], HttpResponse]
MAX_AGE_S = 60
STALE_S = 600  # a page that old may still be shown while a new one is fetched (RFC 5861)
_SMALL = 200
_TEXT = ("text/", "application/json", "application/xml", "image/svg+xml", "application/javascript")
# Rooms of the site that are somebody's own.
_PERSONAL = ("/admin/", "/documents/", "/api/", "/account/", "/health/", "/media/", "/files/", "/static/", "/metrics")


def _is_shared(request: HttpRequest, response: HttpResponse) -> bool:
    """True for a learner's page that is the same for everyone who asks for this address."""
    vary = response.get("Vary", "").lower()
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "cookie" not in vary
        and not response.has_header("Cache-Control")
        and not request.path.startswith(_PERSONAL)
    )


class SharedPagesMiddleware:
    """Lets phones, proxies and service workers keep the learner's pages for a while, and answers 304 when unchanged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_shared(request, response):
            return response
        # The language is in the address: asking for another one by header changes nothing.
        _forget_vary(response, "accept-language")
        patch_cache_control(response, public=True, max_age=MAX_AGE_S, stale_while_revalidate=STALE_S)
        set_response_etag(response)
        conditional = get_conditional_response(request, etag=response["ETag"], response=response)
        return conditional if isinstance(conditional, HttpResponse) else response


def _forget_vary(response: HttpResponse, name: str) -> None:
    names = [part.strip() for part in response.get("Vary", "").split(",")]
    left = [part for part in names if part and part.lower() != name]
    if left:
        response["Vary"] = ", ".join(left)
    elif response.has_header("Vary"):
        del response["Vary"]


class CompressMiddleware:
    """Brotli or gzip for text; never for media, whose ranges count bytes.

    Django's own would compress every stream. BREACH (Gluck, Harris, Prado 2013) needs a secret beside the reader's
    words in one page: the learner's pages hold no secret, and the forms' tokens are masked anew in each answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        kind = response.get("Content-Type", "")
        if response.streaming or response.has_header("Content-Encoding") or not kind.startswith(_TEXT):
            return response
        if len(response.content) < _SMALL:
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        accepted = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
        if "br" in accepted:
            self._encode(response, "br", brotli.compress(response.content, quality=6))
        elif "gzip" in accepted:
            self._encode(response, "gzip", gzip.compress(response.content, compresslevel=7, mtime=0))
        return response

    @staticmethod
    def _encode(response: HttpResponse, encoding: str, content: bytes) -> None:
        response.content = content
        response["Content-Encoding"] = encoding
        response["Content-Length"] = str(len(content))
        etag = response.get("ETag", "")
        if etag and not etag.startswith("W/"):
            response["ETag"] = f"W/{etag}"  # RFC 9110, 8.8.1: other bytes, the same meaning
