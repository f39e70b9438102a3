from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from lms.core.clock import now
from media_pipeline import selectors, testing
from media_pipeline.models import Step

pytestmark = pytest.mark.django_db
Count = Callable[..., Any]


def test_any_number_of_assets_costs_three_queries(django_assert_num_queries: Count) -> None:
    ids = [testing.ready_asset(name=f"{i}.mp4", duration_s=5) for i in range(4)]
    with django_assert_num_queries(3):
        media = selectors.media([*ids, uuid4()])
    assert set(media) == set(ids)
    with django_assert_num_queries(1):
        assert selectors.media([uuid4()]) == {}
    with django_assert_num_queries(0):
        assert selectors.media([]) == {}


def test_sizes_are_those_of_the_whole_media_in_one_query(django_assert_num_queries: Count) -> None:
    ids = [
        testing.ready_asset(content="camera", seed="1"),
        testing.ready_asset(content="slides", seed="2"),
        testing.ready_asset(content="audio", seed="3"),
        testing.failed_asset(seed="4"),
        testing.received_asset(seed="5"),
        testing.playable_asset(seed="6"),
    ]
    media = selectors.media(ids)
    with django_assert_num_queries(1):
        sizes = selectors.sizes([*ids, uuid4()])
    assert {key: (size.duration_s, size.size_to_play_bytes) for key, size in sizes.items()} == {
        key: (known.duration_s, known.size_to_play_bytes) for key, known in media.items()
    }
    assert selectors.sizes([]) == {}


def test_renditions_come_with_the_fewest_bytes_first_and_with_the_price_of_the_sound() -> None:
    asset_id = testing.ready_asset(content="camera", duration_s=30)
    media = selectors.media([asset_id])[asset_id]
    assert [row.name for row in media.renditions] == ["v48", "v100", "v250"]
    assert media.sound
    for row in media.renditions:
        assert row.size_with_sound_bytes == row.size_bytes + media.sound.size_bytes
        assert row.index.offsets[-1] == row.size_bytes
        assert len(row.index.offsets) == len(row.index.starts_s) + 1
    assert media.size_to_play_bytes == media.renditions[0].size_with_sound_bytes


def test_a_lesson_is_playable_before_it_is_ready() -> None:
    asset_id = testing.playable_asset()
    media = selectors.media([asset_id])[asset_id]
    assert media.playable
    assert media.state == "encoding"
    assert 0 < media.fraction < 1
    assert [step.kind for step in media.steps] == [
        "examine", "voice", "pictures", "share", "slides", "plain", "storyboard",
    ]  # fmt: skip


def test_the_sound_has_the_language_of_the_upload() -> None:
    asset_id = testing.playable_asset(language="bo")
    media = selectors.media([asset_id])[asset_id]
    assert media.sound
    assert media.sound.language == "bo"


def test_a_step_that_will_be_tried_again_says_so_in_the_readers_language() -> None:
    asset_id = testing.received_asset(fail={"voice": "bug"})
    testing.work_off()
    with translation.override("en"):
        sentence = selectors.media([asset_id])[asset_id].steps[1].sentence
    assert sentence.startswith("Did not work, will be tried again by itself.")


def test_the_queue_counts_what_waits_runs_and_failed() -> None:
    testing.ready_asset(name="done.mp4", duration_s=5)
    testing.failed_asset(name="bad.mp4")
    testing.received_asset(name="new.mp4")
    queue = selectors.queue()
    assert (queue.waiting, queue.running, queue.failed, queue.waiting_for_space) == (7, 0, 1, 0)
    assert queue.oldest_waiting_at is not None
    assert queue.oldest_waiting_at <= now()
    Step.objects.filter(state="waiting").delete()
    assert selectors.queue().oldest_waiting_at is None
