"""What lessons to read take, and where they can be kept and completed."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from courses import readings
from courses.pictures import STEP
from media_pipeline.testing import ready_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def with_pictures(course: Any, number: int) -> Any:
    lesson = make.lesson(course)
    images = [Image.objects.create(title=f"田{n}", file=get_test_image_file()) for n in range(number)]
    lesson.body = [("steps", [{"text": image.title, "picture": image} for image in images])]
    return make.publish(lesson)


def test_a_page_takes_its_words_and_each_picture_within_its_cap(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    course = make.course()
    plain, drawn = make.lesson(course, text="只有字"), with_pictures(course, 3)
    readings.sizes([plain.pk])  # the content types are known from here on
    with django_assert_num_queries(1):
        sizes = readings.sizes([plain.pk, drawn.pk])
    assert sizes == {plain.pk: readings.PAGE_BYTES, drawn.pk: readings.PAGE_BYTES + 3 * STEP.max_bytes}
    assert readings.sizes([]) == {}


def test_a_lesson_to_read_says_what_it_takes_and_can_be_kept_and_completed(client: Client) -> None:
    lesson = with_pictures(make.course(), 10)
    html = client.get(lesson.url).content.decode()
    assert "<span data-amount>0.1 兆</span>" in html
    assert f'data-learned="{lesson.translation_key}"' in html
    assert "site/reading" in html


def test_a_recorded_lesson_has_no_button_for_reading(client: Client) -> None:
    html = client.get(make.lesson(make.course(), asset_id=ready_asset()).url).content.decode()
    assert "data-learned" not in html
    assert "site/reading" not in html


def test_a_course_is_kept_with_what_is_to_be_read(client: Client) -> None:
    course = make.course()
    lesson = make.lesson(course, text="只有字")
    html = client.get(course.url).content.decode()
    assert "data-keep-course" in html
    assert f'<li class="row" data-lesson="{lesson.translation_key}" data-read>' in html
    assert client.get(course.url).context["to_keep_bytes"] == readings.PAGE_BYTES


def test_what_is_not_for_everyone_is_not_kept_on_a_shared_phone(client: Client) -> None:
    course = make.course()
    lesson = make.lesson(course, text="只有字")
    make.restrict(course)
    client.force_login(make.user("王小明"))
    for page in (course, lesson):
        answer = client.get(page.url)
        assert answer.status_code == 200
        assert "data-script" not in answer.content.decode()


def test_a_preview_can_be_neither_kept_nor_completed() -> None:
    lesson = make.lesson(make.course(), text="只有字", live=False)
    html = lesson.make_preview_request(preview_mode="").rendered_content
    assert "data-keeping" not in html
    assert "data-learned" not in html
