"""The learner's pages over a real page tree: what they weigh, what they ask of the database, what they never carry."""

import base64
import gzip
import hashlib
import re
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.documents.models import Document

from tests.factories import courses as factory
from tests.templates.conftest import Site

KB = 1_000
MOST_QUERIES = 20


def addresses(site: Site) -> dict[str, str]:
    return {
        "home": "/",
        "index": "/courses/",
        "course": site.course.url,
        "ready": site.ready.url,
        "playable": site.playable.url,
        "failed": site.failed.url,
        "text": site.text.url,
    }


def sent(client: Client, url: str) -> tuple[Any, str]:
    """The answer, and its page as read."""
    answer = client.get(url)
    return answer, answer.content.decode()


@pytest.mark.parametrize("name", ["home", "index", "course", "ready", "playable", "failed", "text"])
def test_pages_are_the_same_for_everyone(site: Site, client: Client, name: str) -> None:
    url = addresses(site)[name]
    answer, page = sent(client, url)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "cookie" not in answer.get("Vary", "").lower()
    assert "csrf" not in page.lower()
    client.force_login(factory.user("王小明"))
    assert client.get(url).content.decode() == page


@pytest.mark.parametrize("name", ["home", "index", "course", "ready", "text"])
def test_every_page_can_be_installed_and_its_foot_is_true_for_everyone(site: Site, client: Client, name: str) -> None:
    _answer, page = sent(client, addresses(site)[name])
    assert page.count('<link rel="manifest" href="/manifest.webmanifest">') == 1
    foot = page.split("<footer")[1]
    assert "我的账号" in foot
    assert "登录" not in foot  # somebody signed in reads it too


@pytest.mark.parametrize("name", ["home", "course", "ready"])
def test_the_policy_names_every_style_and_script_in_the_page_and_allows_no_other(
    site: Site, client: Client, name: str
) -> None:
    answer, page = sent(client, addresses(site)[name])
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "nonce-" not in policy
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert styles
    for text in [*styles, *scripts]:
        assert f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}" in policy
    assert not re.search(r"\s(?:style|on[a-z]+)=", page), "inline attributes would be refused"


@pytest.mark.parametrize("name", ["course", "ready", "playable"])
def test_a_page_asks_little_of_the_database(
    site: Site, client: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    url = addresses(site)[name]
    client.get(url)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(url)


@pytest.mark.parametrize(("name", "most"), [("home", 9), ("index", 8), ("course", 9), ("ready", 16), ("text", 9)])
def test_pages_keep_to_their_bytes(site: Site, client: Client, name: str, most: int) -> None:
    """HTML with its styles and scripts, gzipped, in kB; a course page's first flight is 14."""
    _answer, page = sent(client, addresses(site)[name])
    files = re.findall(r'<script src="/static/([^"]+)"', page)
    folders = {"site": "lms/core/static", "media_pipeline": "media_pipeline/static"}
    scripts = [(settings.BASE_DIR / folders[file.split("/")[0]] / file).read_bytes() for file in files]
    assert sum(len(gzip.compress(text)) for text in [page.encode(), *scripts]) <= most * KB


def test_a_course_says_what_each_lesson_takes(site: Site, client: Client) -> None:
    _answer, page = sent(client, site.course.url)
    rows = re.findall(r'<li class="row" data-lesson="([^"]+)"(?: data-bytes="(\d+)")?', page)
    assert len(rows) == 8
    assert dict(rows)[str(site.ready.translation_key)].isdigit()
    assert dict(rows)[str(site.text.translation_key)] == ""
    assert "兆流量" in page
    assert "正在准备" in page
    assert "视频暂时放不了" in page


def test_a_lesson_being_prepared_is_not_kept_by_browsers_and_others_are(site: Site, client: Client) -> None:
    assert "no-cache" in client.get(site.playable.url)["Cache-Control"]
    assert "max-age" in client.get(site.ready.url)["Cache-Control"]


def test_a_lesson_shows_its_words_its_number_and_the_file_to_hand_on(site: Site, client: Client) -> None:
    _answer, page = sent(client, site.ready.url)
    assert page.count("<li data-start=") == 30
    assert "先别急" in page
    assert re.search(rf'/share\.mp4" download="{re.escape(site.ready.title)}\.mp4"', page)
    assert re.search(r'class="number">\d{6}<', page)
    assert 'rel="next"' in page


def test_a_lesson_being_prepared_says_how_far_it_is_and_what_to_do(site: Site, client: Client) -> None:
    _answer, page = sent(client, site.playable.url)
    assert re.search(r"正在准备，已完成 \d+%", page)
    assert "视频暂时放不了" in sent(client, site.failed.url)[1]


def test_a_lesson_shows_steps_tips_and_files_with_their_size(site: Site, client: Client) -> None:
    document = Document.objects.create(title="运费表", file=ContentFile(b"a" * 1_200_000, name="postage.csv"))
    site.text.body = [
        ("steps", [{"text": "对准窗边"}, {"text": "一次只拍一样"}]),
        ("tip", "擦一擦镜头"),
        ("download", {"document": document, "title": ""}),
    ]
    factory.publish(site.text)
    _answer, page = sent(client, site.text.url)
    assert re.search(r'<ol class="steps">.*对准窗边.*一次只拍一样.*</ol>', page, re.DOTALL)
    assert "擦一擦镜头" in page
    assert re.search(r"运费表\s*<small>CSV · 约 1\.2 兆", page)


def test_a_link_in_a_chat_group_says_what_it_is_and_what_it_takes(site: Site, client: Client) -> None:
    _answer, page = sent(client, site.ready.url)
    found = dict(re.findall(r'<meta property="(og:[^"]+)" content="([^"]*)"', page))
    assert found["og:title"] == site.ready.title
    assert "流量" in found["og:description"]
    assert found["og:image"].startswith(settings.PUBLIC_URL)
    assert found["og:url"] == settings.PUBLIC_URL + site.ready.url
    assert "og:video" not in found


def test_a_page_without_translation_shows_the_original_and_says_so(site: Site, client: Client) -> None:
    alias = factory.alias(site.course, "en")
    answer, page = sent(client, alias.url)
    assert answer.status_code == 200
    assert '<html lang="en"' in page
    assert 'lang="zh-Hans" dir="ltr" data-course' in page
    assert "This page is not translated yet" in page
    assert f'rel="canonical" href="{settings.PUBLIC_URL}{site.course.url}"' in page
    assert f'href="{site.course.url}" lang="zh-Hans"' in page


@pytest.mark.parametrize(
    ("path", "words"), [("/nowhere/", "这一页不在这里"), ("/111111/", "没有这个课号"), ("/en/nowhere/", "not here")]
)
def test_what_is_not_there_is_said_plainly(db: None, client: Client, path: str, words: str) -> None:
    answer, page = sent(client, path)
    assert answer.status_code == 404
    assert words in page
    assert 'role="search"' in page
    assert not answer.cookies


def test_a_failure_needs_neither_database_nor_request() -> None:
    from django.template.loader import get_template

    page = get_template("500.html").render()
    assert "Nothing is lost" in page or "什么都没丢" in page


def test_robots_and_the_sitemap_know_public_pages_in_their_own_language(site: Site, client: Client) -> None:
    factory.alias(site.course, "en")
    hidden = factory.course("内部")
    factory.restrict(hidden)
    listed = client.get("/sitemap.xml").content.decode()
    assert f"<loc>{settings.PUBLIC_URL}{site.course.url}</loc>" in listed
    assert "/en/courses/" in listed
    assert f"/en{site.course.url}" not in listed
    assert hidden.url not in listed
    assert "/sitemap.xml" in client.get("/robots.txt").content.decode()
