"""What lessons to read take in data: their page, and the pictures of their steps within their cap.

An estimate, by counts that the database has: no page is made for it and no file opened.
"""

from collections.abc import Collection

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex

from courses.pictures import STEP

PAGE_BYTES = 12_000  # of a page with a few thousand characters, compressed, and its script


def sizes(page_ids: Collection[int]) -> dict[int, int]:
    """About the bytes of each lesson's page with its pictures, by the page's id. One query."""
    if not page_ids:
        return {}
    shown = ReferenceIndex.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page),
        object_id__in=[str(page_id) for page_id in page_ids],
        to_content_type=ContentType.objects.get_for_model(get_image_model()),
    )
    pictures = dict(shown.order_by().values_list("object_id").annotate(Count("to_object_id", distinct=True)))
    return {page_id: PAGE_BYTES + pictures.get(str(page_id), 0) * STEP.max_bytes for page_id in page_ids}
