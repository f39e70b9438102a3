"""Which uploads are still wanted: those that a page or a kept revision of one names."""

import re
from uuid import UUID

from wagtail.models import Revision

from courses.models import LessonPage

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def kept_assets() -> set[UUID]:
    """The assets that lessons name, live or not, and all their revisions. Rather too many than one too few."""
    pages = LessonPage.objects.exclude(asset_id=None).values_list("asset_id", flat=True)
    kept = {asset_id for asset_id in pages if asset_id}
    for content in Revision.page_revisions.values_list("content", flat=True).iterator():
        kept.update(UUID(found) for found in _UUID.findall(str(content.get("body", ""))))
    return kept
