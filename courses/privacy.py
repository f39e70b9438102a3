"""Private pages show no recordings yet: their files would need addresses of their own for every viewer.

The rule is kept at every door: saving a lesson (`LessonPage.clean`), restricting a page (`private_page_options` takes
the choice away in the editor, the signal here stops programs), moving and copying (`courses.wagtail_hooks`).
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction

from courses.blocks import has_recording
from courses.models import LessonPage
from courses.sentences import HAS_RECORDINGS


def has_recordings(page: Page) -> bool:
    """True when a lesson at or below `page` names a recording, published or in its latest draft."""
    lessons = LessonPage.objects.descendant_of(page, inclusive=True)
    if lessons.filter(Q(asset_id__isnull=False) | Q(voices__isnull=False)).exists():
        return True
    drafts = lessons.filter(has_unpublished_changes=True).select_related("latest_revision")
    return any(has_recording(lesson.get_latest_revision_as_object().body) for lesson in drafts)


@receiver(pre_save, sender=PageViewRestriction)
def _no_recordings(instance: PageViewRestriction, **kwargs: Any) -> None:
    if has_recordings(instance.page):
        raise ValidationError(HAS_RECORDINGS, code="private_video")
