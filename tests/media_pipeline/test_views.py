import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client, override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from media_pipeline import addresses, selectors, testing
from media_pipeline.adapters.storage import renditions
from media_pipeline.models import Asset
from media_pipeline.types import Media

pytestmark = pytest.mark.django_db
Count = Callable[..., Any]


def nothing_is_shown(asset_ids: Any) -> set[UUID]:
    return set()


def public_is_shown(asset_ids: Any) -> set[UUID]:
    return set(Asset.objects.filter(id__in=asset_ids, name="public.mp4").values_list("id", flat=True))


@pytest.fixture
def media() -> Media:
    asset_id = testing.ready_asset(name="开网店 第一课.mp4", duration_s=20)
    return selectors.media([asset_id])[asset_id]


@pytest.fixture
def url(media: Media) -> str:
    assert media.sound
    return media.sound.url


@pytest.fixture
def data(url: str) -> bytes:
    with renditions.open(url.split("/")[3]) as file:
        return file.read()


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_whole_file(client: Client, url: str, data: bytes) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert body(response) == data
    assert response.headers["Content-Length"] == str(len(data))
    assert response.headers["Content-Type"] == "audio/mp4"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["ETag"].strip('"') in url


def test_a_range(client: Client, url: str, data: bytes) -> None:
    response = client.get(url, headers={"range": "bytes=100-299"})
    assert response.status_code == 206
    assert body(response) == data[100:300]
    assert response.headers["Content-Range"] == f"bytes 100-299/{len(data)}"
    assert response.headers["Content-Length"] == "200"


def test_a_range_beyond_the_end(client: Client, url: str, data: bytes) -> None:
    response = client.get(url, headers={"range": f"bytes={len(data)}-"})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(data)}"
    assert "Cache-Control" not in response.headers


def test_several_ranges_are_answered_with_the_whole_file(client: Client, url: str, data: bytes) -> None:
    response = client.get(url, headers={"range": "bytes=0-1,5-6"})
    assert response.status_code == 200
    assert body(response) == data


def test_if_range_goes_on_with_the_same_file_only(client: Client, url: str, data: bytes) -> None:
    etag = client.head(url).headers["ETag"]
    ask = {"range": "bytes=10-19"}
    assert client.get(url, headers=ask | {"if-range": etag}).status_code == 206
    for other in ('"another"', f"W/{etag}", "Wed, 25 Nov 2026 22:00:00 GMT"):
        response = client.get(url, headers=ask | {"if-range": other})
        assert response.status_code == 200
        assert body(response) == data


def test_what_the_phone_has_is_not_sent_again(client: Client, url: str) -> None:
    etag = client.head(url).headers["ETag"]
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):
        response = client.get(url, headers={"if-none-match": known, "range": "bytes=0-1"})
        assert response.status_code == 304
        assert body(response) == b""
        assert response.headers["ETag"] == etag
    assert client.get(url, headers={"if-none-match": '"x"'}).status_code == 200


def test_if_match_fails_for_other_content(client: Client, url: str) -> None:
    assert client.get(url, headers={"if-match": '"another"'}).status_code == 412


def test_head_tells_the_size_and_ignores_ranges(client: Client, url: str, data: bytes) -> None:
    response = client.head(url, headers={"range": "bytes=0-9"})
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(data))
    assert body(response) == b""


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_other_methods_are_not_allowed(client: Client, url: str, method: str) -> None:
    assert getattr(client, method)(url).status_code == 405


def test_the_shared_file_plays_and_can_be_handed_on_under_the_lessons_name(client: Client, media: Media) -> None:
    assert media.share
    response = client.get(media.share.url)
    assert response.headers["Content-Type"] == "video/mp4"
    assert "Content-Disposition" not in response.headers
    response = client.get(media.share.url + "?download")
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert disposition.endswith(".mp4")
    assert "filename*=utf-8''%E5%BC%80" in disposition
    assert client.get(media.poster_url).headers["Content-Type"] == "image/jpeg"  # type: ignore[arg-type]


def test_an_upload_with_a_hostile_name_is_handed_on_under_an_ending_of_ours(client: Client) -> None:
    asset_id = testing.ready_asset(name='a"\r\nX-Evil: 1.mp4')
    share = selectors.media([asset_id])[asset_id].share
    assert share
    response = client.get(share.url + "?download")
    assert response.status_code == 200
    assert "X-Evil" not in response.headers
    assert "\n" not in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "change",
    [("voice.mp4", "other.mp4"), ("/media/r/", "/media/x/"), ("voice.mp4", ""), ("voice.mp4", "../voice.mp4")],
)
def test_unknown_addresses(client: Client, url: str, change: tuple[str, str]) -> None:
    assert client.get(url.replace(*change)).status_code == 404


def test_an_unknown_hash(client: Client) -> None:
    response = client.get(f"/media/r/{'0' * 64}/voice.mp4")
    assert response.status_code == 404
    assert response.headers["Cache-Control"] == "no-store"


@override_settings(MEDIA_SHOWN_ASSETS="tests.media_pipeline.test_views.nothing_is_shown")
def test_what_no_published_page_shows_is_not_there(client: Client, url: str, media: Media) -> None:
    assert client.get(url).status_code == 404
    assert client.head(url).status_code == 404
    mine = selectors.media([media.asset_id], private=True)[media.asset_id]
    assert mine.private
    assert mine.sound
    response = client.get(mine.sound.url, headers={"range": "bytes=0-9"})
    assert response.status_code == 206
    kept, seconds = response.headers["Cache-Control"].split(", max-age=")
    assert kept == "private"
    assert addresses.VALID_S - 1 <= int(seconds) <= addresses.VALID_S + addresses.ROUND_S


def test_a_private_copy_is_kept_no_longer_than_its_address_is_good() -> None:
    signature = addresses.sign("0" * 64, now_s=3600.0 * 1000)
    assert addresses.seconds_left(signature, now_s=3600.0 * 1000) == addresses.VALID_S + addresses.ROUND_S
    assert addresses.seconds_left(signature, now_s=3600.0 * 1012.5) == addresses.ROUND_S / 2
    assert addresses.seconds_left(signature, now_s=3600.0 * 2000) == 0


@pytest.mark.parametrize(
    ("shown", "named"),
    [("public", "public"), ("nothing", "share")],
    ids=["a published one's name", "the file's own where nothing is published"],
)
def test_the_name_of_a_draft_with_the_same_bytes_is_not_told(
    client: Client, settings: Any, shown: str, named: str
) -> None:
    for name, language in (("secret.mp4", "en"), ("public.mp4", "zh")):
        testing.ready_asset(name=name, language=language, seed="same")
    settings.MEDIA_SHOWN_ASSETS = f"tests.media_pipeline.test_views.{shown}_is_shown"
    share = next(
        known.share
        for known in selectors.media(Asset.objects.values_list("id", flat=True), private=shown == "nothing").values()
    )
    assert share
    assert f"{named}.mp4" in client.get(f"{share.url}?download").headers["Content-Disposition"]


def test_a_signature_is_good_for_its_file_and_time_only(client: Client, media: Media) -> None:
    sha256 = (media.sound or media.sounds[0]).url.split("/")[3]
    signature = addresses.sign(sha256, now_s=time.time())
    assert client.get(f"/media/p/{signature}/{sha256}/voice.mp4").status_code == 200
    old = addresses.sign(sha256, now_s=time.time() - addresses.VALID_S - addresses.ROUND_S - 1)
    other = addresses.sign("0" * 64, now_s=time.time())
    for wrong in (old, other, signature[:-1], "x", "-", "ffffffffff-" + signature.partition("-")[2], "é-é"):
        assert client.get(f"/media/p/{wrong}/{sha256}/voice.mp4").status_code == 404


def test_signed_addresses_stay_the_same_for_a_while_so_that_caches_work() -> None:
    assert len({addresses.sign("0" * 64, now_s=3600 * 1000 + minute * 60) for minute in range(60)}) == 1


def test_a_file_the_storage_lost_is_a_404(client: Client, url: str) -> None:
    renditions.delete(url.split("/")[3])
    assert client.get(url).status_code == 404


def test_a_request_costs_two_queries_and_then_none_for_a_moment(
    client: Client, url: str, django_assert_max_num_queries: Count
) -> None:
    with django_assert_max_num_queries(1):
        client.get(url)
    with django_assert_max_num_queries(0):
        client.get(url, headers={"range": "bytes=0-9"})


def test_a_range_carries_no_headers_that_only_pages_need(client: Client, url: str) -> None:
    response = client.get(url, headers={"range": "bytes=0-9"})
    assert "Content-Security-Policy" not in response.headers
    assert "X-Frame-Options" not in response.headers
    assert "Set-Cookie" not in response.headers
    assert "Vary" not in response.headers


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(header=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map("bytes={}".format))
def test_any_range_header_has_the_right_answer(client: Client, url: str, data: bytes, header: str) -> None:
    response = client.get(url, headers={"range": header})
    assert response.status_code in {200, 206, 416}
    content = body(response)
    if response.status_code == 200:
        assert content == data
    elif response.status_code == 206:
        first, last = response.headers["Content-Range"].split(" ")[1].split("/")[0].split("-")
        assert content == data[int(first) : int(last) + 1]
