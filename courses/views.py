"""Addresses of courses besides their pages: six-digit numbers, what is printed, the simple view, pictures."""

import mimetypes
import posixpath
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve

from courses import handouts, playlists, selectors
from courses.aloud import WORDS
from lms.core.delivery import handed_over
from lms.core.ids import is_short_code
from lms.core.languages import content_language
from lms.core.storage_errors import StorageError
from media_pipeline import hls

YEAR_S = 31_536_000
CARDS_A_SHEET = 8
LONGEST_NAME = 200  # bytes; file systems refuse names from 256 with an error of their own


@require_safe
def by_number(request: HttpRequest, code: str) -> HttpResponse:
    """Send the reader to the course or lesson of a number, in their language where it is."""
    if not is_short_code(code):
        raise Http404(_("A digit of this lesson number is wrong: compare it with the poster or card."))
    url = selectors.url_for_code(code, content_language())
    if url is None:
        raise Http404(_("No published lesson has this number."))
    response = HttpResponseRedirect(url)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def simple(request: HttpRequest) -> HttpResponse:
    """Three large tiles for those who read little: go on, find, what is kept."""
    return render(request, "courses/simple.html", {"aloud": WORDS})


@require_safe
def handout(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """A poster or a sheet of cards, A4, for the browser's own print."""
    found = handouts.handout(code, content_language())
    if found is None:
        raise Http404(_("No published lesson has this number."))
    item = found.item
    # A lesson's sheet is its one card again and again.
    cards = found.lessons or (item,) * CARDS_A_SHEET
    context = {"item": item, "cards": cards, "host": urlsplit(settings.PUBLIC_URL).netloc}
    return render(request, f"courses/{form}.html", context)


@require_safe
def lesson_playlist(request: HttpRequest, code: str) -> HttpResponse:
    """A public lesson for players that know HLS."""
    text = playlists.master(code, content_language())
    if not text:
        raise Http404(_("No published lesson has this number."))
    return HttpResponse(text, content_type=hls.MIME)


@require_safe
def captions_playlist(request: HttpRequest, code: str, tongue: str | None = None) -> HttpResponse:
    """The captions of a public lesson for players that know HLS: one file of WebVTT."""
    end_s = _captions(code, tongue)[1]
    return HttpResponse(hls.whole("captions.vtt", end_s), content_type=hls.MIME)


@require_safe
def captions_file(request: HttpRequest, code: str, tongue: str | None = None) -> HttpResponse:
    """The captions of a public lesson as WebVTT."""
    text = _captions(code, tongue)[0]
    return HttpResponse(text, content_type="text/vtt; charset=utf-8")


def _captions(code: str, tongue: str | None) -> tuple[str, float]:
    found = playlists.words(code, content_language(), tongue=tongue or "")
    if found is None:
        raise Http404(_("No published lesson of this number has captions in this language."))
    return found


@require_safe
def picture_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A rendition of a picture. Originals and documents lie in other folders and are not served by their path."""
    if len(name.encode()) > LONGEST_NAME or "\0" in name or posixpath.normpath(name) != name or name.startswith(".."):
        raise Http404
    kept = f"public, max-age={YEAR_S}, immutable"
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response: HttpResponseBase | None = handed_over("default", f"images/{name}", mime=mime, cache_control=kept)
    if response is not None:
        return response
    if settings.MEDIA_IN_BUCKET:
        response = _from_bucket(f"images/{name}", mime)
    else:
        response = serve(request, name, document_root=str(settings.MEDIA_ROOT / "images"))
    if response.status_code < 400:
        response.headers["Cache-Control"] = kept
    return response


def _from_bucket(name: str, mime: str) -> HttpResponseBase:
    try:
        return FileResponse(default_storage.open(name), content_type=mime)
    except FileNotFoundError as error:
        raise Http404 from error
    except StorageError:
        return HttpResponse(status=503, headers={"Cache-Control": "no-store", "Retry-After": "10"})
