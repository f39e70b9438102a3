"""What is printed of courses and lessons."""

import re

import pytest
from django.test import Client, override_settings

from lms.core.qr import qr
from tests.templates.conftest import Site

pytestmark = pytest.mark.django_db


def code(client: Client, url: str) -> str:
    """The number that a page shows."""
    found = re.search(r'class="number">(\d{6})<', client.get(url).content.decode())
    assert found
    return found[1]


def test_a_poster_names_the_course_its_number_and_the_way_there(site: Site, client: Client) -> None:
    number = code(client, site.course.url)
    with override_settings(PUBLIC_URL="https://school.example.org"):
        qr.cache_clear()
        page = client.get(f"/{number}/poster/").content.decode()
    assert f"<h1>{site.course.title}</h1>" in page
    assert f'<p class="big">{number}</p>' in page
    assert "school.example.org" in page
    assert page.count('class="qr"') == 1


def test_a_course_has_a_card_for_each_lesson_and_a_lesson_a_sheet_of_its_own(site: Site, client: Client) -> None:
    course = client.get(f"/{code(client, site.course.url)}/cards/").content.decode()
    lessons = re.findall(r'data-lesson="', client.get(site.course.url).content.decode())
    assert course.count('class="ticket"') == len(lessons)
    lesson = client.get(f"/{code(client, site.ready.url)}/cards/").content.decode()
    assert lesson.count(site.ready.title) >= 8


@pytest.mark.parametrize("path", ["/123456/poster/", "/999999/cards/", "/000000/poster/"])
def test_an_unknown_number_has_no_poster(site: Site, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_what_is_not_published_is_not_printed(site: Site, client: Client) -> None:
    number = code(client, site.course.url)
    site.course.unpublish()
    assert client.get(f"/{number}/poster/").status_code == 404
