"""How the learner's pages travel: the same for everyone, cached for a short while, compressed."""

import gzip
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers, set_response_etag

from lms.core import kept, saving

GetResponse = Callable[[HttpRequest], HttpResponse]
MAX_AGE_S = 60
STALE_S = 300  # a page that old may be shown once more while a new one is fetched (RFC 5861)
PART_PAUSE_S = 0.004
_BOUNDARIES = (re.compile(rb"(?=<style>)"), re.compile(rb"</h1>"))
_SMALL = 200
_BETWEEN_LINES = re.compile(rb"\s*\n\s*")
_AS_WRITTEN = re.compile(rb"<(?:pre|textarea)\b", re.IGNORECASE)
_TEXT = (
    "text/",
    "application/json",
    "application/xml",
    "application/vnd.apple.mpegurl",
    "image/svg+xml",
    "application/javascript",
)
# Rooms of the site that are somebody's own, or say themselves how long they may be kept.
_PERSONAL = ("/admin/", "/documents/", "/api/", "/health/", "/media/", "/files/", "/static/", "/metrics")


def keep_fresh(request: HttpRequest | None) -> None:
    """Note that what this page says will soon be different: it may be kept, but is asked about each time."""
    if request is not None:
        request.changes_soon = True  # type: ignore[attr-defined]


def _is_shared(request: HttpRequest, response: HttpResponse) -> bool:
    """True for a learner's page that is the same for everyone who asks for this address."""
    return (
        request.method in {"GET", "HEAD"}
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "cookie" not in response.get("Vary", "").lower()
        and not {"private", "no-store"} & set(response.get("Cache-Control", "").replace(",", " ").split())
        and not request.path.startswith(_PERSONAL)
    )


class InParts(HttpResponse):
    """A page that leaves in parts, so that the front sends each in a TLS record of its own.

    A record can be read only when all its packets are there. In one record of 4 kB the first word is seen .2 s later
    at 100 kbit/s than in three; while the rest is on its way, the browser makes ready. The pause lets the front pick
    up a part before the next is there.
    """

    def __init__(self, parts: Sequence[bytes], *, headers: Mapping[str, str]) -> None:
        super().__init__(b"".join(parts), headers=headers)
        self.parts = tuple(parts)
        if len(parts) > 1:
            self["X-Accel-Buffering"] = "no"  # nginx: pass each part on as it comes; it keeps this line to itself

    def __iter__(self) -> Iterator[bytes]:
        for at, part in enumerate(self.parts):
            if at:
                time.sleep(PART_PAUSE_S)
            yield part


class KeptPagesMiddleware:
    """Answers with a page as it was sent before, while nothing has changed that pages show (lms.core.kept).

    A page is kept no longer than others may show it. Inside a transaction nothing is kept or answered: what is seen
    there may never be committed.
    """

    shelf = kept.Shelf()

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.path.startswith(_PERSONAL) or kept.in_transaction():
            return self.get_response(request)
        coding = _preferred(request.headers.get("Accept-Encoding", ""))
        wish = "saving" if saving.saves_data(request) else ""
        key = (request.scheme or "", request.get_host(), request.get_full_path(), coding, wish)
        version, now = kept.version(), time.monotonic()
        page = self.shelf.get(key, version=version, not_before=now - MAX_AGE_S - STALE_S)
        if page is None:
            response = self.get_response(request)
            if not _is_shared(request, response) or "max-age" not in response.get("Cache-Control", ""):
                return response
            parts = getattr(response, "parts", (response.content,))
            page = kept.KeptPage(version, now, dict(response.items()), parts)
            self.shelf.put(key, page)
        response = InParts(page.parts, headers=page.headers)
        conditional = get_conditional_response(request, etag=response.get("ETag"), response=response)
        return conditional if isinstance(conditional, HttpResponse) else response


class SharedPagesMiddleware:
    """Lets phones, proxies and service workers keep the learner's pages for a while, and answers 304 when unchanged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/media/"):
            # A file's bytes are in no language of the site: a proxy must not keep one copy for each.
            _forget_vary(response, "accept-language")
            del response["Content-Language"]
        if not _is_shared(request, response):
            return response
        # The language is in the address: asking for another one by header changes nothing.
        _forget_vary(response, "accept-language")
        if getattr(request, "changes_soon", False):
            patch_cache_control(response, public=True, no_cache=True)
        elif not response.has_header("Cache-Control"):
            patch_cache_control(response, public=True, max_age=MAX_AGE_S, stale_while_revalidate=STALE_S)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, saving.HEADERS)
            response["Accept-CH"] = "ECT"
            response.content = squeezed(response.content)
            if response.has_header("Content-Length"):  # counted before, by CommonMiddleware
                response["Content-Length"] = str(len(response.content))
        set_response_etag(response)
        conditional = get_conditional_response(request, etag=response["ETag"], response=response)
        return conditional if isinstance(conditional, HttpResponse) else response


def squeezed(html: bytes) -> bytes:
    """HTML without what templates leave between lines: a line's end still stands for a space. `pre` keeps its own."""
    return html if _AS_WRITTEN.search(html) else _BETWEEN_LINES.sub(b"\n", html)


def _forget_vary(response: HttpResponse, name: str) -> None:
    names = [part.strip() for part in response.get("Vary", "").split(",")]
    left = [part for part in names if part and part.lower() != name]
    if left:
        response["Vary"] = ", ".join(left)
    elif response.has_header("Vary"):
        del response["Vary"]


@lru_cache(maxsize=512)
def _smallest(content: bytes) -> tuple[bytes, ...]:
    """Brotli at its best: 8 % fewer bytes than at quality 6, for ten times the work, once for each state of a page.

    In parts that can each be read when it is there: what names the page, what its first screen needs, the rest.
    """
    compressor = brotli.Compressor(quality=11)
    parts = []
    at = 0
    for boundary in _BOUNDARIES:
        found = boundary.search(content, at)
        if found:
            parts.append(compressor.process(content[at : found.end()]) + compressor.flush())
            at = found.end()
    return (*parts, compressor.process(content[at:]) + compressor.finish())


def _brotli(response: HttpResponse) -> bytes:
    # What is somebody's own is never asked for again: neither worth the work nor to be kept in memory.
    if "public" in response.get("Cache-Control", ""):
        response.parts = _smallest(response.content)  # type: ignore[attr-defined]
        return b"".join(_smallest(response.content))
    return brotli.compress(response.content, quality=4)


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
        coding = _preferred(request.headers.get("Accept-Encoding", ""))
        if coding == "br":
            _encode(response, "br", _brotli(response))
        elif coding == "gzip":
            _encode(response, "gzip", gzip.compress(response.content, compresslevel=7, mtime=0))
        return response


def _preferred(accept_encoding: str) -> str:
    """The coding an answer goes out in: `br`, `gzip` or none."""
    accepted = _accepted(accept_encoding)
    return next((coding for coding in ("br", "gzip") if coding in accepted), "")


def _accepted(header: str) -> set[str]:
    """The codings a client takes (RFC 9110, 12.5.3); those with weight 0 are refused ones."""
    codings = (part.strip().lower().replace(" ", "") for part in header.split(","))
    return {part.split(";")[0] for part in codings if not part.endswith((";q=0", ";q=0.0", ";q=0.00", ";q=0.000"))}


def _encode(response: HttpResponse, encoding: str, content: bytes) -> None:
    response.content = content
    response["Content-Encoding"] = encoding
    response["Content-Length"] = str(len(content))
    etag = response.get("ETag", "")
    if etag and not etag.startswith("W/"):
        response["ETag"] = f"W/{etag}"  # RFC 9110, 8.8.1: other bytes, the same meaning
