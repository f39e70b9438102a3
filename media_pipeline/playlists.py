"""Addresses of HLS playlists: those of tracks lie beside their files, under the same rules and signatures.

A playlist is made of rows when it is asked for. It may change when its writer does, and so is kept for an hour only.
"""

import time
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from media_pipeline import addresses, hls, selectors, views

KEPT_S = 3600
SOON_S = 60  # of a whole recording: more qualities come while it is encoded


@require_safe
def public_track(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """The playlist of a track that a published page shows."""
    file = views.find(sha256, f"{name}.mp4")
    return _track(request, sha256, name, f"public, max-age={KEPT_S}") if file and file.shown else views.not_found()


@require_safe
def private_track(request: HttpRequest, signature: str, sha256: str, name: str) -> HttpResponseBase:
    """As `public_track`, for whoever holds an address that was signed for them: the file's own signature."""
    now_s = time.time()
    if not addresses.is_signed(sha256, signature, now_s=now_s):
        return views.not_found()
    left_s = min(KEPT_S, addresses.seconds_left(signature, now_s=now_s))
    return _track(request, sha256, name, f"private, max-age={left_s}")


def _track(request: HttpRequest, sha256: str, name: str, cache_control: str) -> HttpResponseBase:
    found = selectors.track(sha256, f"{name}.mp4")
    if found is None:
        return views.not_found()
    index, duration_s = found
    return answer(request, hls.track(f"{name}.mp4", index, duration_s, numbered=True), cache_control)


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
    text = hls.master(media) if media else ""
    return answer(request, text, cache_control) if text else views.not_found()


def answer(request: HttpRequest, text: str, cache_control: str, *, mime: str = hls.MIME) -> HttpResponseBase:
    """A text of a player's, not of a page."""
    response = HttpResponse(text, content_type=mime, headers={"Cache-Control": cache_control})
    set_response_etag(response)
    views.lean(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
