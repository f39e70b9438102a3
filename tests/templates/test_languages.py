"""Languages of the interface, over pages that are written in fewer languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from courses.models import ShortCode
from lms.core.languages import content_language, readers_address
from lms.core.templatetags.fieldschool import direction, language_tag
from lms.settings import languages
from tests.factories import courses as factory

HANT = "/zh-hant/"


@pytest.fixture
def course(db: object) -> factory.CoursePage:
    made = factory.course(title="开网店", slug="kai-wang-dian")
    factory.alias(made)
    return made


def test_traditional_readers_see_the_simplified_pages_under_their_own_prefix(
    client: Client, course: factory.CoursePage
) -> None:
    page = client.get("/zh-hant/courses/kai-wang-dian/").text
    assert '<html lang="zh-Hant" dir="ltr">' in page
    assert 'lang="zh-Hans" dir="ltr" data-course' in page
    assert "開网店" not in page
    assert "开网店" in page
    assert "課程" in page
    assert "這一頁還沒有譯文" not in page
    addresses = re.findall(r'<a [^>]*href="(/[^"]*)"', page)
    others = {"/courses/kai-wang-dian/", "/en/courses/kai-wang-dian/", "/admin/"}
    assert {address for address in addresses if not address.startswith(HANT)} == others


def test_every_language_leads_to_the_same_page_in_the_others(client: Client, course: factory.CoursePage) -> None:
    for prefix, others in {
        "": {"/zh-hant", "/en"},
        "/zh-hant": {"", "/en"},
        "/en": {"", "/zh-hant"},
    }.items():
        page = client.get(f"{prefix}/courses/kai-wang-dian/").text
        switches = set(re.findall(r'<a href="([^"]*)/courses/kai-wang-dian/" lang="[^"]*" hreflang', page))
        assert switches == others
        # Search engines are told of the page once, where it was written.
        assert f'<link rel="canonical" href="{site_settings.PUBLIC_URL}/courses/kai-wang-dian/">' in page


def test_numbers_lists_and_search_lead_traditional_readers_to_their_prefix(
    client: Client, course: factory.CoursePage
) -> None:
    code = ShortCode.objects.get(key=course.translation_key).code
    assert client.get(f"/zh-hant/{code}/").headers["Location"] == "/zh-hant/courses/kai-wang-dian/"
    assert client.get(f"/{code}/").headers["Location"] == "/courses/kai-wang-dian/"
    assert 'href="/zh-hant/courses/kai-wang-dian/"' in client.get("/zh-hant/courses/").text
    assert 'href="/zh-hant/courses/kai-wang-dian/"' in client.get("/zh-hant/").text
    assert "/zh-hant/search/" in client.get("/robots.txt").text


def test_an_address_found_follows_the_reader_only_where_the_page_is_theirs() -> None:
    with translation.override("zh-hant"):
        assert content_language() == "zh-hans"
        assert readers_address("/courses/a/", "zh-hans") == "/zh-hant/courses/a/"
        assert readers_address("/en/courses/a/", "en") == "/en/courses/a/"
    with translation.override("zh-hans"):
        assert readers_address("/courses/a/", "zh-hans") == "/courses/a/"
    with translation.override("en"):
        assert readers_address("/courses/a/", "zh-hans") == "/courses/a/"


def test_languages_awaiting_review_are_hidden(client: Client, db: object) -> None:
    assert [code for code, _ in site_settings.LANGUAGES] == ["zh-hans", "zh-hant", "en"]
    assert client.get("/ug/").status_code == 404
    assert 'hreflang="ug"' not in client.get("/").text


def test_a_previewed_language_runs_from_right_to_left_around_the_text_of_another(
    client: Client, settings: Settings, course: factory.CoursePage
) -> None:
    settings.LANGUAGES = languages.offered(settings.BASE_DIR, ["ug"])
    page = client.get("/ug/courses/kai-wang-dian/").text
    assert '<html lang="ug" dir="rtl">' in page
    assert 'lang="zh-Hans" dir="ltr" data-course' in page
    assert "这一页还没有译文" in page
    assert 'href="/ug/courses/"' in page
    assert 'href="/ug/courses/kai-wang-dian/"' in client.get("/ug/courses/").text
    assert 'hreflang="ug">ئۇيغۇرچە</a>' in client.get("/courses/kai-wang-dian/").text


def test_pages_of_the_rooms_lead_to_themselves_in_other_languages(client: Client, db: object) -> None:
    page = client.get("/zh-hant/search/?q=%E5%9C%9F%E8%B1%86").text
    assert 'href="/search/?q=%E5%9C%9F%E8%B1%86" lang="zh-Hans"' in page
    assert 'href="/en/search/?q=%E5%9C%9F%E8%B1%86" lang="en"' in page
    assert '"lang": "zh-Hant"' in client.get("/zh-hant/manifest.webmanifest").text


def _catalogue(base: Path, room: str, locale: str, header: str = "") -> None:
    path = base / room / "locale" / locale / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(f'# X\nmsgid ""\nmsgstr ""\n"Language: {locale}\\n"\n{header}\nmsgid "a"\nmsgstr "b"\n')


def test_a_language_is_offered_once_a_reviewer_has_signed_every_catalogue(tmp_path: Path) -> None:
    signed = '"X-Reviewed-By: Aygul Example, Kashgar\\n"\n'
    for room in ("a", "b/c"):
        _catalogue(tmp_path, room, "zh_Hans")
    _catalogue(tmp_path, "a", "ug", signed)
    assert not languages.is_signed(tmp_path, "ug")  # no catalogue in the other room
    _catalogue(tmp_path, "b/c", "ug", '"X-Reviewed-By: \\n"\n')
    assert not languages.is_signed(tmp_path, "ug")  # no name
    path = tmp_path / "b/c/locale/ug/LC_MESSAGES/django.po"
    path.write_text(path.read_text().replace("By: ", "By: Aygul"))
    assert languages.is_signed(tmp_path, "ug")
    assert languages.reviewer(path) == "Aygul"
    assert [code for code, _ in languages.offered(tmp_path, [])] == ["zh-hans", "zh-hant", "en", "ug"]
    assert [code for code, _ in languages.offered(tmp_path, ["bo"])] == ["zh-hans", "zh-hant", "en", "bo", "ug"]


def test_tags_and_directions() -> None:
    assert language_tag("zh-hant") == "zh-Hant"
    assert [direction(tag) for tag in ("zh-Hans", "zh-Hant", "en", "bo", "ug")] == ["ltr"] * 4 + ["rtl"]


def test_what_is_not_translated_is_chinese_before_english(db: object) -> None:
    with translation.override("ug"):
        assert content_language() == "zh-hans"
        assert translation.gettext("Courses") == "课程"
    with translation.override("zh-hant"):
        assert reverse("search") == "/zh-hant/search/"
