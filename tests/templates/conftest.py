"""A small site as trainers make it: a course with lessons that are ready, being prepared, broken, and to read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from courses.types import Cue
from media_pipeline import testing
from tests.factories import courses as factory


@dataclass(frozen=True)
class Site:
    course: Any
    ready: Any
    playable: Any
    failed: Any
    text: Any


@pytest.fixture(scope="module")
def _site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Site]:
    """The site, built once for a file of tests and taken back after it; its media in a folder of their own."""
    folder = tmp_path_factory.mktemp("media")
    storages = {**settings.STORAGES}
    for name in ("sources", "renditions"):
        options = {**storages[name]["OPTIONS"], "location": folder / name}
        storages[name] = {**storages[name], "OPTIONS": options}
    with override_settings(STORAGES=storages), django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def site(_site: Site, db: None) -> Site:
    """A course of eight lessons in two modules, in Chinese; what a test changes is taken back."""
    return _site


def build() -> Site:
    """The pages and their media."""
    course = factory.course(
        topics=["shop-opening"], audiences=["growers"], modules=["把店开起来", "卖出第一箱"], outcomes="开店\n发货"
    )
    cues = [Cue(5.0 * n, 5.0 * n + 4, "先看运费，再看规则") for n in range(30)]
    ready = testing.ready_asset(content="camera")
    failed = testing.failed_asset(seed="3")
    more = [testing.ready_asset(seed=f"more {n}") for n in range(4)]
    playable = testing.playable_asset(seed="2")  # the last: making others ready would finish it
    made = {
        "ready": factory.lesson(course, asset_id=ready, text="先别急", cues=cues, module="把店开起来"),
        "playable": factory.lesson(course, asset_id=playable, module="把店开起来"),
        "failed": factory.lesson(course, asset_id=failed),
        "text": factory.lesson(course, text="只有字", module="卖出第一箱"),
    }
    for asset_id in more:
        factory.lesson(course, asset_id=asset_id, module="卖出第一箱")
    return Site(course=course, **made)
