"""Recordings that come piece by piece, below /admin/recordings/uploads/: tus 1.0.0 for the studio's script and others.

Source: https://tus.io/protocols/resumable-upload. Refusals are JSON with a code and a sentence, as in `views`; the
asset that a whole recording has become is named by the header `Recording`.
"""

from collections.abc import Callable
from functools import wraps
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from courses.studio.permissions import may_work_on_lessons
from courses.studio.views import language_of
from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.core.storage_errors import StorageError
from media_pipeline.models import Upload
from media_pipeline.refusals import NoSpaceForUpload, QuotaReached, TooLarge
from media_pipeline.uploads import protocol, services
from media_pipeline.uploads.refusals import BadHeader, UploadError

View = Callable[..., HttpResponse]
# A slow link holds a thread for as long as its piece takes: the others are for pages.
receiving = BoundedSemaphore(settings.MEDIA_UPLOADS_AT_ONCE)
TRY_AGAIN_S = 3
_FOR_A_WHILE = {423, 503}


class OtherVersion(UploadError):
    code, status = "other_version", 412
    sentence_of = _("This server speaks tus 1.0.0: send the header Tus-Resumable with it.")


class NoLength(UploadError):
    code, status = "no_length", 411
    sentence_of = _("The length of the part is missing: send the header Content-Length.")


class OtherType(UploadError):
    code, status = "other_type", 415
    sentence_of = _("A part is sent as application/offset+octet-stream.")


class LargePiece(UploadError):
    code, status = "piece_too_large", 413
    sentence_of = _("This part is too large for one request. Send it in smaller ones.")


class ManyAtOnce(UploadError):
    code, status = "many_at_once", 503
    sentence_of = _("Many recordings are being sent just now. This one goes on by itself when there is room.")


def _tus(view: View) -> View:
    """What all of tus's requests share: who may, which version, how refusals are said."""

    # Each write has a transaction of its own: a piece takes as long as the link does.
    @transaction.non_atomic_requests
    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_work_on_lessons(request.user):
            raise PermissionDenied
        try:
            response = _discovery() if request.method == "OPTIONS" else view(request, *args, **kwargs)
        except FieldschoolError as error:
            response = _refused(error)
        response.headers["Tus-Resumable"] = protocol.VERSION
        return response

    answered.as_it_arrives = True  # type: ignore[attr-defined]
    return answered


def _discovery() -> HttpResponse:
    headers = {
        "Tus-Version": protocol.VERSION,
        "Tus-Extension": ",".join(protocol.EXTENSIONS),
        "Tus-Max-Size": str(settings.MEDIA_MAX_SOURCE_BYTES),
        "Tus-Checksum-Algorithm": ",".join(protocol.ALGORITHMS),
    }
    return HttpResponse(status=204, headers=headers)


def _refused(error: FieldschoolError) -> HttpResponse:
    status = _status(error)
    response = JsonResponse({"error": {"code": error.code, "sentence": str(error)}}, status=status)
    if status in _FOR_A_WHILE:
        response.headers["Retry-After"] = str(TRY_AGAIN_S)
    if status == OtherVersion.status:
        response.headers["Tus-Version"] = protocol.VERSION
    return response


def _status(error: FieldschoolError) -> int:
    if isinstance(error, UploadError):
        return error.status
    if isinstance(error, NoSpaceForUpload) or error.code == "storage_full":
        return 507
    if isinstance(error, StorageError):
        return 503
    return 413 if isinstance(error, TooLarge | QuotaReached) else 400


def _method(request: HttpRequest) -> str:
    """Also what a network that knows only GET and POST lets through."""
    method = request.method or ""
    method = request.headers.get("X-HTTP-Method-Override", method).upper() if method == "POST" else method
    if method != "GET" and request.headers.get("Tus-Resumable") != protocol.VERSION:
        raise OtherVersion
    return method


@_tus
def uploads(request: HttpRequest) -> HttpResponse:
    """Begin an upload (POST), or list one's own that are not whole yet (GET)."""
    match _method(request):
        case "GET":
            mine = services.unfinished(owner_id=_person(request), now=now())
            return JsonResponse({"uploads": [_described(upload) for upload in mine]})
        case "POST":
            return _begin(request)
    return _not_allowed("GET", "POST", "OPTIONS")


@_tus
def one(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Ask how much has arrived (HEAD), send a piece (PATCH), discard what has arrived (DELETE)."""
    match _method(request):
        case "HEAD":
            upload = services.find(upload_id=upload_id, owner_id=_person(request), now=now())
            return _standing(upload, status=200)
        case "PATCH":
            return _take(request, upload_id)
        case "DELETE":
            services.discard(upload_id=upload_id, owner_id=_person(request), now=now())
            return HttpResponse(status=204)
    return _not_allowed("HEAD", "PATCH", "DELETE", "OPTIONS")


def _begin(request: HttpRequest) -> HttpResponse:
    if "Upload-Defer-Length" in request.headers:
        raise BadHeader("Upload-Defer-Length")
    about = protocol.metadata(request.headers.get("Upload-Metadata"))
    upload = services.begin(
        owner_id=_person(request),
        name=about.get("filename", ""),
        language=language_of(about.get("language", "")),
        mark=about.get("mark", ""),
        length_bytes=protocol.number("Upload-Length", request.headers.get("Upload-Length")),
        now=now(),
    )
    response = _standing(upload, status=201)
    response.headers["Location"] = reverse("recordings:one_upload", args=[upload.pk])
    return response


def _take(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    if request.content_type != protocol.PIECE_TYPE:
        raise OtherType
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdecimal():
        raise NoLength
    size_bytes = protocol.number("Content-Length", length)
    if size_bytes > settings.MEDIA_UPLOAD_PIECE_BYTES:
        raise LargePiece
    offset_bytes = protocol.number("Upload-Offset", request.headers.get("Upload-Offset"))
    checksum = protocol.checksum(request.headers.get("Upload-Checksum"))
    if not receiving.acquire(blocking=False):
        raise ManyAtOnce
    try:
        upload = services.take(
            upload_id=upload_id,
            owner_id=_person(request),
            offset_bytes=offset_bytes,
            body=request,
            size_bytes=size_bytes,
            checksum=checksum,
            clock=now,
        )
    finally:
        receiving.release()
    return _standing(upload, status=204)


def _standing(upload: Upload, *, status: int) -> HttpResponse:
    """How far an upload is."""
    response = HttpResponse(status=status)
    response.headers["Upload-Offset"] = str(upload.offset_bytes)
    response.headers["Upload-Length"] = str(upload.length_bytes)
    response.headers["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    if upload.asset_id is not None:
        response.headers["Recording"] = str(upload.asset_id)
    return response


def _described(upload: Upload) -> dict[str, Any]:
    return {
        "url": reverse("recordings:one_upload", args=[upload.pk]),
        "name": upload.name,
        "mark": upload.mark,
        "language": upload.language,
        "length": upload.length_bytes,
        "offset": upload.offset_bytes,
        "expires": upload.expires_at.isoformat(),
    }


def _person(request: HttpRequest) -> int:
    assert request.user.pk is not None  # may_work_on_lessons
    return int(request.user.pk)


def _not_allowed(*methods: str) -> HttpResponse:
    return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
