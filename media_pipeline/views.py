"""The bytes of renditions: whole or in ranges, as long as a published page shows them."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from lms.core.delivery import handed_over
from lms.core.storage_errors import StorageError
from media_pipeline import addresses
from media_pipeline.adapters.storage import Reader, renditions
from media_pipeline.models import Rendition
from media_pipeline.ranges import Span, Unsatisfiable, span

logger = logging.getLogger(__name__)
BLOCK_BYTES = 1 << 16
FOREVER = "max-age=31536000, immutable"
SHOWN_FOR_S = 3  # how long the answer to "is it shown" is believed: what is unpublished goes within this


@dataclass(frozen=True)
class _File:
    sha256: str
    mime: str
    size_bytes: int
    download_name: str
    shown: bool


@require_safe
def public(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """A file that a published page shows: 200, 206, 304, 412, 416, or 404."""
    file = find(sha256, name)
    if file is None or not file.shown:
        return not_found()
    return _serve(request, file, f"public, {FOREVER}")


@require_safe
def private(request: HttpRequest, signature: str, sha256: str, name: str) -> HttpResponseBase:
    """A file for whoever holds an address that was signed for them: as `public`, and 404 once the signature ended."""
    if not addresses.is_signed(sha256, signature, now_s=time.time()):
        return not_found()
    file = find(sha256, name)
    if file is None:
        return not_found()
    # Who holds the address may have the file for as long as it is signed, and no copy is to outlast that.
    left_s = addresses.seconds_left(signature, now_s=time.time())
    return _serve(request, file, f"private, max-age={left_s}", valid_s=left_s)


def find(sha256: str, name: str) -> _File | None:
    """A file by its address, None when there is none; whether it is shown is believed for a moment."""
    key = f"media_file:{sha256}:{name}"
    found: _File | None = cache.get(key)
    if found is None:
        found = _read(sha256, name)
        if found is not None and found.shown:  # a "no" is not kept: what is published is there at once
            cache.set(key, found, SHOWN_FOR_S)
    return found


def _read(sha256: str, name: str) -> _File | None:
    rows = list(
        Rendition.objects.filter(file=sha256, file_name=name)
        .order_by("id")
        .values_list("asset_id", "mime", "file__size_bytes", "asset__name")[:100]
    )
    if not rows:
        return None
    _, mime, size_bytes, _ = rows[0]
    shown = _shown({asset_id for asset_id, *_ in rows})
    # The same bytes may have been uploaded under a name that is nobody else's business.
    named = next((asset_name for asset_id, _, _, asset_name in rows if asset_id in shown), name)
    stem = named.rpartition(".")[0] or named
    return _File(
        sha256=sha256,
        mime=mime.partition(";")[0],
        size_bytes=size_bytes,
        download_name=f"{stem}.{name.rpartition('.')[2]}",
        shown=bool(shown),
    )


def _shown(asset_ids: set[UUID]) -> set[UUID]:
    shown: set[UUID] = import_string(settings.MEDIA_SHOWN_ASSETS)(asset_ids)
    return shown


def _serve(request: HttpRequest, file: _File, cache_control: str, valid_s: int | None = None) -> HttpResponseBase:
    etag = f'"{file.sha256[:32]}"'
    wanted, answer = _answered_here(request, file, etag)
    if answer is None:
        disposition = ""
        if "download" in request.GET:
            disposition = content_disposition_header(True, file.download_name) or "attachment"
        answer = handed_over(
            "renditions",
            renditions.name(file.sha256),
            mime=file.mime,
            cache_control=cache_control,
            etag=etag,
            disposition=disposition,
            valid_s=valid_s,
        )
        if answer is not None:
            return lean(answer)
        answer = _body(file, wanted)
        if disposition:
            answer.headers["Content-Disposition"] = disposition
    answer.headers["ETag"] = etag
    if answer.status_code < 400:
        answer.headers["Cache-Control"] = cache_control
    answer.headers["Accept-Ranges"] = "bytes"
    return lean(answer)


def _answered_here(request: HttpRequest, file: _File, etag: str) -> tuple[Span | None, HttpResponseBase | None]:
    """The part that is asked for (None: all), and what can be answered without a byte of the file."""
    early = get_conditional_response(request, etag=etag)
    if early is not None:
        return None, early
    wanted = None
    # A range is defined for GET alone (RFC 9110, 14.2), and only holds for the content that If-Range names.
    if request.method == "GET" and request.headers.get("If-Range", etag) == etag:
        try:
            wanted = span(request.headers.get("Range", ""), file.size_bytes)
        except Unsatisfiable:
            return None, HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size_bytes}"})
    if request.method == "HEAD":
        headers = {"Content-Length": str(file.size_bytes)}
        return None, HttpResponse(content_type=file.mime, headers=headers)
    return wanted, None


def _body(file: _File, wanted: Span | None) -> HttpResponseBase:
    """The bytes themselves, sent by this process."""
    part = wanted or Span(0, file.size_bytes - 1)
    try:
        opened = renditions.open(file.sha256, first=part.first, length=part.length)
    except FileNotFoundError:
        logger.exception("the storage has lost %s", file.sha256)
        return not_found()
    except StorageError as error:
        logger.warning("%s cannot be sent: %s (%s)", file.sha256, error.code, error.detail)
        return HttpResponse(status=503, headers={"Cache-Control": "no-store", "Retry-After": "10"})
    response = StreamingHttpResponse(_Blocks(opened, part.length), content_type=file.mime)
    response.headers["Content-Length"] = str(part.length)
    if wanted is not None:
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {part.first}-{part.last}/{file.size_bytes}"
    return response


class _Blocks:
    """A part of an open file in small blocks; closed with the response, also when nobody read it."""

    def __init__(self, file: Reader, length: int) -> None:
        self._file = file
        self._length = length

    def __iter__(self) -> Iterator[bytes]:
        left = self._length
        while left and (block := self._file.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self._file.close()


def not_found() -> HttpResponseBase:
    """The same for what is not there and for what is not for the asker."""
    return lean(HttpResponseNotFound(headers={"Cache-Control": "no-store"}))


def lean(response: HttpResponseBase) -> HttpResponseBase:
    """Without the headers that only pages need: on a slow link every range would carry them."""
    response._csp_exempt = True  # type: ignore[attr-defined]
    response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response
