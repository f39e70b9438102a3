import io
import re
from pathlib import Path

import numpy
import pytest
from django.test import Client, override_settings
from PIL import Image

from lms.core.clock import now
from media_pipeline import selectors, services, storyboards, testing
from media_pipeline.models import Step


def pictures(folder: Path, count: int, *, size: tuple[int, int] = (96, 54), noise: bool = False) -> list[Path]:
    """Pictures of one grey each, lighter and lighter, or of noise."""
    made = []
    for number in range(count):
        path = folder / f"{number:04}.png"
        grey = numpy.full((size[1], size[0], 3), 10 + 5 * number, numpy.uint8)
        noisy = numpy.random.default_rng(number).integers(0, 256, grey.shape, numpy.uint8)
        Image.fromarray(noisy if noise else grey).save(path)
        made.append(path)
    return made


@pytest.mark.parametrize(("duration_s", "most"), [(1, 1000), (60, 1000), (90, 1500), (600, 10_000)])
def test_a_kilobyte_a_minute_and_one_for_what_is_shorter(duration_s: float, most: int) -> None:
    assert storyboards.most_bytes(duration_s) == most


def test_pictures_stand_in_rows_of_ten_in_their_order(tmp_path: Path) -> None:
    data, size = storyboards.sheet(pictures(tmp_path, 23), 100_000)
    assert size == (96, 54)
    whole = Image.open(io.BytesIO(data)).convert("L")
    assert whole.size == (960, 162)
    for number in range(23):
        x, y = number % 10 * 96 + 48, number // 10 * 54 + 27
        assert whole.getpixel((x, y)) == pytest.approx(10 + 5 * number, abs=4)


def test_what_is_hard_gives_up_quality_and_then_size(tmp_path: Path) -> None:
    taken = pictures(tmp_path, 3, noise=True)
    rich, _ = storyboards.sheet(taken, 100_000)
    data, size = storyboards.sheet(taken, 1_000)
    assert len(data) <= 1_000 < len(rich)
    assert size < (96, 54)


def test_the_list_names_a_part_of_the_sheet_for_each_stretch_of_the_lesson() -> None:
    text = storyboards.webvtt("storyboard.webp", duration_s=215.25, every_s=20.0, size=(96, 54))
    blocks = text.split("\n\n")
    assert blocks[0] == "WEBVTT"
    assert len(blocks) == 12
    assert blocks[1] == "00:00:00.000 --> 00:00:20.000\nstoryboard.webp#xywh=0,0,96,54"
    assert blocks[-1] == "00:03:20.000 --> 00:03:35.250\nstoryboard.webp#xywh=0,54,96,54\n"
    ends = re.findall(r"--> (\S+)", text)
    starts = re.findall(r"(\S+) -->", text)
    assert ends[:-1] == starts[1:]


@pytest.mark.django_db
def test_its_list_lies_beside_it_under_the_same_rules(client: Client) -> None:
    asset_id = testing.ready_asset(duration_s=90)
    shown, mine = (selectors.media([asset_id], private=private)[asset_id].storyboard for private in (False, True))
    assert shown
    assert mine
    answer = client.get(shown.list_url)
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.content.decode().count("storyboard.webp#xywh=") == 5
    assert client.get(shown.url).headers["Content-Type"] == "image/webp"
    with override_settings(MEDIA_SHOWN_ASSETS="tests.media_pipeline.test_views.nothing_is_shown"):
        statuses = [client.get(url).status_code for url in (shown.url, shown.list_url, mine.url, mine.list_url)]
    # What was shown a moment ago is believed to be.
    assert statuses[2:] == [200, 200]
    assert client.get(mine.list_url.replace("/p/", "/p/f")).status_code == 404
    assert client.get(shown.list_url.replace("storyboard.vtt", "poster.vtt")).status_code == 404


@pytest.mark.django_db
def test_sound_alone_has_none_and_a_lesson_is_ready_without(client: Client) -> None:
    sound = testing.ready_asset(content="audio")
    assert selectors.media([sound])[sound].storyboard is None
    asset_id = testing.received_asset(fail={"storyboard": "encoder_failed"})
    testing.work_off()
    known = selectors.media([asset_id])[asset_id]
    assert (known.state, known.storyboard) == ("ready", None)


@pytest.mark.django_db
def test_lessons_of_before_are_completed() -> None:
    asset_id = testing.ready_asset()
    Step.objects.filter(kind="storyboard").delete()
    assert services.complete(now=now()) == 1
    testing.work_off()
    assert selectors.media([asset_id])[asset_id].storyboard


@pytest.mark.django_db
def test_sound_alone_of_before_gets_its_aac() -> None:
    asset_id, _other = testing.ready_asset(content="audio"), testing.ready_asset()
    assert services.complete(now=now()) == 0
    selectors.Rendition.objects.filter(asset=asset_id, name="aac").delete()
    Step.objects.filter(asset=asset_id, kind="plain").update(ladder=0)  # as the migration says of those of before
    assert services.complete(now=now()) == 1
    testing.work_off()
    assert selectors.media([asset_id])[asset_id].plain.sound
    assert services.complete(now=now()) == 0
