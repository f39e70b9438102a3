"""HLS over HTTP: who gets which playlist, and that what is named in them can be had by the same person."""

import time
from collections.abc import Callable
from urllib.parse import urljoin
from uuid import UUID

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from courses.models import LessonPage, ShortCode
from courses.types import Cue
from media_pipeline import addresses, hls
from media_pipeline.selectors import media
from media_pipeline.testing import playable_asset, ready_asset, received_asset
from tests.factories import courses as make
from tests.factories.playlists import Master, read_master, read_track

pytestmark = pytest.mark.django_db
CUES = [Cue(1.0, 4.0, "把店名写短。"), Cue(5.0, 8.5, "A & B <c>")]
TIBETAN = "WEBVTT\n\n00:01.000 --> 00:04.000\nབོད་སྐད།\n"


@pytest.fixture
def asset_id() -> UUID:
    return ready_asset(content="slides", duration_s=90)


@pytest.fixture
def lesson(asset_id: UUID) -> LessonPage:
    voice = ready_asset(content="audio", duration_s=90, seed="bo")
    tongues = [make.tongue("bo", voice=voice, captions=TIBETAN), make.tongue("ug", captions=TIBETAN)]
    return make.lesson(make.course(), "开店", asset_id=asset_id, cues=CUES, tongues=tongues)


def code(lesson: LessonPage) -> str:
    return str(ShortCode.objects.get(key=lesson.translation_key).code)


def master(client: Client, url: str) -> Master:
    answer = client.get(url)
    assert answer.status_code == 200, url
    assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    return read_master(answer.content.decode())


def named(url: str, found: Master) -> set[str]:
    uris = {one["URI"] for one in found.media} | {variant.uri for variant in found.variants}
    return {urljoin(url, uri) for uri in uris}


def test_a_lesson_by_its_number_has_every_quality_voice_and_caption(client: Client, lesson: LessonPage) -> None:
    found = master(client, f"/{code(lesson)}/master.m3u8")
    assert [variant.uri.rpartition("/")[2] for variant in found.variants] == [
        "slides.m3u8", "v100.m3u8", "h64.m3u8", "h200.m3u8", "voice.m3u8", "aac.m3u8",
    ]  # fmt: skip
    for group in ("opus", "aac"):
        assert [(one.get("LANGUAGE"), one["NAME"]) for one in found.group("AUDIO", group)] == [
            (None, "原声"), ("bo", "བོད་སྐད"),
        ]  # fmt: skip
    assert [(one["LANGUAGE"], one["NAME"]) for one in found.group("SUBTITLES", "words")] == [
        ("zh-Hans", "简体中文"), ("bo", "བོད་སྐད"), ("ug", "ئۇيغۇرچە"),
    ]  # fmt: skip


def test_everything_that_a_playlist_names_is_there(client: Client, lesson: LessonPage) -> None:
    url = f"/{code(lesson)}/master.m3u8"
    for address in named(url, master(client, url)):
        answer = client.get(address)
        assert answer.status_code == 200, address
        for segment in read_track(answer.content.decode()).segments if "captions" not in address else ():
            span = f"bytes={segment.first}-{(segment.first or 0) + (segment.size or 0) - 1}"
            part = client.get(urljoin(address, segment.uri), headers={"range": span})
            assert part.status_code == 206
            assert int(part.headers["Content-Length"]) == segment.size


@pytest.mark.parametrize("tongue", ["", "bo/"])
def test_captions_are_one_file_of_webvtt(client: Client, lesson: LessonPage, tongue: str) -> None:
    address = f"/{code(lesson)}/{tongue}captions.m3u8"
    text = client.get(address).content.decode()
    assert "\ncaptions.vtt\n" in text
    answer = client.get(urljoin(address, "captions.vtt"))
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.content.decode().startswith("WEBVTT\n")
    assert ("བོད་སྐད།" if tongue else "A &amp; B &lt;c&gt;") in answer.content.decode()


def test_captions_of_a_language_without_any_are_not_there(client: Client, lesson: LessonPage) -> None:
    for name in ("captions.m3u8", "captions.vtt"):
        assert client.get(f"/{code(lesson)}/yue/{name}").status_code == 404
    bare = make.lesson(make.course(), asset_id=ready_asset(seed="bare"))
    assert client.get(f"/{code(bare)}/captions.vtt").status_code == 404
    assert read_master(client.get(f"/{code(bare)}/master.m3u8").content.decode()).group("SUBTITLES", "words") == []


@pytest.mark.parametrize("make_asset", [received_asset, None], ids=["nothing made of it yet", "text alone"])
def test_a_lesson_that_cannot_be_played_has_no_playlist(client: Client, make_asset: Callable[..., UUID] | None) -> None:
    page = make.lesson(make.course(), asset_id=make_asset(seed="coming") if make_asset else None, text="-")
    assert client.get(f"/{code(page)}/master.m3u8").status_code == 404


def test_a_lesson_is_heard_as_soon_as_its_voice_is_there(client: Client) -> None:
    page = make.lesson(make.course(), asset_id=playable_asset(seed="soon"))
    (variant,) = master(client, f"/{code(page)}/master.m3u8").variants
    assert variant.uri.endswith("/voice.m3u8")


def test_a_number_of_no_lesson_has_no_playlist(client: Client, lesson: LessonPage) -> None:
    course = ShortCode.objects.get(key=lesson.get_parent().specific.translation_key).code
    wrong = f"{(int(code(lesson)) + 1) % 10**6:06}"
    for number in (course, wrong, "000000"):
        assert client.get(f"/{number}/master.m3u8").status_code == 404


def shown(lesson: LessonPage) -> LessonPage:
    return lesson


def drafted(lesson: LessonPage) -> None:
    lesson.unpublish()


def closed(lesson: LessonPage) -> None:
    # Past the signal that refuses it for pages with recordings.
    PageViewRestriction.objects.bulk_create(
        [PageViewRestriction(page=lesson.get_parent(), restriction_type=PageViewRestriction.LOGIN)]
    )


@pytest.mark.parametrize(
    ("change", "status"), [(shown, 200), (drafted, 404), (closed, 404)], ids=["public", "unpublished", "private course"]
)
def test_who_gets_a_playlist(
    client: Client, lesson: LessonPage, asset_id: UUID, change: Callable[[LessonPage], object], status: int
) -> None:
    change(lesson)
    known, mine = media([asset_id])[asset_id], media([asset_id], private=True)[asset_id]
    assert known.sound
    assert mine.sound
    number = code(lesson)
    everyones = [
        hls.address(known.sound.url),
        hls.address(known.renditions[0].url),
        addresses.master_address(asset_id, private=False),
        *(f"/{number}/{name}" for name in ("master.m3u8", "captions.m3u8", "captions.vtt", "bo/captions.m3u8")),
    ]
    assert {url: client.get(url).status_code for url in everyones} == dict.fromkeys(everyones, status)
    # Who may see a draft is given signed addresses: they hold whatever is published.
    signed = addresses.master_address(asset_id, private=True)
    for url in (signed, *named(signed, master(client, signed))):
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert all("/media/p/" in url for url in named(signed, master(client, signed)))
    segment = read_track(client.get(hls.address(mine.sound.url)).content.decode()).segments[0]
    assert client.get(urljoin(mine.sound.url, segment.uri)).status_code == 200


def test_a_signature_is_good_for_its_own_playlist_and_time_only(client: Client, asset_id: UUID) -> None:
    sound = media([asset_id])[asset_id].sound
    assert sound
    sha256, now_s = sound.url.split("/")[3], time.time()
    of_file, of_asset = addresses.sign(sha256, now_s=now_s), addresses.sign(str(asset_id), now_s=now_s)
    old = now_s - addresses.VALID_S - addresses.ROUND_S - 1
    track, whole = f"{sha256}/voice.m3u8", f"{asset_id}/master.m3u8"
    table = {
        (of_file, track): 200,
        (of_asset, track): 404,
        (addresses.sign(sha256, now_s=old), track): 404,
        (of_file, f"{sha256}/v48.m3u8"): 404,
        (of_asset, whole): 200,
        (of_file, whole): 404,
        (addresses.sign(str(asset_id), now_s=old), whole): 404,
        (addresses.sign(str(UUID(int=1)), now_s=now_s), f"{UUID(int=1)}/master.m3u8"): 404,
        ("", whole): 404,
        ("x-y", track): 404,
    }
    assert {key: client.get(f"/media/p/{key[0]}/{key[1]}").status_code for key in table} == table


def test_files_without_an_index_have_no_playlist(client: Client, lesson: LessonPage, asset_id: UUID) -> None:
    share = media([asset_id])[asset_id].share
    assert share
    assert client.get(hls.address(share.url)).status_code == 404
    assert client.get(share.url).status_code == 200


def test_playlists_are_read_only_small_and_not_sent_twice(client: Client, lesson: LessonPage, asset_id: UUID) -> None:
    sound = media([asset_id])[asset_id].sound
    assert sound
    addresses_ = [hls.address(sound.url), addresses.master_address(asset_id, private=False)]
    for url in (*addresses_, f"/{code(lesson)}/master.m3u8"):
        answer = client.get(url, headers={"accept-encoding": "br"})
        assert answer.headers["Content-Encoding"] == "br"
        assert len(answer.content) < 1000
        assert "public" in answer.headers["Cache-Control"]
        assert client.get(url, headers={"if-none-match": answer.headers["ETag"]}).status_code == 304
        assert client.post(url).status_code == 405
    bare = client.get(addresses_[0]).headers
    assert not {"Content-Security-Policy", "Set-Cookie", "Content-Language"} & set(bare)
    assert bare["Vary"] == "Accept-Encoding"
