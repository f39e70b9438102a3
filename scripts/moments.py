"""The moments that win people, walked through in a real browser on a running site.

Each walk does what the person does, waits for what the person should see, and gives the picture of it for the guide.
The tests take the same walks (tests/e2e/test_moments.py): a picture cannot show what does not work.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE_MS = 60_000
PHONE = {"width": 360, "height": 740}
CHAT = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0"
    " Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20230805 MicroMessenger/8.0.42.2428 WeChat/arm64 Language/zh_CN"
)
PLAYHEAD = "document.querySelector('video,audio').currentTime"
LARGEST_FILE_BYTES = 5_000_000


class NotSeenError(Exception):
    """What the person should have seen did not come."""


@contextmanager
def phone(browser: "Browser", **options: Any) -> "Iterator[BrowserContext]":
    """A phone that has never been here."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


def wait_for(page: "Page", is_so: Callable[[], object], what: str) -> None:
    """Ask again and again until `is_so` says something true. Raises NotSeenError."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        if time.monotonic() > end:
            raise NotSeenError(f"{page.url}: never true: {what}")
        page.wait_for_timeout(100)


def seen(page: "Page", expression: str) -> None:
    """Wait until a JavaScript expression is true; the policy forbids Playwright's own way."""
    wait_for(page, lambda: page.evaluate(expression), expression)


def heard(page: "Page", to_s: float = 1) -> None:
    """Tap Play and wait until the play head has passed `to_s`."""
    page.locator("[data-play]").click()
    seen(page, f"{PLAYHEAD} > {to_s}")


def a_link_in_the_chat_group(browser: "Browser", lesson: str) -> bytes:
    """Tap the link: it plays in the chat app's own browser, nothing installed, nobody signed in."""
    with phone(browser, user_agent=CHAT, service_workers="block") as context:
        page = context.new_page()
        page.goto(lesson)
        heard(page, 3)
        if context.cookies():
            raise NotSeenError("a guest was given a cookie")
        return page.screenshot()


def a_poster_in_the_shop(browser: "Browser", lesson: str) -> bytes:
    """The six digits of a printed poster, typed where one searches: the lesson plays."""
    with phone(browser) as context:
        page = context.new_page()
        page.goto(lesson)
        page.goto(page.locator("a[href$='/poster/']").evaluate("link => link.href"))
        digits = page.locator("main").inner_text()
        number = next(word for word in digits.split() if len(word) == 6 and word.isdigit())
        poster = page.screenshot()
        page.goto(f"{_root(lesson)}/")
        page.fill("form[role=search] input[name=q]", number)
        page.press("form[role=search] input[name=q]", "Enter")
        seen(page, f"location.pathname == {urlsplit(lesson).path!r}")
        heard(page)
        return poster


def a_lesson_as_a_file(browser: "Browser", lesson: str) -> bytes:
    """Saved as a file, it plays on a phone that has never heard of the site."""
    with phone(browser) as context, tempfile.TemporaryDirectory() as folder:
        page = context.new_page()
        page.goto(lesson)
        link = page.locator("a[download]")
        with page.expect_download() as download:
            link.click()
        link.scroll_into_view_if_needed()
        picture = page.screenshot()
        film = Path(folder) / "lesson.mp4"
        download.value.save_as(film)
        if film.stat().st_size > LARGEST_FILE_BYTES:
            raise NotSeenError(f"the file takes {film.stat().st_size} bytes")
        context.set_offline(True)
        page.goto(film.as_uri())
        page.evaluate("void document.querySelector('video').play()")
        seen(page, f"{PLAYHEAD} > 1")
        return picture


def a_second_voice(browser: "Browser", lesson: str) -> bytes:
    """While it plays, the voice of another language: one tap, and the same picture goes on from where it was."""
    with phone(browser) as context:
        page = context.new_page()
        page.goto(lesson)
        heard(page, 4)
        before = page.evaluate(PLAYHEAD)
        page.locator(".hearings a:not([aria-current])").first.click()
        seen(page, f"location.pathname.startsWith({urlsplit(lesson).path + 'in/'!r})")
        page.wait_for_selector("video,audio")
        seen(page, f"{PLAYHEAD} > {before + 1} && {PLAYHEAD} < {before + 20}")
        if page.evaluate("document.querySelector('video,audio').paused"):
            raise NotSeenError("the other voice waits for a second tap")
        if page.evaluate("location.hash"):
            raise NotSeenError("whoever opens this address later would be played at without a tap")
        return page.screenshot()


def kept_and_watched_in_the_field(browser: "Browser", lesson: str) -> bytes:
    """Kept where there is Wi-Fi, watched without a link, credited when there is one again."""
    with phone(browser) as context:
        page = context.new_page()
        page.goto(f"{_root(lesson)}/account/sign-in/")
        page.fill("#id_username", "learner")
        page.fill("#id_password", "learner-demo")
        page.press("#id_password", "Enter")
        page.wait_for_url(f"{_root(lesson)}/")
        page.goto(lesson)
        page.evaluate("void navigator.serviceWorker.register('/worker.js')")
        seen(page, "!!navigator.serviceWorker.controller")
        page.locator("[data-keep]").click()
        seen(page, "!!document.querySelector('[data-kept]')")
        key = str(page.locator("[data-player]").get_attribute("data-key"))
        context.set_offline(True)
        page.reload()
        heard(page)
        page.evaluate(f"{PLAYHEAD} = 8")
        seen(page, f"{PLAYHEAD} > 9")
        page.evaluate("document.querySelector('video').pause()")
        page.wait_for_timeout(300)
        picture = page.screenshot()
        if _credited(page, lesson, key) >= 8:
            raise NotSeenError("what was watched without a link was known at once")
        context.set_offline(False)
        page.reload()
        wait_for(page, lambda: _credited(page, lesson, key) >= 8, "what was watched in the field is credited")
        return picture


def _root(lesson: str) -> str:
    parts = urlsplit(lesson)
    return f"{parts.scheme}://{parts.netloc}"


def _credited(page: "Page", lesson: str, key: str) -> float:
    """Where the server says the learner stopped, seconds; 0 when it knows nothing."""
    me = page.request.get(f"{_root(lesson)}/api/v1/me").json()
    return float(me["progress"].get(key, {}).get("position_s", 0))


MOMENTS: Mapping[str, Callable[["Browser", str], bytes]] = {
    "moment-1-chat": a_link_in_the_chat_group,
    "moment-2-poster": a_poster_in_the_shop,
    "moment-3-file": a_lesson_as_a_file,
    "moment-4-voice": a_second_voice,
    "moment-5-field": kept_and_watched_in_the_field,
}
