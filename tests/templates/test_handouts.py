"""What is printed of courses and lessons."""

import base64
import hashlib
import re

import pytest
from django.conf import settings
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
    assert course.count('class="ticket"') == course.count("扫码") == len(lessons)
    lesson = client.get(f"/{code(client, site.ready.url)}/cards/").content.decode()
    assert lesson.count(site.ready.title) >= 8


@pytest.mark.parametrize("path", ["/simple/", "/en/simple/", "/kept/", "/en/kept/", "/account/sign-in/"])
def test_pages_beside_the_tree_are_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/123456/poster/", "/999999/cards/", "/000000/poster/"])
def test_an_unknown_number_has_no_poster(site: Site, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_what_is_not_published_is_not_printed(site: Site, client: Client) -> None:
    number = code(client, site.course.url)
    site.course.unpublish()
    assert client.get(f"/{number}/poster/").status_code == 404


def test_the_page_of_a_failure_keeps_its_styles(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> str:
        raise RuntimeError("a template that breaks after its styles were noted")

    monkeypatch.setattr("lms.core.templatetags.fieldschool.sizes.data_tag", breaks)
    answer = Client(raise_request_exception=False).get(site.course.url)
    assert answer.status_code == 500
    styles = re.findall(r"<style>(.*?)</style>", answer.content.decode(), re.DOTALL)
    assert styles
    for text in styles:
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"sha256-{digest}" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("page", ["slides_page", "poster", "cards"])
def test_nothing_that_is_printed_is_hidden_from_paper(page: str) -> None:
    sheet = (settings.BASE_DIR / "lms/core/static/site/site.css").read_text(encoding="utf-8")
    hidden = re.search(r"@media print \{.*?\n  (\.[^{]*)\{ display: none", sheet, re.DOTALL)
    assert hidden
    kinds = set(re.findall(r"\.([\w-]+)", hidden[1]))
    template = (settings.BASE_DIR / f"templates/courses/{page}.html").read_text(encoding="utf-8")
    assert not kinds & {name for names in re.findall(r'class="([^"{]+)"', template) for name in names.split()}
