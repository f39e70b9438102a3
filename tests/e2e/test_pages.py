"""The learner's pages in a real browser: nobody is kept out, nothing jumps, nothing runs over the edge."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Page

from benchmarks.site import Site
from courses import aloud
from lms.accounts.forms import RegisterForm, SignInForm
from lms.accounts.services import Issued
from tests.e2e.conftest import until, wait_for
from tests.factories import pages as built

pytestmark = pytest.mark.e2e
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def rendered(language: str) -> dict[str, str]:
    """Every page over built values: English, or Chinese under any language of the interface."""
    code = "zh-hans" if language == "zh" else language
    course, lessons = built.course(language), built.lessons(language)
    courses = tuple(built.course(language, n) for n in (1, 2, 3))
    page = built.page(language)
    found = built.results(language)
    contexts: dict[str, tuple[str, dict[str, Any]]] = {
        "home": ("courses/home_page.html", {"courses": courses, "topics": built.topics(language)}),
        "home empty": ("courses/home_page.html", {"courses": (), "topics": ()}),
        "index": (
            "courses/course_index_page.html",
            {"courses": courses, "topics": built.topics(language), "topic": "crops"},
        ),
        "course": (
            "courses/course_page.html",
            {
                "course": course,
                "modules": built.modules(language, mixed=True),
                "outcomes": ["a", "b"],
                "audiences": ["c"],
                "to_keep_bytes": course.size_bytes,
                "paging": Paginator(range(200), 100).page(1),
            },
        ),
        "lesson": (
            "courses/lesson_page.html",
            {
                "course": course,
                "lesson": lessons[0],
                "media": built.media(),
                "cues": built.cues(language),
                "previous": None,
                "next": lessons[1],
            },
        ),
        "lesson failed": (
            "courses/lesson_page.html",
            {
                "course": course,
                "lesson": built.lesson(5, language=language, state="failed"),
                "media": None,
                "cues": (),
                "previous": lessons[3],
                "next": None,
            },
        ),
        "search": ("search/results.html", {"query": found.query, "results": found, "page": 1, "page_count": 3}),
        "search nothing": ("search/results.html", {"query": "x", "results": None, "page": 1, "page_count": 0}),
        "not found": ("404.html", {}),
        "kept": ("offline/kept.html", {}),
        "simple": ("courses/simple.html", {"aloud": aloud.WORDS}),
        "poster": ("courses/poster.html", {"item": course, "host": "school.example.org"}),
        "cards": ("courses/cards.html", {"item": course, "cards": lessons, "host": "school.example.org"}),
        "sign in": ("accounts/sign_in.html", {"form": SignInForm()}),
        "people": ("accounts/people.html", {"form": RegisterForm(), "cards": []}),
        "card": (
            "accounts/people.html",
            {"form": RegisterForm(), "cards": [], "issued": Issued("1234567890", "1234", "王大妈"), "way": "/account/"},
        ),
    }
    made = {}
    with translation.override(code):
        request = RequestFactory().get("/" if code == "zh-hans" else f"/{code}/")
        for name, (template, context) in contexts.items():
            # The word `page` is the page of results where results are shown.
            made[name] = render_to_string(template, {"page": page, **context}, request=request)
        made["failure"] = render_to_string("500.html")
    return made


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_keeps_anybody_out_or_runs_over_the_edge(
    browser: Browser, tmp_path: Path, language: str, scheme: Any
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 740})
    tab = context.new_page()
    faults = []
    for name, html in rendered(language).items():
        (tmp_path / "page.html").write_text(html, encoding="utf-8")
        tab.goto((tmp_path / "page.html").as_uri())
        found = Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
        faults += [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in found]
        if tab.evaluate("document.documentElement.scrollWidth") > 360:
            faults.append(f"{name}: wider than the screen")
        # The simple view's letters are large.
        if name != "simple" and (tab.evaluate("document.querySelector('.top')?.offsetHeight") or 0) > 60:
            faults.append(f"{name}: the head takes two lines")
        faults += [f"{name}: small target {small}" for small in _small_targets(tab)]
    context.close()
    assert faults == []


def _small_targets(tab: Page) -> list[str]:
    """Buttons, fields and links that stand by themselves and are lower than 48 px."""
    return list(
        tab.evaluate(
            """[...document.querySelectorAll("button, input:not([type=hidden]), .button, nav a, .tiles a, .go")]
            .filter((e) => e.offsetHeight && e.offsetHeight < 48 && !e.matches(".skip"))
            .map((e) => e.outerHTML.slice(0, 80))"""
        )
    )


def test_the_keyboard_reaches_the_content_first(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(rendered("zh")["course"], encoding="utf-8")
    tab = browser.new_page()
    tab.goto((tmp_path / "page.html").as_uri())
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#main"
    tab.keyboard.press("Tab")
    assert "brand" in tab.evaluate("document.activeElement.className")
    tab.close()


def test_a_picture_of_who_saves_data_is_fetched_when_its_box_is_opened(browser: Browser) -> None:
    picture = {"url": "/picture.webp", "width": 480, "height": 270, "alt": "垄"}
    request = RequestFactory(headers={"save-data": "on"}).get("/")
    html = render_to_string("components/picture.html", {"picture": picture, "request": request})
    page = browser.new_page()
    asked: list[str] = []
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route("**/picture.webp", lambda route: route.fulfill(body=asked.append(route.request.url) or ""))
    page.goto("http://site.invalid/")
    page.wait_for_timeout(500)
    assert not asked
    page.locator("summary").click()
    wait_for(page, lambda: bool(asked), "the picture is fetched")
    page.close()


def test_a_phone_without_a_voice_plays_the_recording(browser: Browser, site: Site) -> None:
    page = browser.new_page(locale="zh-CN")
    page.add_init_script("Object.defineProperty(window, 'speechSynthesis', { value: undefined })")
    page.add_init_script("Audio = class extends Audio { constructor() { super(); window.heard = this } }")
    page.goto(f"{site.address}/simple/")
    page.locator("[data-say]").nth(1).click()
    until(page, "window.heard.ended && window.heard.duration > 2")
    page.close()


@pytest.mark.parametrize("name", ["poster", "cards", "card"])
def test_a_sheet_of_paper_shows_the_site_once(browser: Browser, name: str) -> None:
    tab = browser.new_page()
    tab.set_content(rendered("zh")[name])
    assert tab.locator("header.top").is_visible()
    tab.emulate_media(media="print")
    assert not tab.locator("header.top").is_visible()
    assert tab.locator(".sheet").is_visible()
    tab.close()
