"""08:05, the English teacher is ill: one screen, three fixes, a text ready to paste; on a phone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from benchmarks.site import Site
from scripts import teacher_ill
from tests import database, static

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without lessons, with a county and its scheduler."""
    folder = tmp_path_factory.mktemp("ill")
    database.copy_to(folder / "db.sqlite3")
    static.copy_to(folder)
    running = Site(folder, ())
    running.run("-m", "scripts.teacher_ill", "--arrange")
    running.start("/account/sign-in/")
    yield running
    running.stop()


def test_a_teacher_is_ill_and_everybody_knows_what_becomes_of_the_lessons(browser: Browser, county: Site) -> None:
    assert teacher_ill.a_teacher_is_ill(browser, county.address).startswith(b"\x89PNG")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_right_for_eyes_and_readers(browser: Browser, county: Site, scheme: teacher_ill.Scheme) -> None:
    names: list[str] = []

    def look(name: str, page: Page) -> None:
        names.append(name)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        violations = Axe().run(page).response["violations"]
        assert [(name, one["id"], [node["html"][:120] for node in one["nodes"]]) for one in violations] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360, name

    teacher_ill.looked_at(browser, county.address, look, scheme)
    assert names == ["plan", "kinds", "form-teacher", "form-school", "form-site", "form-day", "ask", "fixes", "done"]


def test_without_javascript_a_fix_is_made_and_its_text_can_be_selected(browser: Browser, county: Site) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = teacher_ill.signed_in(context, county.address)
    day = teacher_ill.a_day() + timedelta(weeks=3)
    teacher_ill.say_what(page, f"{day}T00:00", f"{day + timedelta(days=1)}T00:00")
    page.locator("main > form.fix button.main").click()
    page.wait_for_url("**/schools/repairs/*/")
    assert "陈晓燕" in page.locator("textarea").input_value()
    assert not page.locator("[data-copy]").is_visible()
    context.close()
