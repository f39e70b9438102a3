"""A county's spreadsheets in a real browser on a phone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from benchmarks.site import Site
from lms.core.clock import now
from tests import database, static
from tests.e2e.conftest import PATIENCE_MS
from tests.lms.schools import foreign
from tests.lms.schools.factories import instance

pytestmark = pytest.mark.e2e
SCHEDULER = """
from lms.accounts.models import User
User.objects.create_superuser("county", password="county-demo")
"""
TERM = """
import json
from datetime import date
from lms.accounts.models import User
from lms.schools import services
from tests.lms.schools.factories import instance
services.import_county(
    data=json.dumps(instance(name="To put right")).encode(), name="c", starts_on=date(2036, 9, 1),
    ends_on=date(2036, 12, 1), by=User.objects.get(username="county"))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without lessons, and somebody who may bring in counties."""
    folder = tmp_path_factory.mktemp("counties")
    database.copy_to(folder / "db.sqlite3")
    static.copy_to(folder)
    running = Site(folder, ())
    running.run("manage.py", "shell", "-c", SCHEDULER)
    running.start("/account/sign-in/")
    yield running
    running.stop()


def signed_in(browser: Browser, site: Site, scheme: Literal["light", "dark"]) -> Page:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, locale="zh-CN", color_scheme=scheme, bypass_csp=True
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site.address}/account/sign-in/?next=/schools/new/")
    page.fill("#id_username", "county")
    page.fill("#id_password", "county-demo")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/schools/new/")
    return page


def look_at(page: Page) -> None:
    """Nothing is wrong for anyone's eyes or reader, and nothing reaches over the edge."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found: Any = Axe().run(page)
    assert found.response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_county_sends_its_files_answers_and_stores_them(
    browser: Browser, site: Site, scheme: Literal["light", "dark"]
) -> None:
    page = signed_in(browser, site, scheme)
    files: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
        for name, data in foreign.bilingual_files(instance(name=scheme, counties=[county(scheme)], **places(scheme)))
    ]
    page.set_input_files("input[type=file]", files)
    page.click("main form .main")
    page.wait_for_url("**/drafts/*/")
    assert page.locator("[data-question]").count() == 4
    look_at(page)
    page.fill("[name='value-term.starts']", "2036-09-01")
    page.fill("[name='value-term.ends']", "2036-09-14")
    page.locator("main form .main").first.click()
    page.wait_for_url("**/check/")
    look_at(page)
    page.click("main form .main")
    expect(page.get_by_role("heading", level=1)).to_contain_text("schools")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_term_is_put_right_and_its_people_are_named(
    browser: Browser, site: Site, scheme: Literal["light", "dark"]
) -> None:
    site.run("manage.py", "shell", "-v0", "-c", TERM)
    page = signed_in(browser, site, scheme)
    page.goto(f"{site.address}/schools/")
    page.get_by_role("link", name="To put right").first.click()
    term = page.url
    look_at(page)
    page.goto(f"{term}data/")
    look_at(page)
    for kind in ("counties", "schools", "classes", "requests", "lead_sites", "teachers"):
        page.goto(f"{term}data/{kind}/")
        look_at(page)
        page.locator(".rows a").first.click()
        page.wait_for_selector("form.asks")
        look_at(page)
    page.goto(f"{term}data/schools/")
    page.locator(".rows a").first.click()
    page.locator("[name=bells]").first.fill("25:00")
    page.click("form.asks .main")
    expect(page.get_by_role("alert").nth(1)).to_contain_text("25:00")
    look_at(page)
    page.locator("[name=bells]").first.fill("07:50-08:30")
    page.click("form.asks .main")
    page.wait_for_url("**?stored")
    expect(page.locator("[name=bells]").first).to_have_value("07:50–08:30")
    page.goto(f"{term}data/classes/")
    page.locator(".rows a").first.click()
    page.locator("[value='3-2']").check()
    page.click("form.asks .main")
    page.wait_for_url("**?stored")
    expect(page.locator("[value='3-2']")).to_be_checked()
    page.goto(f"{term}data/term/")
    look_at(page)
    page.goto(f"{term}members/")
    look_at(page)
    page.locator(".person button").first.click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.goto(f"{term}pairings/")
    look_at(page)
    page.click("[value=propose]")
    page.fill("#until", (now().date() + timedelta(days=9)).isoformat())
    look_at(page)
    page.click("[value=publish]")
    page.wait_for_selector(".at.published")
    look_at(page)
    page.locator(".rows a").first.click()
    expect(page.locator(".seals p")).to_have_count(3)
    look_at(page)
    page.context.close()


def test_boxes_are_ticked_without_javascript(browser: Browser, site: Site) -> None:
    site.run("manage.py", "shell", "-v0", "-c", TERM)
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{site.address}/account/sign-in/?next=/schools/")
    page.fill("#id_username", "county")
    page.fill("#id_password", "county-demo")
    page.press("#id_password", "Enter")
    page.get_by_role("link", name="To put right").first.click()
    page.goto(f"{page.url}data/classes/")
    page.locator(".rows a").first.click()
    page.locator("[value='4-3']").check()
    page.click("form.asks .main")
    page.wait_for_url("**?stored")
    assert page.locator("[value='4-3']").is_checked()
    page.context.close()


def county(own: str) -> dict[str, Any]:
    return {"id": own, "cluster": "K", "max_concurrent": 9}


def places(own: str) -> dict[str, Any]:
    """The places of the small instance in a county of that name: what one is asked is remembered for it alone."""
    document = instance()
    return {name: [{**row, "county": own} for row in document[name]] for name in ("schools", "lead_sites")}
