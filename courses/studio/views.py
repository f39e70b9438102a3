"""What the studio's scripts talk to, below /admin/recordings/. JSON in the trainer's language."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from courses import captions as reading
from courses.studio.permissions import may_work_on_lessons, usable
from courses.studio.state import describe
from lms.core import sizes
from lms.core.clock import now
from lms.core.errors import FieldschoolError
from media_pipeline import quotas
from media_pipeline import selectors as media_pipeline
from media_pipeline import services as media_services
from media_pipeline.refusals import QuotaReached, TooLarge

FORM_BYTES = 1 << 20  # of an upload's body, beside the recording


def _check(request: HttpRequest) -> None:
    if not may_work_on_lessons(request.user):
        raise PermissionDenied


def language_of(text: str) -> str:
    """What a recording is kept under, of what a browser says about the page's language."""
    language = text[:10].split("-")[0]
    return language if language in {"zh", "en"} else "und"


def _refused(code: str, sentence: str, *, status: int = 400, **more: object) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "sentence": sentence, **more}}, status=status)


def _state(asset_id: UUID, *, status: int = 200) -> JsonResponse:
    media = media_pipeline.media([asset_id], private=True).get(asset_id)
    return JsonResponse(describe(media), status=status) if media else _unknown()


def _unknown() -> JsonResponse:
    """For a recording that is gone, and for one of others: whether there is one is not told."""
    return _refused("unknown_asset", _("This recording is not there any more. Choose the file again."), status=404)


# Keeping a large file takes a while: no transaction is open meanwhile, the pipeline has its own. The check of the
# form's token reads the whole body onto the disk: it comes after what can be refused without.
@csrf_exempt
@transaction.non_atomic_requests
@never_cache
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep an uploaded recording; answer with its state (201), or with why it cannot be used (400, 413)."""
    _check(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    try:
        _admit(int(length) if length.isdecimal() else 0, request)
    except (TooLarge, QuotaReached) as error:
        return _refused(error.code, str(error), status=413)
    return _keep(request)


def _admit(length_bytes: int, request: HttpRequest) -> None:
    """Refuse what has no room before it is read. Raises TooLarge, QuotaReached."""
    if length_bytes > settings.MEDIA_MAX_SOURCE_BYTES + FORM_BYTES:
        raise TooLarge(settings.MEDIA_MAX_SOURCE_BYTES)
    quotas.admit(size_bytes=max(0, length_bytes - FORM_BYTES), person_id=request.user.pk, now=now())


@csrf_protect
def _keep(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return _refused("no_file", _("No file has arrived. Choose the recording again."))
    try:
        asset_id = media_services.ingest(
            file=upload,
            name=upload.name or "",
            language=language_of(str(request.POST.get("language", ""))),
            uploaded_by_id=request.user.pk,
            now=now(),
        )
    except FieldschoolError as error:
        return _refused(error.code, str(error), status=413 if isinstance(error, QuotaReached) else 400)
    return _state(asset_id, status=201)


@never_cache
@require_GET
def state(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """How far a recording is, and what the village gets."""
    _check(request)
    return _state(asset_id) if usable(request.user, [asset_id]) else _unknown()


@never_cache
@require_POST
def retry(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Try again what failed."""
    _check(request)
    if not usable(request.user, [asset_id]):
        return _unknown()
    try:
        media_services.retry(asset_id=asset_id, now=now())
    except FieldschoolError as error:
        return _refused(error.code, str(error), status=404)
    return _state(asset_id)


@never_cache
@require_POST
def captions(request: HttpRequest) -> HttpResponse:
    """Read a file of captions, or the text in the field: how many captions, as WebVTT, or the lines that are wrong."""
    _check(request)
    upload = request.FILES.get("file")
    try:
        if isinstance(upload, UploadedFile):
            text = reading.decode(upload.read(reading.MAX_BYTES + 1))
        else:
            text = str(request.POST.get("text", ""))
        text, cues = reading.read(text)
    except reading.CaptionsError as error:
        return _refused("captions", "\n".join(error.sentences), line=error.faults[0].line)
    summary = ngettext("%(n)d caption", "%(n)d captions", len(cues)) % {"n": len(cues)}
    if cues:
        summary += f", {sizes.clock_time(cues[0].start_s)} – {sizes.clock_time(cues[-1].end_s)}"
    return JsonResponse({"text": text, "count": len(cues), "summary": summary})
