"""The slides of a lesson to read: a page of its own that works without any script."""

import re

import pytest
from django.db.models import Q
from django.test import Client

from courses.models import LessonPage
from lms.core.clock import now
from media_pipeline import services
from media_pipeline.models import Rendition, Step, StoredFile
from media_pipeline.selectors import media
from media_pipeline.testing import ready_asset, work_off
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
CAPTIONS = """WEBVTT

00:01.000 --> 00:04.000
先准备

00:29.800 --> 00:31.000
再注册

00:50.000 --> 00:52.000
最后开张
"""


@pytest.fixture
def lesson() -> LessonPage:
    page = make.lesson(make.course(), "开店", asset_id=ready_asset(content="slides", duration_s=90))
    page.set_transcript(CAPTIONS)
    return make.publish(page)  # type: ignore[no-any-return]


def test_the_page_has_each_picture_with_its_moment_and_its_words(client: Client, lesson: LessonPage) -> None:
    page = client.get(f"{lesson.url}slides/").content.decode()
    slides = re.findall(r'<li id="slide-\d">(.*?)</li>', page, re.DOTALL)
    assert [re.findall(r"#t=(\d+)", slide) for slide in slides] == [["0"], ["30"], ["45"]]
    assert ["先准备" in slides[0], "再注册" in slides[1], "最后开张" in slides[2]] == [True] * 3
    assert re.search(r'<audio controls preload="none"[^>]*><source src="[^"]+voice.mp4"', page)
    assert [slide.count('loading="lazy"') for slide in slides] == [0, 1, 1]
    for url in re.findall(r'<img src="([^"]+)"', page):
        answer = client.get(url)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/webp"


def test_the_lesson_leads_there_and_says_what_it_takes(client: Client, lesson: LessonPage) -> None:
    answer = client.get(lesson.url)
    assert 'slides/"' in answer.content.decode()
    known = media([lesson.asset_id])[lesson.asset_id]
    assert known.sound
    assert answer.context["reading"].size_bytes == known.sound.size_bytes + 5_001 + 5_002 + 5_003


def test_a_filmed_lesson_and_a_draft_have_none(client: Client, lesson: LessonPage) -> None:
    filmed = make.lesson(make.course("看地"), asset_id=ready_asset(content="camera"))
    assert 'slides/"' not in client.get(filmed.url).content.decode()
    assert client.get(f"{filmed.url}slides/").status_code == 404
    assert client.get(f"{lesson.url}slides/more/").status_code == 404
    lesson.unpublish()
    assert client.get(f"{lesson.url}slides/").status_code == 404


def test_lessons_of_before_get_theirs_without_going_off_line(client: Client, lesson: LessonPage) -> None:
    Rendition.objects.filter(Q(kind="still") | Q(name__in=["h64", "h200", "aac"])).delete()
    Step.objects.filter(kind__in=Step.EXTRA).delete()
    assert services.complete(now=now()) == len(Step.EXTRA)
    assert services.complete(now=now()) == 0
    known = media([lesson.asset_id])[lesson.asset_id]
    assert (known.state, known.fraction) == ("ready", 1)
    assert 'slides/"' not in client.get(lesson.url).content.decode()
    work_off()
    assert 'slides/"' in client.get(lesson.url).content.decode()


def test_what_cannot_be_made_besides_does_not_fail_the_lesson() -> None:
    asset_id = ready_asset(content="slides", fail={"slides": "damaged"})
    assert media([asset_id])[asset_id].state == "ready"


def test_pictures_go_with_their_lesson(lesson: LessonPage) -> None:
    lesson.delete()
    services.collect_garbage(keep=(), now=now() + 3 * services.FORGOTTEN_AFTER)
    assert not StoredFile.objects.exists()
