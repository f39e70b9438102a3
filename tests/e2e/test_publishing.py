"""A published week in a real browser: its calendar, a lesson moved by keyboard and by dragging, notices, a picture."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.site import Site
from tests import database, static
from tests.e2e.conftest import PATIENCE_MS

pytestmark = pytest.mark.e2e
Scheme = Literal["light", "dark"]
FILL = """
from tests.lms.schools.test_moving import coming
from lms.accounts.models import User
print(coming().pk)
user = User.objects.get(username="scheduler")
user.set_password("county-demo")
user.save()
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a term that is published and has not begun."""
    folder = tmp_path_factory.mktemp("publishing")
    database.copy_to(folder / "db.sqlite3")
    static.copy_to(folder)
    running = Site(folder, ())
    running.run("manage.py", "shell", "-c", FILL)
    running.start("/account/sign-in/")
    yield running
    running.stop()


def signed_in(browser: Browser, site: Site, width: int, scheme: Scheme = "light") -> Page:
    """On the page of the term."""
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        locale="zh-CN",
        color_scheme=scheme,
        bypass_csp=True,
        accept_downloads=True,
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site.address}/account/sign-in/?next=/schools/")
    page.fill("#id_username", "scheduler")
    page.fill("#id_password", "county-demo")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/schools/")
    page.click("main .rows a")
    return page


def look_at(page: Page, width: int) -> None:
    """Nothing is wrong for anyone's eyes or reader, and nothing reaches over the edge."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found: Any = Axe().run(page)
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def to_week(page: Page, kind: str) -> None:
    """The first week of the term."""
    page.goto(
        page.url.split("?")[0].rstrip("/") + f"/week/{kind}/?of={'T' if kind == 'teacher' else 'G1'}&day=2036-09-01"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_calendar_is_made_fetched_and_ended(browser: Browser, site: Site, scheme: Scheme) -> None:
    page = signed_in(browser, site, 360, scheme)
    to_week(page, "class")
    look_at(page, 360)
    page.click("main a[href*='/calendar/']")
    look_at(page, 360)
    page.click("[name=make]")
    address = page.locator("#address").input_value()
    look_at(page, 360)
    fetched = address.replace(address.split("/schools/")[0], site.address)
    assert b"BEGIN:VEVENT" in urlopen(fetched).read()
    page.click("[name=end]")
    expect(page.locator("#address")).to_have_count(0)
    page.context.close()


def test_a_lesson_is_moved_with_the_keyboard_and_the_notice_copied(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, 360)
    to_week(page, "class")
    page.locator("[data-move] a[href*='/move/']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/move/")
    look_at(page, 360)
    page.locator("[name=to]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/notices/**")
    look_at(page, 360)
    assert "2036-09-03" in page.locator("textarea").first.input_value()
    page.context.close()


def test_a_lesson_is_dragged_and_what_is_in_the_way_is_shown_meanwhile(browser: Browser, site: Site) -> None:
    page = signed_in(browser, site, 1280)
    to_week(page, "teacher")
    lesson = page.locator("[data-move]").last
    held = lesson.bounding_box()
    assert held is not None
    page.mouse.move(held["x"] + 20, held["y"] + 20)
    page.mouse.down()
    page.mouse.move(held["x"] + 30, held["y"] + 40, steps=4)
    expect(page.locator(".drop.barred").first).to_be_visible()
    target = page.locator(".drop:not(.barred)").first.bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 20, target["y"] + 10, steps=6)
    page.mouse.up()
    page.wait_for_url("**/notices/**")
    page.context.close()


def test_a_week_is_saved_as_a_picture_and_fits_on_one_page(browser: Browser, site: Site, tmp_path: Path) -> None:
    page = signed_in(browser, site, 1280)
    to_week(page, "teacher")
    with page.expect_download() as saved:
        page.click("[data-picture]")
    picture = tmp_path / "week.png"
    saved.value.save_as(picture)
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.width > 1000
        assert len(image.convert("RGB").getcolors(1 << 20) or ()) > 3
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1
    page.context.close()
