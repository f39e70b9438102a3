"""Which events are written for which change, in the same transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from wagtail.models import Page

from courses import schedule
from courses.models import CoursePage, LessonPage
from lms.core.clock import now
from lms.core.models import OutboxEvent
from media_pipeline.signals import asset_changed
from media_pipeline.testing import received_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Tree:
    """A course in a topic with two live lessons and a draft, and another course."""

    course: CoursePage
    first: LessonPage
    second: LessonPage
    draft: LessonPage
    other: CoursePage
    asset_id: UUID

    def keys(self, *names: str) -> set[UUID]:
        return {getattr(self, name).translation_key for name in names}


@pytest.fixture
def tree() -> Tree:
    course = make.course("开网店", topics=["shop-opening"], audiences=["women"])
    asset_id = received_asset()
    made = Tree(
        course=course,
        first=make.lesson(course, "注册", asset_id=asset_id),
        second=make.lesson(course, "装修", text="好看"),
        draft=make.lesson(course, "客服", live=False),
        other=make.course("种土豆", topics=["crops"]),
        asset_id=asset_id,
    )
    OutboxEvent.objects.all().delete()
    return made


def told() -> set[UUID]:
    """The subjects waiting, and forget them."""
    found = set(OutboxEvent.objects.filter(topic="page_changed").values_list("subject", flat=True))
    OutboxEvent.objects.all().delete()
    return found


@contextmanager
def telling(expected: set[UUID]) -> Iterator[None]:
    yield
    assert told() == expected


def fresh(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


ALL = ("course", "first", "second", "draft")


def _rename_lesson(tree: Tree) -> None:
    tree.first.title = "注册店铺"
    make.publish(tree.first)


def _change_captions(tree: Tree) -> None:
    tree.first.set_transcript("WEBVTT\n\n00:01.000 --> 00:02.000\n你好\n")
    make.publish(tree.first)


def _retopic(tree: Tree) -> None:
    tree.course.topics.set([make.topic("payment")])
    make.publish(tree.course)


def _schedule(tree: Tree) -> None:
    tree.draft.go_live_at = now() - timedelta(minutes=1)
    revision = tree.draft.save_revision(approved_go_live_at=tree.draft.go_live_at)
    assert revision.approved_go_live_at
    assert told() == set()
    assert schedule.publish_scheduled(now=now()) == 1
    assert fresh(tree.draft).live


def _expire(tree: Tree) -> None:
    Page.objects.filter(pk=tree.first.pk).update(expire_at=now() - timedelta(minutes=1))
    assert schedule.publish_scheduled(now=now()) == 1
    assert not fresh(tree.first).live


def _slug_of_parent(tree: Tree) -> None:
    index = make.course_index()
    index.slug = "ke-cheng"
    index.save()


def _slug_of_lesson(tree: Tree) -> None:
    page = fresh(tree.first)
    page.slug = "zhu-ce-2"
    page.save()


def _lift(tree: Tree) -> None:
    restriction = make.restrict(tree.other)
    told()
    restriction.delete()


def _rename_topic(tree: Tree) -> None:
    topic = make.topic("e-commerce")  # two above the course's own
    topic.title_zh = "电子商务"
    topic.save()


def _rename_audience(tree: Tree) -> None:
    audience = make.audience("women")
    audience.title_zh = "姐妹"
    audience.save()


CHANGES: list[tuple[str, Callable[[Tree], Any], tuple[str, ...]]] = [
    ("publish a lesson", _rename_lesson, ("first",)),
    ("publish a draft", lambda tree: make.publish(tree.draft), ("draft",)),
    ("publish a course: its lessons carry its title and address", lambda tree: make.publish(tree.course), ALL),
    ("change a course's topics", _retopic, ALL),
    ("change captions", _change_captions, ("first",)),
    ("save a draft of a lesson", lambda tree: tree.first.save_revision(), ()),
    ("unpublish a lesson", lambda tree: tree.first.unpublish(), ("first",)),
    ("unpublish a course", lambda tree: tree.course.unpublish(), ALL),
    ("publish at a time", _schedule, ("draft",)),
    ("expire at a time", _expire, ("first",)),
    ("delete a lesson", lambda tree: fresh(tree.first).delete(), ("first",)),
    ("delete a course with its lessons", lambda tree: fresh(tree.course).delete(), ALL),
    ("delete through the base model", lambda tree: Page.objects.get(pk=tree.course.pk).delete(), ALL),
    ("move a lesson", lambda tree: fresh(tree.first).move(fresh(tree.other), pos="last-child"), ("first",)),
    ("move a course", lambda tree: fresh(tree.course).move(make.course_index("en"), pos="last-child"), ALL),
    ("change a lesson's slug", _slug_of_lesson, ("first",)),
    ("change the slug of what is above", _slug_of_parent, (*ALL, "other")),
    ("restrict a page above", lambda tree: make.restrict(fresh(tree.other)), ("other",)),
    ("lift a restriction", _lift, ("other",)),
    ("rename a topic above the course's own", _rename_topic, ALL),
    ("rename an audience", _rename_audience, ALL),
    ("delete an audience", lambda tree: make.audience("women").delete(), ALL),
    ("delete a topic", lambda tree: make.topic("shop-opening").delete(), ALL),
    ("make a stand-in in another language", lambda tree: make.alias(tree.first), ("first",)),
    ("asset ready", lambda tree: asset_changed.send(sender=None, asset_id=tree.asset_id), ("first",)),
]


@pytest.mark.parametrize(("change", "names"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_a_change_tells_which_subjects_to_read_afresh(
    tree: Tree, change: Callable[[Tree], Any], names: tuple[str, ...]
) -> None:
    expected = tree.keys(*names)
    change(tree)
    found = told()
    # A stand-in's course has to be made as well.
    assert found == expected or (found - expected == tree.keys("course") and "first" in names and len(names) == 1)


def test_a_restriction_high_above_tells_the_whole_subtree(tree: Tree) -> None:
    tree.first.body = []
    make.publish(tree.first)
    told()
    with telling(tree.keys(*ALL, "other")):
        make.restrict(make.course_index())


def test_a_live_copy_is_told_under_a_key_of_its_own(tree: Tree) -> None:
    copy = fresh(tree.course).copy(recursive=True, update_attrs={"slug": "copy", "title": "抄本"})
    copied = {page.translation_key for page in Page.objects.descendant_of(copy, inclusive=True)}
    found = told()
    assert not found & tree.keys(*ALL)
    assert found <= copied
    assert copy.translation_key in found


def test_a_change_that_is_rolled_back_tells_nothing(tree: Tree) -> None:
    with transaction.atomic():
        make.publish(tree.first)
        transaction.set_rollback(True)
    assert told() == set()


def test_nobody_is_told_of_pages_outside_the_catalogue(tree: Tree) -> None:
    home = make.home()
    home.introduction = "你好"
    home.save_revision().publish()
    assert told() <= tree.keys(*ALL, "other")
