import pytest

from media_pipeline import selectors, testing
from media_pipeline.models import Step

pytestmark = pytest.mark.django_db


def test_a_recording_becomes_a_lesson_with_voice_pictures_share_and_poster() -> None:
    asset_id = testing.ready_asset(duration_s=60)
    media = selectors.media([asset_id])[asset_id]
    assert media.state == "ready"
    assert media.sound is not None
    assert [rendition.name for rendition in media.renditions] == ["slides", "v100"]
    assert media.share is not None
    assert media.poster_url is not None
    assert media.fraction == 1


def test_the_voice_of_a_new_lesson_goes_before_the_pictures_of_older_ones() -> None:
    old, new = testing.received_asset(name="old.mp4"), testing.received_asset(name="new.mp4")
    order = []
    while testing.work_off(steps=1):
        done = Step.objects.filter(state="done").order_by("finished_at")
        order += list(done.values_list("asset", "kind"))[-1:]
    assert order == [
        (old, "examine"), (new, "examine"), (old, "voice"), (new, "voice"),
        (old, "pictures"), (old, "share"), (new, "pictures"), (new, "share"),
    ]  # fmt: skip
