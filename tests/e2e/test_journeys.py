"""What a trainer and a learner do from end to end, on a site with its worker, as `make demo` runs them."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.site import Site
from demo.processes import Processes
from tests import database, static
from tests.contract.machines import QUICK, SLOW
from tests.e2e.conftest import PATIENCE_MS, tell_errors, until, wait_for
from tests.factories import clips

pytestmark = pytest.mark.e2e
TITLE = "马铃薯晚疫病怎么防"
SUMMARY = "Late blight of potatoes: 先看叶背，再打药。"
COURSE = "种好洋芋"
PLAYHEAD = "document.querySelector('video,audio').currentTime"
WORKER = ("manage.py", "worker")
PHONE = {"width": 360, "height": 740}
LAPTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="module", params=["one machine", "all services"])
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with its workers, a trainer and a learner, and no lesson: as a county begins, and as a province ends."""
    folder = tmp_path_factory.mktemp("school")
    static.copy_to(folder)
    processes = Processes(folder / "log", {})
    with ExitStack() as stack:
        if request.param == "one machine":
            database.copy_to(folder / "db.sqlite3")
            services, workers = {}, {"worker": WORKER}
        else:
            services = _all_services(request, stack)
            workers = {"worker": WORKER, "quick": QUICK, "slow": SLOW}
        site = Site(folder, (), services=services)
        stack.callback(site.stop)
        processes.environment = site.environment()
        site.run("manage.py", "shell", "-v0", "-c", "from demo import accounts; accounts.ensure()")
        for name, command in workers.items():
            processes.start(name, *command)
        stack.callback(processes.stop)
        site.start("/health/ready")
        yield site


def _all_services(request: pytest.FixtureRequest, stack: ExitStack) -> dict[str, str]:
    """PostgreSQL, Redis, Elasticsearch and S3, with a database and an index of this site's own."""
    addresses: dict[str, str] = {}
    for name in ("postgresql", "redis", "elasticsearch", "s3"):
        addresses |= request.getfixturevalue(name)
    url = addresses["DATABASE_URL"]
    name = stack.enter_context(database.postgresql_copy(url))
    own = {"DATABASE_URL": database.named(url, name), "ELASTICSEARCH_INDEX": name.replace("_", "-")}
    return {**addresses, **own, "SEARCH_BACKEND": "elasticsearch", "SEARCH_STANDBY": "none"}


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
    context = tell_errors(browser.new_context(viewport=size, locale="zh-CN", **options))
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


def test_a_trainer_makes_a_course_and_publishes_a_phone_video_without_leaving_the_editor(
    browser: Browser, school: Site, film: Path, tmp_path: Path
) -> None:
    context = opened(browser, LAPTOP)
    errors: list[Any] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = signed_in_trainer(context, school)
    make_course(page, school, "网上卖洋芋")
    begin_lesson(page, school, "拍一段好视频")
    page.evaluate("window.same = true")  # gone if the page is loaded anew
    widget = recording(page)

    (tmp_path / "lesson.mp4").write_text("no film at all " * 99)
    widget.locator("input[type=file]").set_input_files(tmp_path / "lesson.mp4")
    error = widget.locator("[data-part=error]")
    expect(error).to_contain_text("视频")
    expect(error).to_be_in_viewport(ratio=1)
    assert page.input_value("#id_title") == "拍一段好视频"

    # Other bytes than the learners' lesson has: else there would be nothing to encode.
    other = tmp_path / "VID_0002.mp4"
    clips.ffmpeg("-i", film, "-c", "copy", "-t", "6", other)
    widget.locator("input[type=file]").set_input_files(other)
    expect(error).to_be_hidden()
    expect(widget.locator("[data-part=steps] li")).to_have_count(7)
    expect(widget.locator("[data-part=rows] tr").first).to_be_visible()
    expect(widget.locator("[data-part=steps]")).to_be_hidden()
    rows = widget.locator("[data-part=rows] tr")
    assert [row.locator("th").inner_text() for row in rows.all()][:2] == ["只听", "省流量"]
    assert all("兆" in row.locator("td").nth(1).inner_text() for row in rows.all())
    assert "竖屏" in widget.locator("[data-part=facts]").inner_text()
    assert page.evaluate("window.same")
    assert page.input_value("#id_title") == "拍一段好视频"

    page.locator("[data-side-panel-toggle=preview]").click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.locator("h1")).to_have_text("拍一段好视频")
    expect(preview.locator("[data-play]")).to_be_visible()
    taught = published(browser, school, publish_lesson(page))
    assert taught.path.startswith("/courses/wang-shang-mai-yang-yu/")
    assert errors == []
    context.close()


def test_a_lesson_opened_again_shows_its_recording_and_what_the_village_gets(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    context = opened(browser, LAPTOP)
    page = signed_in_trainer(context, school)
    page.goto(f"{school.address}/admin/pages/{lesson.page_id}/edit/")
    widget = recording(page)
    expect(widget.locator("[data-part=name]")).to_have_text("VID_20260601.mp4")
    expect(widget.locator("[data-part=rows] tr").first).to_be_visible()
    expect(widget.locator("[data-part=error]")).to_be_hidden()
    context.close()


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


def test_what_is_taken_back_is_found_no_more_and_its_media_are_gone_until_it_is_published_again(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    learner = opened(browser, PHONE)
    page = learner.new_page()
    page.goto(school.address + lesson.path)
    media = page.locator("video source").get_attribute("src")
    assert media
    address = school.address + media if media.startswith("/") else media
    assert learner.request.get(address).status == 200
    studio = opened(browser, LAPTOP)
    editor = signed_in_trainer(studio, school)

    editor.goto(f"{school.address}/admin/pages/{lesson.page_id}/unpublish/")
    editor.locator("main form button[type=submit], main form input[type=submit]").last.click()
    editor.wait_for_url(re.compile(r"/admin/pages/\d+/$"))
    wait_for(page, lambda: learner.request.get(address).status == 404, "its media are gone")
    assert learner.request.get(school.address + lesson.path).status == 404
    assert learner.request.get(f"{school.address}/{lesson.number}/").status == 404
    wait_for(page, lambda: not results(page, school, "晚疫病"), "taken out of the index")

    editor.goto(f"{school.address}/admin/pages/{lesson.page_id}/edit/")
    publish(editor)
    assert learner.request.get(address).status == 200
    wait_for(page, lambda: results(page, school, "晚疫病"), "back in the index")
    studio.close()
    learner.close()


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


# Progress ------------------------------------------------------------------------------------------------------------


def signed_in_learner(context: BrowserContext, school: Site) -> Page:
    page = context.new_page()
    page.goto(f"{school.address}/account/sign-in/")
    page.fill("#id_username", "learner")
    page.fill("#id_password", "learner-demo")
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{school.address}/")
    return page


def playing(page: Page, school: Site, lesson: Taught) -> str:
    """Play the lesson once the page knows who is there; the lesson's key."""
    page.goto(school.address + lesson.path)
    until(page, "performance.getEntriesByType('resource').some((e) => e.name.endsWith('/api/v1/me') && e.responseEnd)")
    page.locator("[data-play]").click()
    until(page, f"{PLAYHEAD} > 1")
    return str(page.locator("[data-player]").get_attribute("data-key"))


def known(context: BrowserContext, school: Site, key: str) -> float:
    """Where the server says the learner stopped; 0 if it knows nothing."""
    answer = context.request.get(f"{school.address}/api/v1/me").json()
    return float(answer["progress"].get(key, {}).get("position_s", 0))


def test_where_a_learner_stopped_is_known_on_another_phone(browser: Browser, school: Site, lesson: Taught) -> None:
    first, second = opened(browser, PHONE), opened(browser, PHONE)
    key = playing(page := signed_in_learner(first, school), school, lesson)
    page.evaluate("document.querySelector('video').pause()")
    there = signed_in_learner(second, school)
    wait_for(there, lambda: known(second, school, key) >= 1, "position on the server")
    there.goto(school.address + lesson.path)
    until(there, f"{PLAYHEAD} >= 1")
    first.close()
    second.close()


def test_a_page_that_is_closed_while_it_plays_still_tells_how_far_it_was(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    context = opened(browser, PHONE)
    page = signed_in_learner(context, school)
    key = playing(page, school, lesson)
    page.evaluate(f"{PLAYHEAD} = 6")
    until(page, f"{PLAYHEAD} > 6.2 && !document.querySelector('video').seeking")
    page.goto("about:blank")
    wait_for(page, lambda: known(context, school, key) > 6, "position on the server")
    context.close()


def test_what_was_learned_in_the_field_is_credited_when_there_is_a_signal(
    browser: Browser, school: Site, lesson: Taught
) -> None:
    context = opened(browser, PHONE)
    page = signed_in_learner(context, school)
    page.goto(school.address + lesson.path)
    page.evaluate("void navigator.serviceWorker.register('/worker.js')")
    until(page, "!!navigator.serviceWorker.controller")
    page.locator("[data-keep]").click()
    until(page, "!!document.querySelector('[data-kept]')")
    key = str(page.locator("[data-player]").get_attribute("data-key"))
    context.route("**/api/**", lambda route: route.abort())  # kept in Wi-Fi, watched without
    page.reload()
    page.locator("[data-play]").click()
    until(page, f"{PLAYHEAD} > 1")
    page.evaluate(f"{PLAYHEAD} = 8.5")
    until(page, f"{PLAYHEAD} > 8.6 && !document.querySelector('video').seeking")
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(300)
    assert known(context, school, key) < 8.5
    context.unroute("**/api/**")
    page.reload()
    wait_for(page, lambda: known(context, school, key) >= 8.5, "progress of the field on the server")
    context.close()


def test_a_guests_progress_is_claimed_after_signing_in(browser: Browser, school: Site, lesson: Taught) -> None:
    context = opened(browser, PHONE)
    page = context.new_page()
    key = playing(page, school, lesson)
    page.evaluate(f"{PLAYHEAD} = 9")
    until(page, f"{PLAYHEAD} > 9.2 && !document.querySelector('video').seeking")
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(300)
    page.goto(f"{school.address}/account/sign-in/")
    page.fill("#id_username", "learner")
    page.fill("#id_password", "learner-demo")
    page.press("#id_password", "Enter")
    claim = page.locator("[data-claim]")
    claim.wait_for()
    assert "1" in claim.locator("p").first.inner_text()
    claim.locator("button").first.click()
    wait_for(page, lambda: known(context, school, key) >= 9, "what the guest learned")
    context.close()


def test_on_a_shared_phone_nobody_sees_what_another_learned(browser: Browser, school: Site, lesson: Taught) -> None:
    context = opened(browser, PHONE)
    page = signed_in_learner(context, school)
    key = playing(page, school, lesson)
    course = school.address + lesson.path.rsplit("/", 2)[0] + "/"
    begun = f"document.querySelector('[data-key=\"{key}\"]').className"
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(300)
    page.goto(course)
    until(page, f"{begun} == 'begun'")
    page.goto(f"{school.address}/account/sign-in/")
    page.locator("form.sign button").click()
    page.wait_for_url(f"{school.address}/")
    page.goto(course)
    assert page.evaluate(begun) == ""
    page.goto(school.address + lesson.path)
    assert page.evaluate(PLAYHEAD) == 0
    playing(page, school, lesson)  # a guest, whose it is until somebody claims it
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(300)
    page.goto(course)
    assert page.evaluate(begun) == "begun"
    page.goto(f"{school.address}/account/sign-in/")
    page.fill("#id_username", "learner")
    page.fill("#id_password", "learner-demo")
    page.press("#id_password", "Enter")
    page.locator("[data-claim] button").nth(1).click()
    assert page.evaluate("['events:', 'progress:', 'lessons:'].filter((name) => localStorage[name])") == []
    context.close()
