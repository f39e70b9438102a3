"""Further voices are made as long as the lesson that they are heard with, once both are known."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver
from wagtail.signals import page_published

from courses.models import LessonPage, LessonVoice
from lms.core.clock import now
from media_pipeline import services as media_pipeline
from media_pipeline.signals import asset_changed


def fit(found: Q) -> None:
    """Fit the voices of the lessons that answer to `found`."""
    named = LessonVoice.objects.filter(found, lesson__asset_id__isnull=False).values_list("asset_id", flat=True)
    for asset_id in named.distinct().order_by("asset_id"):
        _fit(asset_id)


def _fit(asset_id: UUID) -> None:
    """To the lesson it is heard with: of several a live one, the oldest. A lesson's own recording stays whole."""
    heard_with = LessonVoice.objects.filter(asset_id=asset_id, lesson__asset_id__isnull=False)
    to = heard_with.order_by("-lesson__live", "lesson_id").values_list("lesson__asset_id", flat=True).first()
    if LessonPage.objects.filter(asset_id=asset_id).exists():
        to = asset_id
    if to:
        media_pipeline.fit(asset_id=asset_id, to=to, now=now())


@receiver(page_published, sender=LessonPage)
def _lesson_published(instance: LessonPage, **kwargs: Any) -> None:
    fit(Q(lesson=instance.pk))
    if instance.asset_id:
        _fit(instance.asset_id)  # what was a voice before may have been cut


@receiver(asset_changed)
def _asset_changed(asset_id: UUID, **kwargs: Any) -> None:
    fit(Q(asset_id=asset_id) | Q(lesson__asset_id=asset_id))
