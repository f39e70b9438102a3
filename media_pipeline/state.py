"""How far a lesson's media is, for a page that waits: a few bytes, asked now and then."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from media_pipeline.selectors import media


@require_safe
def state(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """`{"state", "fraction", "tracks"}` of an asset that a published page shows; 404 for others.

    `tracks` is how many sounds and renditions can be played.
    """
    found = media([asset_id]).get(asset_id) if import_string(settings.MEDIA_SHOWN_ASSETS)({asset_id}) else None
    if found is None:
        return HttpResponseNotFound(headers={"Cache-Control": "no-store"})
    tracks = len(found.sounds) + len(found.renditions)
    answer = JsonResponse(
        {"state": found.state, "fraction": round(found.fraction, 3), "tracks": tracks},
        headers={"Cache-Control": "no-store"},
    )
    answer._csp_exempt = True  # type: ignore[attr-defined]
    return answer
