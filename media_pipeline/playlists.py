"""Addresses of playlists and of storyboards' lists: they lie beside their files, under the same rules and signatures.

A list is made of rows when it is asked for. It may change when its writer does, and so is kept for an hour only.
"""

import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from media_pipeline import addresses, hls, selectors, views

KEPT_S = 3600
SOON_S = 60  # of a whole recording: more qualities come while it is encoded


def _track(sha256: str, name: str) -> str:
    found = selectors.track(sha256, f"{name}.mp4")
    return hls.track(f"{name}.mp4", *found, numbered=True) if found else ""


def _storyboard(sha256: str, name: str) -> str:
    return selectors.storyboard(sha256, f"{name}.webp")


# What can be asked for beside a file: the file's ending, what the list is, and how it is made ("" when it cannot be).
_LISTS: dict[str, tuple[str, str, Callable[[str, str], str]]] = {
    "m3u8": ("mp4", hls.MIME, _track),
    "vtt": ("webp", "text/vtt; charset=utf-8", _storyboard),
}


@require_safe
def public_list(request: HttpRequest, sha256: str, name: str, form: str) -> HttpResponseBase:
    """The list beside a file that a published page shows."""
    file = views.find(sha256, f"{name}.{_LISTS[form][0]}")
    shown = file is not None and file.shown
    return _list(request, sha256, name, form, f"public, max-age={KEPT_S}") if shown else views.not_found()


@require_safe
def private_list(request: HttpRequest, signature: str, sha256: str, name: str, form: str) -> HttpResponseBase:
    """As `public_list`, for whoever holds an address that was signed for them: the file's own signature."""
    now_s = time.time()
    if not addresses.is_signed(sha256, signature, now_s=now_s):
        return views.not_found()
    left_s = min(KEPT_S, addresses.seconds_left(signature, now_s=now_s))
    return _list(request, sha256, name, form, f"private, max-age={left_s}")


def _list(request: HttpRequest, sha256: str, name: str, form: str, cache_control: str) -> HttpResponseBase:
    _, mime, made = _LISTS[form]
    return _answer(request, made(sha256, name), cache_control, mime=mime)


@require_safe
def public_master(request: HttpRequest, asset_id: UUID) -> HttpResponseBase:
    """The playlist of a recording that a published page shows."""
    shown = import_string(settings.MEDIA_SHOWN_ASSETS)({asset_id})
    return _master(request, asset_id, f"public, max-age={SOON_S}", private=False) if shown else views.not_found()


@require_safe
def private_master(request: HttpRequest, signature: str, asset_id: UUID) -> HttpResponseBase:
    """As `public_master`, for whoever holds an address that was signed for them; its tracks are signed, too."""
    now_s = time.time()
    if not addresses.is_signed(str(asset_id), signature, now_s=now_s):
        return views.not_found()
    left_s = min(SOON_S, addresses.seconds_left(signature, now_s=now_s))
    return _master(request, asset_id, f"private, max-age={left_s}", private=True)


def _master(request: HttpRequest, asset_id: UUID, cache_control: str, *, private: bool) -> HttpResponseBase:
    media = selectors.media([asset_id], private=private).get(asset_id)
    return _answer(request, hls.master(media) if media else "", cache_control)


def _answer(request: HttpRequest, text: str, cache_control: str, *, mime: str = hls.MIME) -> HttpResponseBase:
    """A text for players, without what only pages carry; 404 for an empty one."""
    if not text:
        return views.not_found()
    response = HttpResponse(text, content_type=mime, headers={"Cache-Control": cache_control})
    set_response_etag(response)
    views.lean(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
