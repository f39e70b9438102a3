"""A lesson to read: kept with its pictures, read and done in the field, counted when there is a signal again."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.lessons import WORDS
from benchmarks.site import COURSE, Site
from tests.e2e.conftest import until, wait_for
from tests.e2e.test_offline import KEPT, keep, opened

pytestmark = pytest.mark.e2e
PICTURE = "document.querySelector('.steps img')"
DONE = "document.querySelector('[data-learned]').dataset.done"
LEARNER = "from lms.accounts.models import User; User.objects.create_user('{name}', password='reads-much')"
# As if a trainer had written it anew.
ANEW = """
from benchmarks.lessons import step
from courses.models import LessonPage
lesson = LessonPage.objects.get(slug='text')
lesson.body = [('steps', [step('{words}', '{colour}')])]
lesson.save_revision().publish()
"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture(scope="module")
def learner(site: Site) -> str:
    return registered(site, "reader")


def registered(site: Site, name: str) -> str:
    told(site, LEARNER.format(name=name))
    return name


def told(site: Site, code: str) -> None:
    site.run("manage.py", "shell", "-v0", "-c", code)


def sign_in(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.address}/account/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", "reads-much")
    page.press("#id_password", "Enter")


def learned(phone: BrowserContext, site: Site) -> dict[str, bool]:
    """What the server knows to be done, by lesson."""
    progress = phone.request.get(f"{site.address}/api/v1/me").json()["progress"]
    return {key: row["completed"] for key, row in progress.items()}


def key_of(page: Page) -> str:
    return str(page.locator("main").get_attribute("data-lesson"))


def test_a_page_to_read_is_kept_with_its_picture_and_opens_without_a_server(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("text"))
    assert re.search(r"存到手机 · .*兆", page.locator("[data-keep]").inner_text())
    keep(page)
    assert "没有信号也能打开" in page.locator("[data-keep-say]").inner_text()
    site.stop()
    try:
        page.goto(f"{site.address}/kept/")
        assert "文字课" in page.locator("[data-kept-list] small").inner_text()
        page.locator("[data-kept-list] a").click()
        assert WORDS in page.locator(".steps").inner_text()
        until(page, f"{PICTURE}.naturalWidth > 0")
        until(page, KEPT)
    finally:
        site.start()
    page.locator("[data-unkeep]").click()
    until(page, "caches.open('kept').then(cache => cache.keys()).then(keys => keys.length == 0)")


def test_a_course_is_kept_with_its_lessons_to_read(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + COURSE)
    page.locator("[data-keep-course]").click()
    until(page, KEPT)
    site.stop()
    try:
        page.goto(site.address + site.lesson("text"))
        until(page, f"{PICTURE}.naturalWidth > 0")
    finally:
        site.start()


def test_what_was_written_anew_takes_the_place_of_what_was_kept(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("text"))
    keep(page)
    old = page.locator(".steps img").get_attribute("src")
    try:
        told(site, ANEW.format(words="换一块白布做背景。", colour="#b86e0a"))
        page.reload()
        until(page, "document.body.innerText.includes('白布') || !document.querySelector('[data-newer]').hidden")
        page.reload()
        new = page.locator(".steps img").get_attribute("src")
        assert new != old
        held = "caches.open('kept').then(cache => cache.match('{}')).then(Boolean)".format
        until(page, held(new))
        wait_for(page, lambda: not page.evaluate(held(old)), "the old picture is gone")
        site.stop()
        page.reload()
        assert "白布" in page.locator(".steps").inner_text()
        until(page, f"{PICTURE}.naturalWidth > 0")
    finally:
        site.stop()
        site.start()
        told(site, ANEW.format(words=WORDS, colour="#1f6b3b"))


def test_what_was_read_in_the_field_counts_once_when_there_is_a_signal(
    site: Site, phone: BrowserContext, learner: str
) -> None:
    page = opened(phone, site.address + site.lesson("text"))
    sign_in(page, site, learner)
    page.wait_for_url(f"{site.address}/")
    page.goto(site.address + site.lesson("text"))
    until(page, f"{DONE} == 'false'")
    keep(page)
    until(page, "localStorage.who.length > 9")
    site.stop()
    try:
        page.reload()
        page.locator("[data-learned] button").click()
        until(page, f"{DONE} == 'true'")
        assert page.locator("#learned").is_visible()
    finally:
        site.start()
    page.reload()
    wait_for(page, lambda: learned(phone, site) == {key_of(page): True}, "the server knows that it is done")
    until(page, "localStorage['events:' + localStorage.who] == '[]'")
    page.goto(site.address + COURSE)
    until(page, "document.querySelector('[data-done-count]').textContent.includes('1')")
    assert page.locator(".row.done a").all_inner_texts() == [page.locator(".row a").last.inner_text()]


def test_a_guest_who_reads_may_claim_it_later(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("text"))
    page.locator("[data-learned] button").click()
    until(page, f"{DONE} == 'true'")
    waiting = json.loads(page.evaluate("localStorage['events:']"))
    assert [event["kind"] for event in waiting] == ["lesson_completed"]
    sign_in(page, site, registered(site, "claimer"))  # the page comes back, and asks
    page.locator("[data-claim] button").first.click()
    wait_for(page, lambda: list(learned(phone, site).values()) == [True], "what the guest read is theirs")


def test_without_javascript_the_form_says_that_it_is_done(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, registered(site, "plain"))
    page.wait_for_url(f"{site.address}/")
    page.goto(site.address + site.lesson("text"))
    assert not page.locator("#learned").is_visible()
    page.locator("[data-learned] button").click()
    page.wait_for_url("**/text/#learned")
    assert page.locator("#learned").is_visible()
    assert learned(context, site) == {key_of(page): True}
    context.close()


def test_where_nothing_can_be_kept_the_site_is_told_in_the_plain_way(site: Site, phone: BrowserContext) -> None:
    closed = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    phone.add_init_script(closed)
    page = phone.new_page()
    page.goto(site.address + site.lesson("text"))
    page.locator("[data-learned] button").click()
    page.wait_for_url("**/text/#learned")
    assert learned(phone, site) == {key_of(page): True}
