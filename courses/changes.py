"""Tells the outbox, in the transaction of a change, which courses and lessons others must read afresh.

Wagtail's signals do not cover everything: a restriction of a parent sends none, `page_slug_changed` comes after the
commit, aliases are made and follow their original silently.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move

from courses.cards import topics_within
from courses.models import Audience, CourseIndexPage, CoursePage, HomePage, LessonPage, Topic
from lms.core import outbox
from media_pipeline.signals import asset_changed

TOPIC = "page_changed"


def tell(keys: Iterable[UUID]) -> None:
    """Write an event for each key, in the current transaction."""
    for key in dict.fromkeys(keys):
        outbox.enqueue(topic=TOPIC, subject=key)


def _numbered(pages: Any) -> Iterable[UUID]:
    return pages.exact_type(CoursePage, LessonPage).order_by().values_list("translation_key", flat=True).distinct()


def tell_below(page: Page) -> None:
    """Write an event for every course and lesson at and below `page`."""
    tell(_numbered(Page.objects.descendant_of(page, inclusive=True)))


@receiver([page_published, page_unpublished, post_page_move])
def _page_changed(instance: Page, **kwargs: Any) -> None:
    # A lesson's subject carries its course's title, topics and address: a changed course changes its lessons.
    tell_below(instance)


@receiver(pre_delete, sender=Page)
def _page_deleted(instance: Page, **kwargs: Any) -> None:
    # Django sends it for each page of a deleted subtree.
    if issubclass(instance.specific_class or Page, CoursePage | LessonPage):
        tell([instance.translation_key])


def _slug_changes(sender: type[Page], instance: Page, update_fields: Iterable[str] | None, **kwargs: Any) -> None:
    if instance.pk is None or (update_fields is not None and "slug" not in update_fields):
        return
    before = Page.objects.filter(pk=instance.pk).values_list("slug", flat=True).first()
    if before is not None and before != instance.slug:
        tell_below(instance)


def _page_made(sender: type[Page], instance: Page, created: bool, **kwargs: Any) -> None:
    if created and instance.live:
        tell([instance.translation_key])


for _model in (HomePage, CourseIndexPage, CoursePage, LessonPage):
    pre_save.connect(_slug_changes, sender=_model, dispatch_uid=f"courses-slug-{_model.__name__}")
for _model in (CoursePage, LessonPage):
    post_save.connect(_page_made, sender=_model, dispatch_uid=f"courses-made-{_model.__name__}")


@receiver(post_save, sender=PageViewRestriction)
@receiver(pre_delete, sender=PageViewRestriction)
def _restriction_changed(instance: PageViewRestriction, **kwargs: Any) -> None:
    tell_below(instance.page)


@receiver(post_save, sender=Topic)
@receiver(pre_delete, sender=Topic)
def _topic_changed(instance: Topic, created: bool = False, **kwargs: Any) -> None:
    if not created:
        _tell_courses(CoursePage.objects.filter(topics__in=topics_within(instance.slug)))


@receiver(post_save, sender=Audience)
@receiver(pre_delete, sender=Audience)
def _audience_changed(instance: Audience, created: bool = False, **kwargs: Any) -> None:
    if not created:
        _tell_courses(CoursePage.objects.filter(audiences=instance))


def _tell_courses(courses: QuerySet[Any]) -> None:
    for course in courses.distinct():
        tell_below(course)


@receiver(asset_changed)
def _asset_changed(asset_id: UUID, **kwargs: Any) -> None:
    shows = Q(asset_id=asset_id) | Q(voices__asset_id=asset_id)
    lessons = LessonPage.objects.filter(shows, live=True).order_by()
    tell(lessons.values_list("translation_key", flat=True).distinct())
