"""Class time in a real browser: the link drops and the hour still counts; what each person sees on a phone."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.site import Site
from scripts import in_class
from scripts.moments import phone, seen
from tests.e2e.conftest import until

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a camera and a microphone of its own."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", *in_class.CAMERA]
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def county(site: Site, browser: Browser) -> Site:
    """A site with a county whose music lesson has just begun."""
    in_class.begin(site, browser)
    return site


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_right_for_eyes_and_readers(browser: Browser, county: Site, scheme: in_class.Scheme) -> None:
    seen_pages: list[str] = []

    def look(name: str, page: Page) -> None:
        seen_pages.append(name)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        violations = Axe().run(page).response["violations"]
        assert [(name, one["id"], [node["html"][:120] for node in one["nodes"]]) for one in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name

    in_class.looked_at(browser, county.address, look, scheme)
    assert seen_pages == ["class", "room", "term", "lesson", "ledger", "figures"]


def test_the_link_drops_and_the_hour_still_counts(browser: Browser, county: Site) -> None:
    picture = in_class.the_link_drops(browser, county.address, county.stop, county.start)
    assert picture.startswith(b"\x89PNG")
    with phone(browser) as context:
        page = in_class.signed_in(context, county.address, in_class.SCHEDULER, "/schools/")
        page.goto(f"{in_class.to_the_term(page)}ledger/")
        music = page.locator(".account", has_text="音乐")
        headings = music.locator("thead th").all_inner_texts()
        assert music.locator("tfoot td").nth(headings.index("录播上") - 1).inner_text() == "1"


def test_without_javascript_a_record_is_one_tap(browser: Browser, county: Site) -> None:
    with phone(browser, java_script_enabled=False) as context:
        page = in_class.signed_in(context, county.address, in_class.HELPER, "/schools/")
        in_class.to_the_lesson(page)
        page.get_by_role("button", name="只有声音").click()
        expect(page.locator(".said")).to_contain_text("上成了 · 只有声音")


def test_the_class_opens_without_a_link_and_a_scheduler_leaves_nothing_behind(browser: Browser, county: Site) -> None:
    with phone(browser) as context:
        page = in_class.signed_in(context, county.address, in_class.HELPER, "/schools/")
        page.evaluate("void navigator.serviceWorker.register('/worker.js')")
        until(page, "!!navigator.serviceWorker.controller")
        in_class.to_the_lesson(page)
        until(page, "caches.match(location.pathname, { cacheName: 'pages', ignoreVary: true }).then(found => !!found)")
        stored = page.evaluate(
            "caches.open('pages').then(cache => cache.keys()).then(all => all.map(one => new URL(one.url).pathname))"
        )
        assert [path for path in stored if path.startswith("/schools/")] == [page.evaluate("location.pathname")]
        county.stop()
        try:
            page.reload()
            assert page.locator("[data-record]").count() == 1
            seen(page, "document.querySelector('[data-line]').classList.contains('bad')")
        finally:
            county.start()


def test_a_room_shows_only_what_is_red(browser: Browser, county: Site) -> None:
    with phone(browser) as context:  # without leave to use the camera
        page = in_class.signed_in(context, county.address, in_class.HELPER, "/schools/")
        in_class.to_the_lesson(page)
        page.goto(f"{page.evaluate(in_class.WEEKS)}room/?of={in_class.SCHOOL}/1")
        page.get_by_role("link", name="教室自检").click()
        until(page, "/检查过/.test(document.querySelector('[data-state]').textContent)")
        red = set(page.locator("[data-red]:visible").evaluate_all("all => all.map(one => one.dataset.red)"))
        assert "material" in red  # nothing was fetched on this phone
        assert not red & {"link", "camera", "microphone"}
        page.evaluate("void navigator.serviceWorker.register('/worker.js')")
        page.locator("[data-fetch]").click()
        until(page, "/检查过/.test(document.querySelector('[data-state]').textContent)")
        until(page, "document.querySelector('[data-red=material]').hidden")
