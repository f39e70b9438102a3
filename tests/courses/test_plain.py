"""A lesson for devices without AV1 or Opus: the same page with other tracks."""

import json
import re

import pytest
from django.test import Client

from media_pipeline.testing import playable_asset, ready_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def data(page: str) -> dict[str, object]:
    found = re.search(r'id="lesson-media"[^>]*>(.*?)</script>', page)
    assert found
    return json.loads(found[1])  # type: ignore[no-any-return]


def test_the_page_leads_to_one_with_h264_and_that_to_one_with_aac(client: Client) -> None:
    course = make.course()
    lesson = make.lesson(course, asset_id=ready_asset(content="camera"))
    after = make.lesson(course, asset_id=ready_asset(content="camera", seed="next"))
    coming = make.lesson(course, asset_id=playable_asset(seed="coming"))
    page = client.get(lesson.url).content.decode()
    assert f'data-plain="{lesson.url}plain/"' in page
    assert "avc1" not in str(data(page))
    page = client.get(f"{lesson.url}plain/").content.decode()
    assert f'data-plain="{lesson.url}plain/aac/"' in page
    assert data(page)["sound"]["mime"] == 'audio/mp4; codecs="opus"'  # type: ignore[index]
    assert re.findall(r'data-quality="(\w+)"', page) == ["voice", "h64", "h200"]
    assert client.get(f"{lesson.url}plain/").context["next"].url == f"{after.url}plain/"
    answer = client.get(f"{lesson.url}plain/aac/")
    page = answer.content.decode()
    assert "data-plain" not in page
    assert [track["name"] for track in data(page)["pictures"]] == ["h64", "h200"]  # type: ignore[attr-defined,index]
    assert data(page)["sound"]["mime"] == 'audio/mp4; codecs="mp4a.40.2"'  # type: ignore[index]
    assert re.findall(r'data-quality="(\w+)"', page) == ["voice", "h64", "h200"]
    assert answer.context["next"].url == f"{after.url}plain/aac/"
    assert client.get(after.url).context["next"].url == coming.url
    assert client.get(f"{after.url}plain/").context["next"].url == coming.url


def test_each_counts_the_sound_that_it_plays(client: Client) -> None:
    lesson = make.lesson(make.course(), asset_id=ready_asset(content="camera"))
    for address in ("plain/", "plain/aac/"):
        media = client.get(f"{lesson.url}{address}").context["media"]
        sizes = {one.size_with_sound_bytes - one.size_bytes for one in media.renditions}
        assert sizes == {media.sound.size_bytes}


def test_a_lesson_that_has_none_has_no_such_page(client: Client) -> None:
    lesson = make.lesson(make.course(), asset_id=playable_asset())
    assert "data-plain" not in client.get(lesson.url).content.decode()
    assert client.get(f"{lesson.url}plain/").status_code == 404
    assert client.get(f"{lesson.url}plain/aac/").status_code == 404
    assert client.get(f"{lesson.url}aac/").status_code == 404
    assert client.get(f"{make.lesson(make.course('文字'), text='读').url}plain/").status_code == 404
