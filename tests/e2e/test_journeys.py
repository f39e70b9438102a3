"""What a trainer and a learner do from end to end, on a site with its worker, as `make demo` runs them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.site import Site
from demo.processes import Processes
from tests import database
from tests.e2e.conftest import PATIENCE_MS, until, wait_for
from tests.factories import clips

pytestmark = pytest.mark.e2e
TITLE = "马铃薯晚疫病怎么防"
SUMMARY = "Late blight of potatoes: 先看叶背，再打药。"
COURSE = "种好洋芋"
PLAYHEAD = "document.querySelector('video,audio').currentTime"
PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with its worker, a trainer and a learner, and no lesson."""
    folder = tmp_path_factory.mktemp("school")
    database.copy_to(folder / "db.sqlite3")
    processes = Processes(folder / "log", {})
    with Site(folder, ()) as site:
        processes.environment = site.environment()
        site.run("manage.py", "shell", "-v0", "-c", "from demo import accounts; accounts.ensure()")
        processes.start("worker", "manage.py", "worker")
        yield site
        processes.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds as a phone held upright keeps them: lying pictures, and a note to turn them."""
    folder = tmp_path_factory.mktemp("phone")
    lying = clips.video(folder / "lying.mp4", size="320x180", seconds=12)
    return clips.turned(folder / "VID_20260601.mp4", lying, 90)


@dataclass(frozen=True)
class Taught:
    """A lesson that was published through the editor."""

    page_id: str
    path: str
    number: str


@pytest.fixture(scope="module")
def lesson(browser: Browser, school: Site, film: Path) -> Taught:
    """The lesson of the learners' journeys, made by a trainer."""
    with_editor = opened(browser, LAPTOP)
    page = signed_in_trainer(with_editor, school)
    make_course(page, school, COURSE)
    begin_lesson(page, school, TITLE)
    page.fill("#id_summary", SUMMARY)
    recording(page).locator("input[type=file]").set_input_files(film)
    expect(recording(page).locator("[data-part=rows] tr").first).to_be_visible()
    expect(recording(page).locator("[data-part=steps]")).to_be_hidden()
    page_id = publish_lesson(page)
    with_editor.close()
    return published(browser, school, page_id)


def opened(browser: Browser, size: Any, **options: Any) -> BrowserContext:
    """A browser of its own, with nothing kept from others."""
    context = browser.new_context(viewport=size, locale="zh-CN", **options)
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return context


# The editor ----------------------------------------------------------------------------------------------------------


def signed_in_trainer(context: BrowserContext, school: Site) -> Page:
    page = context.new_page()
    page.goto(f"{school.address}/admin/")
    page.fill("#id_username", "trainer")
    page.fill("#id_password", "trainer-demo")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/admin/")
    return page


def publish(page: Page) -> None:
    page.locator("footer [data-w-dropdown-target=toggle]").click()
    page.locator("button[name=action-publish]").click()
    page.wait_for_url(re.compile(r"/admin/pages/\d+/$"))


def make_course(page: Page, school: Site, title: str) -> None:
    page.goto(f"{school.address}/admin/")
    page.locator("main a[href*='/add/courses/coursepage/']").first.click()
    page.fill("#id_title", title)
    page.fill("#id_summary", "从选种到收获。")
    publish(page)


def begin_lesson(page: Page, school: Site, title: str) -> None:
    """Add a lesson to the newest course, as far as the place for its recording."""
    page.goto(f"{school.address}/admin/")
    page.locator("main a[href*='/add/courses/lessonpage/']").first.click()
    page.fill("#id_title", title)
    page.locator(".c-sf-add-button").first.click()
    page.locator("[role=option]").first.click()


def recording(page: Page) -> Any:
    return page.locator("lesson-recording")


def publish_lesson(page: Page) -> str:
    """Publish what is in the editor; the page's id."""
    publish(page)
    edit = page.locator(".messages a[href$='/edit/']").first.get_attribute("href") or ""
    return edit.rstrip("/").split("/")[-2]


def published(browser: Browser, school: Site, page_id: str) -> Taught:
    """Where learners find the page."""
    context = opened(browser, LAPTOP)
    page = signed_in_trainer(context, school)
    page.goto(f"{school.address}/admin/pages/{page_id}/view_draft/")
    number = page.locator(".number").inner_text().strip()
    context.close()
    visitor = opened(browser, PHONE)
    page = visitor.new_page()
    page.goto(f"{school.address}/{number}/")
    path = page.url.removeprefix(school.address)
    visitor.close()
    return Taught(page_id, path, number)


# Learners ------------------------------------------------------------------------------------------------------------


def results(page: Page, school: Site, words: str, prefix: str = "") -> int:
    """How many lessons of this title a search shows."""
    page.goto(f"{school.address}{prefix}/search/")
    page.fill("form[role=search] input[name=q]", words)
    page.press("form[role=search] input[name=q]", "Enter")
    page.wait_for_url("**/search/?q=*")
    return page.locator("[data-result]").filter(has_text=TITLE).count()


@pytest.mark.parametrize("words", ["马铃薯晚疫病", "馬鈴薯晚疫病", "late blight"])
def test_a_learner_finds_the_new_lesson_in_whichever_script(
    browser: Browser, school: Site, lesson: Taught, words: str
) -> None:
    context = opened(browser, PHONE)
    page = context.new_page()
    wait_for(page, lambda: results(page, school, words), f"found by {words}")
    page.locator("[data-result]").filter(has_text=TITLE).locator("h3 a").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    context.close()


def fetched(page: Page) -> set[str]:
    """Names of the recordings asked for so far."""
    urls = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    return {url.rsplit("/", 1)[1] for url in urls if url.endswith(".mp4")}


def test_by_its_number_a_lesson_opens_says_its_data_plays_upright_and_in_the_quality_chosen(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    context = opened(browser, PHONE)
    page = context.new_page()
    page.goto(school.address)
    page.fill("input[inputmode=numeric]", lesson.number)
    page.press("input[inputmode=numeric]", "Enter")
    page.wait_for_url(f"**{lesson.path}")
    for button in page.locator("[data-quality]").all():
        assert re.search(r"\d.*兆", button.inner_text()), button.inner_text()
    page.locator("[data-play]").click()
    until(page, f"{PLAYHEAD} > 1")
    until(page, "document.querySelector('video').videoHeight > document.querySelector('video').videoWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    box = page.locator("video").bounding_box()
    assert box
    assert box["height"] <= PHONE["height"]
    page.locator("[data-quality=v100]").click()
    until(page, "performance.getEntriesByType('resource').some((e) => e.name.endsWith('v100.mp4'))")
    context.close()


def test_who_only_listens_takes_no_picture(browser: Browser, school: Site, lesson: Taught) -> None:
    context = opened(browser, PHONE)
    page = context.new_page()
    page.goto(school.address + lesson.path)
    page.locator("[data-quality=voice]").click()
    page.locator("[data-play]").click()
    until(page, f"{PLAYHEAD} > 1")
    assert fetched(page) == {"voice.mp4"}
    context.close()


def test_without_javascript_a_learner_goes_from_search_to_course_to_lesson_and_plays_the_one_file(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    context = opened(browser, PHONE, java_script_enabled=False)
    page = context.new_page()
    wait_for(page, lambda: results(page, school, "晚疫病"), "found")
    page.locator(".found h2 a").first.click()
    expect(page.locator("h1")).to_have_text(COURSE)
    row = page.locator("[data-lesson]").filter(has_text=TITLE)
    assert int(row.get_attribute("data-bytes") or 0) > 1000
    row.locator("h3 a").click()
    expect(page.locator("h1")).to_have_text(TITLE)
    with page.expect_response(lambda answer: answer.url.endswith("/share.mp4")) as asked:
        box = page.locator("video").bounding_box()
        assert box
        page.locator("video").click(position={"x": 24, "y": box["height"] - 48})  # the browser's own play button
    assert asked.value.status in {200, 206}
    context.close()
