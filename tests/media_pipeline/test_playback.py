"""What a lesson page carries to start playing."""

import base64
import gzip
from pathlib import Path

import pytest
from django.conf import settings

from lms.core import critical
from media_pipeline import playback, selectors
from media_pipeline.playback import silent_end, start_data, steps
from media_pipeline.testing import failed_asset, playable_asset, ready_asset
from media_pipeline.types import FragmentIndex

PLAYER = Path(settings.BASE_DIR) / "media_pipeline/static/media_pipeline/player.js"


@pytest.mark.django_db
def test_the_page_carries_every_track_with_its_index_and_first_bytes() -> None:
    asset_id = ready_asset(content="camera", duration_s=60)
    media = selectors.media([asset_id])[asset_id]
    data = start_data(media)
    assert data["sound"]["name"] == "voice"
    assert [track["name"] for track in data["pictures"]] == ["v48", "v100", "v250"]
    for track, known in zip([data["sound"], *data["pictures"]], [media.sound, *media.renditions], strict=True):
        assert known is not None
        assert sum(track["sizes"]) == known.size_bytes
        assert len(base64.b64decode(track["init"])) == track["sizes"][0] == known.index.offsets[0]
        assert len(track["steps"]) == len(track["sizes"]) - 1
    assert data["duration"] == 60


@pytest.mark.django_db
def test_a_lesson_whose_pictures_are_still_to_come_starts_with_its_voice() -> None:
    asset_id = playable_asset(content="camera")
    data = start_data(selectors.media([asset_id])[asset_id])
    assert data["sound"] is not None
    assert data["pictures"] == []


@pytest.mark.django_db
def test_what_cannot_be_played_has_no_tracks() -> None:
    asset_id = failed_asset()
    data = start_data(selectors.media([asset_id])[asset_id])
    assert (data["sound"], data["pictures"]) == (None, [])


def test_starts_come_in_milliseconds_each_less_the_one_before() -> None:
    index = FragmentIndex(starts_s=(0.0, 1.9735, 3.9535), offsets=(729, 4620, 8722, 12812))
    assert steps(index) == [0, 1974, 1980]


def test_the_silent_end_is_one_packet_that_ends_with_the_lesson() -> None:
    moof_size = int.from_bytes(silent_end(90.0)[:4], "big")
    piece = silent_end(90.0)
    assert piece[4:8] == b"moof"
    assert piece[moof_size + 4 : moof_size + 8] == b"mdat"
    assert int.from_bytes(piece[moof_size : moof_size + 4], "big") == len(piece) - moof_size
    decode_time = piece.index(b"tfdt") + 8
    assert int.from_bytes(piece[decode_time : decode_time + 8], "big") == round((90.0 - 0.02) * 48_000)


def test_the_player_fits_three_kilobytes() -> None:
    carried = critical.script(PLAYER).text.encode()
    assert len(gzip.compress(carried, 9)) <= 3 * 1024


@pytest.mark.django_db
def test_the_page_brings_the_first_seconds_of_the_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    asset_id = ready_asset(content="camera", duration_s=60)
    media = selectors.media([asset_id])[asset_id]
    assert media.sound is not None
    first, second = media.sound.index.offsets[:2]
    monkeypatch.setattr(playback, "MOST_BEGINNING_BYTES", second - first)
    ends = base64.b64decode(start_data(media)["ends"])
    assert ends == playback._bytes(media.sound.url, first, second - first) + silent_end(60.0)
    monkeypatch.setattr(playback, "MOST_BEGINNING_BYTES", second - first - 1)  # would make the page heavy
    assert base64.b64decode(start_data(media)["ends"]) == silent_end(60.0)
