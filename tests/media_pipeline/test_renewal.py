"""A catalogue made anew when the ladder plans otherwise: lessons stay on line, and new ones do not wait."""

from typing import Any
from uuid import UUID

import pytest

from lms.core.clock import now
from media_pipeline import files, services, steps, testing
from media_pipeline.ladder import VERSION
from media_pipeline.models import Asset, Step, StoredFile
from media_pipeline.selectors import media

pytestmark = pytest.mark.django_db
CAMERA = testing._RUNGS["camera"]
MADE = 6  # steps of a filmed lesson: all but the examination


@pytest.fixture
def lesson(settings: Any) -> UUID:
    settings.MEDIA_ENCODER = testing.__name__
    return testing.ready_asset(content="camera", seed="older")


@pytest.fixture
def newer(lesson: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ladder that has dropped its largest rung, and encodes the others otherwise."""
    fewer = [(name, kind, bps - 1_000, *size) for name, kind, bps, *size in CAMERA[:-1]]
    monkeypatch.setitem(testing._RUNGS, "camera", tuple(fewer))
    monkeypatch.setattr(testing, "ladder_version", lambda: VERSION + 1)


def pictures(asset_id: UUID) -> dict[str, int]:
    return {one.name: one.size_bytes for one in media([asset_id])[asset_id].renditions}


def test_nothing_is_made_anew_while_the_ladder_is_the_same(lesson: UUID) -> None:
    assert services.complete(now=now()) == 0


@pytest.mark.usefixtures("newer")
def test_a_lesson_plays_on_while_it_is_made_anew_and_then_has_what_the_new_ladder_plans(lesson: UUID) -> None:
    before = pictures(lesson)
    assert services.complete(now=now()) == MADE
    while testing.work_off(steps=1):
        known = media([lesson])[lesson]
        assert known.state == "ready"
        assert known.sound
        assert known.share
        assert known.plain.renditions
        assert pictures(lesson) in (before, {name: size for name, size in pictures(lesson).items() if name != "v250"})
    assert list(pictures(lesson)) == ["v48", "v100"]
    assert pictures(lesson)["v48"] < before["v48"]
    assert files.sweep() == 3
    assert not StoredFile.objects.filter(renditions=None).exists()
    assert Asset.objects.get(id=lesson).examined["ladder"] == VERSION + 1
    assert services.complete(now=now()) == 0


@pytest.mark.usefixtures("newer")
def test_a_new_lesson_does_not_wait_for_a_catalogue_that_is_made_anew(lesson: UUID) -> None:
    services.complete(now=now())
    fresh = testing.received_asset(content="camera", seed="fresh")
    while media([fresh])[fresh].state != "ready":
        assert testing.work_off(steps=1)
    waiting = Step.objects.filter(asset=lesson, state="waiting")
    assert waiting.count() == MADE
    testing.work_off()
    assert not waiting.exists()


@pytest.mark.usefixtures("newer")
def test_what_cannot_be_made_anew_stays_as_it_was(lesson: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    before = pictures(lesson)
    monkeypatch.setattr(testing, "encode_pictures", broken)
    services.complete(now=now())
    for _ in range(steps.endings.MAX_FAILURES):
        Step.objects.update(not_before=now())
        testing.work_off()
    assert media([lesson])[lesson].state == "ready"
    assert pictures(lesson) == before
    assert Step.objects.get(asset=lesson, kind="pictures").state == "failed"
    assert services.complete(now=now()) == 0  # a person looks at it, and tries again
