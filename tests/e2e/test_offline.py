"""Lessons kept on a phone: through lost servers, closed pages and liars in between, and then without any link."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.site import COURSE, Site
from tests.e2e.conftest import until, wait_for
from tests.e2e.relay import relayed

pytestmark = pytest.mark.e2e
IN_CHARGE = "!!navigator.serviceWorker.controller"
PROGRESS = "document.querySelector('progress[data-keep-progress]').value"
KEPT = "!!document.querySelector('[data-kept]')"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context
    context.close()


def opened(phone: BrowserContext, url: str) -> Page:
    page = phone.new_page()
    page.goto(url)
    page.evaluate("void navigator.serviceWorker.register('/worker.js')")  # the page itself waits some seconds more
    until(page, IN_CHARGE)
    return page


def keep(page: Page) -> None:
    page.locator("[data-keep]").click()
    until(page, KEPT)


def slowed(page: Page, bytes_a_second: int) -> None:
    """What the page itself fetches comes no faster."""
    link = page.context.new_cdp_session(page)
    link.send("Network.enable")
    limits = {"offline": False, "latency": 50, "downloadThroughput": bytes_a_second, "uploadThroughput": 1e6}
    link.send("Network.emulateNetworkConditions", limits)


def parts_fetched(page: Page) -> list[tuple[str, int, int]]:
    """A list that fills with the parts of media that the page gets from the server: address, first, last byte."""
    found: list[tuple[str, int, int]] = []

    def note(request: object) -> None:
        response = request.response()  # type: ignore[attr-defined]
        said = re.match(r"bytes (\d+)-(\d+)", (response and response.headers.get("content-range")) or "")
        if said and not response.from_service_worker:
            found.append((response.url, int(said[1]), int(said[2])))

    page.on("requestfinished", note)
    return found


def twice(parts: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Those that begin before the last one of their file ended."""
    again, ends = [], dict[str, int]()
    for url, first, last in sorted(parts):
        if first <= ends.get(url, -1):
            again.append((url, first, last))
        ends[url] = max(last, ends.get(url, -1))
    return again


def plays_on(page: Page, at: float) -> None:
    until(page, f"document.querySelector('video,audio').currentTime > {at}")


def test_a_kept_lesson_opens_plays_and_seeks_without_a_server(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    keep(page)
    site.stop()
    try:
        page.reload()
        page.locator("[data-play]").click()
        plays_on(page, 1)
        page.evaluate("document.querySelector('video').currentTime = 20")
        plays_on(page, 20.5)
        assert page.locator("[data-kept]").count() == 1
        page.goto(site.address + "/search/?q=never+opened")  # what cannot be had shows what is kept
        assert page.locator("[data-kept-list] a").inner_text().startswith("选一个能发货的平台")
    finally:
        site.start()


def test_keeping_goes_on_where_it_stopped_and_fetches_nothing_twice(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    slowed(page, 15_000)
    parts = parts_fetched(page)
    page.locator("[data-keep]").click()
    until(page, f"{PROGRESS} > .2")
    site.stop()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('恢复后')")
    before = page.evaluate(PROGRESS)
    site.start()
    until(page, f"{PROGRESS} > {before} + .1")
    page.close()
    page = phone.new_page()
    parts_later = parts_fetched(page)
    page.goto(site.address + site.lesson("pattern"))  # by itself
    until(page, KEPT)
    assert parts
    assert parts_later
    assert twice(parts + parts_later) == []


def test_what_was_played_is_kept_already(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    page.reload()
    page.locator("[data-play]").click()
    plays_on(page, 2)
    wait_for(page, lambda: stored_bytes(page) > 50_000, "played parts are stored")
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(500)
    played = stored_bytes(page)
    parts = parts_fetched(page)
    keep(page)
    fetched = sum(last - first + 1 for _url, first, last in parts)
    assert fetched + played <= stored_bytes(page) + 1000


def stored_bytes(page: Page) -> int:
    """All bytes of media on this phone."""
    found: int = page.evaluate(
        """async () => {
          let bytes = 0
          for (const name of await caches.keys()) if (name.startsWith('media ')) {
            const cache = await caches.open(name)
            for (const request of await cache.keys()) bytes += (await (await cache.match(request)).blob()).size
          }
          return bytes
        }"""
    )
    return found


def test_a_dead_link_is_outlasted_and_found_alive_by_a_connection_of_its_own(site: Site, phone: BrowserContext) -> None:
    with relayed(site.port) as link:
        page = opened(phone, link.address + site.lesson("pattern"))
        link.bytes_a_second = 10_000
        page.locator("[data-play]").click()
        plays_on(page, 3)
        link.die()
        page.wait_for_selector("[data-link=retry]")
        assert page.evaluate("document.querySelector('video').playbackRate") == 0.75
        page.wait_for_timeout(3000)
        before = len(link.asked)
        link.live()
        page.wait_for_selector("[data-player]:not([data-link=retry])")
        assert page.evaluate("document.querySelector('video').playbackRate") == 1
        lived = link.asked[before:]
        media = next(line for line in lived if "/media/" in line)
        assert any("/health/live" in line for line in lived[: lived.index(media)])
        plays_on(page, page.evaluate("document.querySelector('video').currentTime") + 2)


def test_what_is_kept_is_listed_and_removed(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    keep(page)
    page.goto(site.address + COURSE)
    assert page.locator(".row .held:visible").count() == 1
    page.goto(site.address + "/kept/")
    page.locator("[data-kept-list] button").click()
    until(page, "!document.querySelector('[data-kept-none]').hidden")
    assert stored_bytes(page) == 0
    page.goto(site.address + site.lesson("sound"))
    assert page.locator("[data-kept]").count() == 0


def test_what_is_kept_stands_under_its_course_in_the_courses_order(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("voices"))
    keep(page)
    for clip in ("text", "sound"):
        page.goto(site.address + site.lesson(clip))
        keep(page)
    page.goto(site.address + "/kept/")
    rows = page.locator("[data-kept-list] a")
    rows.first.wait_for()
    assert page.locator("[data-kept-list] h2").all_inner_texts() == ["开网店"]
    assert [re.sub(r".*（(.*)）", r"\1", title) for title in rows.all_inner_texts()] == ["sound", "voices", "text"]


def test_a_kept_lesson_shows_its_poster_without_a_server(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    keep(page)
    came: list[str] = []
    page.on("requestfinished", lambda request: came.append(request.url))
    site.stop()
    try:
        page.reload()
        until(page, "document.querySelector('video').poster.endsWith('poster.jpg')")
        wait_for(page, lambda: any(url.endswith("poster.jpg") for url in came), "the poster comes from the phone")
    finally:
        site.start()


def test_a_kept_lesson_is_handed_on_as_a_file_by_the_phones_share_sheet(site: Site, phone: BrowserContext) -> None:
    phone.add_init_script("""window.shared = []
navigator.canShare = ({ files }) => files[0].type == 'video/mp4'
navigator.share = async (what) => {
  window.shared.push(what.files[0])
  if (window.shared.length == 1) throw new DOMException('no tap', 'NotAllowedError')
}""")
    page = opened(phone, site.address + site.lesson("pattern"))
    page.locator("[data-send]").click()  # nothing need be kept for it
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('再点一下')")
    page.locator("[data-send]").click()
    until(page, "window.shared.length == 2")
    size = page.evaluate("document.querySelector('[data-share-bytes]').dataset.shareBytes")
    assert page.evaluate("window.shared[1].size") == int(size)
    assert page.evaluate("window.shared[1].name").endswith(".mp4")
    assert page.evaluate("window.shared[0] == window.shared[1]")  # fetched once


def test_what_is_here_costs_nothing_and_the_page_says_so(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    keep(page)
    price = "document.querySelector('[data-play] small').textContent"
    until(page, f"{price} == '已存在手机里'")
    page.reload()
    until(page, f"{price} == '已存在手机里'")
    page.locator("[data-quality]:not([aria-pressed=true])").last.click()
    until(page, f"{price}.includes('兆')")
    page.locator("[data-quality=v48]").click()
    until(page, f"{price} == '已存在手机里'")
    page.locator("[data-play]").click()
    plays_on(page, 2)
    assert "0.0" in page.locator("[data-spent]").inner_text()
    media = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('.mp4'))"
    assert set(page.evaluate(f"{media}.map(e => e.serverTiming[0]?.name)")) == {"kept"}


def test_a_whole_course_is_kept(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + COURSE)
    page.locator("[data-keep-course]").click()
    until(page, KEPT)
    assert page.locator(".row .held:visible").count() == len(site.clips)
    site.stop()
    try:
        page.reload()
        page.locator(".row a").nth(2).click()
        page.locator("[data-play]").click()
        plays_on(page, 1)
    finally:
        site.start()


def test_a_course_with_a_lesson_that_is_gone_says_so_and_can_be_kept_again(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + COURSE)
    page.evaluate(
        """void (window.fetch = (honest => async (url, how) =>
          String(url).endsWith('/sound/') ? new Response('', { status: 404 }) : honest(url, how))(fetch))"""
    )
    page.locator("[data-keep-course]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('更新')")
    assert page.locator("[data-keep-course]").is_enabled()


# What stands between the phone and the site may answer in the site's place.
PORTAL = "new Response('<h1>Pay here</h1>', { headers: { 'Content-Type': 'text/html' } })"
WRONG_PLACE = "new Response('abc', { status: 206, headers: { 'Content-Range': 'bytes 7-9/12' } })"
SOUND_BYTES = "JSON.parse(document.querySelector('#lesson-media').textContent).sound.sizes.reduce((a, b) => a + b)"
NOTHING = """(window.asked = (window.asked || 0) + 1) && new Response('', {
  status: 206,
  headers: { 'Content-Range': how.headers.Range.replace('=', ' ') + '/' + window.size },
})"""
OTHER_BYTES = """await (async answer => {
  const { status, headers } = answer
  return new Response(new Uint8Array((await answer.arrayBuffer()).byteLength), { status, headers })
})(await honest(url, how))"""
GONE = "new Response('', { status: 404 })"


def answered_by(page: Page, liar: str, times: int = 1_000_000) -> None:
    """Media are answered by `liar` so many times; then by the site again."""
    page.evaluate(
        f"""() => {{
          window.honest = fetch
          let left = {times}
          const lies = url => String(url).includes('/media/r/') && left-- > 0
          window.fetch = async (url, how) => (lies(url) ? {liar} : honest(url, how))
        }}"""
    )


@pytest.mark.parametrize("liar", [PORTAL, WRONG_PLACE, NOTHING])
def test_nothing_of_a_liar_is_kept(site: Site, phone: BrowserContext, liar: str) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    page.evaluate(f"void (window.size = {SOUND_BYTES})")
    answered_by(page, liar)
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('恢复后')")
    page.wait_for_timeout(1000)
    assert stored_bytes(page) == 0
    assert page.evaluate("window.asked || 0") < 20  # who gets nothing waits before asking again
    page.evaluate("void (window.fetch = honest)")
    until(page, KEPT)


def test_a_page_of_somebody_else_is_not_kept_as_the_lessons(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    page.evaluate(f"window.honest = fetch; void (window.fetch = async () => {PORTAL})")
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('恢复后')")
    assert page.evaluate("caches.open('kept').then(cache => cache.keys()).then(keys => keys.length)") == 0
    page.evaluate("void (window.fetch = honest)")
    until(page, KEPT)


def test_bytes_changed_on_the_way_are_found_out(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    answered_by(page, OTHER_BYTES, times=1)
    keep(page)  # fetched again, against the hash in the address
    site.stop()
    try:
        page.reload()
        page.locator("[data-play]").click()
        plays_on(page, 1)
    finally:
        site.start()


# A proxy that sends more of a file than it was asked for.
WIDER = """void (self.fetch = (honest => (url, how) => {
  const wider = how?.headers?.Range?.replace(/[0-9]+$/, last => +last + 3000)
  return honest(url, wider ? { ...how, headers: { Range: wider } } : how)
})(fetch))"""


def test_a_lesson_plays_and_is_kept_where_more_comes_than_was_asked_for(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    phone.service_workers[0].evaluate(WIDER)
    page.locator("[data-play]").click()
    plays_on(page, 4)
    assert page.locator("[data-player]").get_attribute("data-mode") is None
    assert page.evaluate("document.querySelector('video').error") is None
    assert page.locator("[data-player]").get_attribute("data-link") != "retry"
    asked = "performance.getEntriesByType('resource').filter(one => one.name.includes('/media/r/')).length"
    assert page.evaluate(asked) < 50  # and not again and again for what has come
    page.evaluate(WIDER.replace("self.fetch", "window.fetch"))
    keep(page)


def test_a_lesson_renewed_meanwhile_says_so(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    answered_by(page, GONE)
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('更新')")


def test_a_full_phone_says_so_and_what_came_stays(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("pattern"))
    page.evaluate(
        """() => {
          const put = Cache.prototype.put
          let left = 6
          Cache.prototype.put = function (request, answer) {
            const full = String(request).includes('?') && left-- < 0
            return full ? Promise.reject(new DOMException('', 'QuotaExceededError')) : put.call(this, request, answer)
          }
        }"""
    )
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('满')")
    assert stored_bytes(page) > 0


def test_a_phone_that_filled_up_still_shows_every_page_whole(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + COURSE)
    page.evaluate("caches.keys().then(names => Promise.all(names.map(name => caches.delete(name))))")
    phone.service_workers[0].evaluate(
        "void (Cache.prototype.put = () => Promise.reject(new DOMException('', 'QuotaExceededError')))"
    )
    page.goto(site.address + site.lesson("pattern"))
    page.locator("[data-play]").click()
    plays_on(page, 1)
    page.wait_for_selector("[data-speed]:enabled")  # by a script that came through the worker


def test_a_kept_lesson_that_is_renewed_plays_on_from_what_is_here_until_it_is_kept_again(
    site: Site, phone: BrowserContext
) -> None:
    page = opened(phone, site.address + site.lesson("picture"))
    keep(page)
    own = recording_of(site, "picture")
    try:
        show(site, "picture", recording_of(site, "pattern"))
        page.reload()
        until(page, "document.querySelector('[data-keep-say]').textContent.includes('新版')")
        plays_without_a_server(site, page)
        page.reload()
        keep(page)
        plays_without_a_server(site, page)
    finally:
        show(site, "picture", own)


def recording_of(site: Site, clip: str) -> str:
    with closing(sqlite3.connect(site.folder / "db.sqlite3", timeout=20)) as database:
        known = "SELECT asset_id FROM courses_lessonpage JOIN wagtailcore_page ON id = page_ptr_id WHERE slug = ?"
        found: str = database.execute(known, (clip,)).fetchone()[0]
        return found


def show(site: Site, clip: str, recording: str) -> None:
    """As if the lesson of that clip had been published with another recording."""
    with closing(sqlite3.connect(site.folder / "db.sqlite3", timeout=20)) as database:
        lesson = "(SELECT id FROM wagtailcore_page WHERE slug = ?)"
        database.execute(f"UPDATE courses_lessonpage SET asset_id = ? WHERE page_ptr_id IN {lesson}", (recording, clip))
        database.execute("UPDATE core_siteversion SET number = number + 1")
        database.commit()


def plays_without_a_server(site: Site, page: Page) -> None:
    site.stop()
    try:
        page.reload()
        page.locator("[data-play]").click()
        plays_on(page, 5)  # the page brings the first two seconds of a voice with it
    finally:
        site.start()


def test_a_browser_that_lets_nothing_be_kept_says_so(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + site.lesson("sound"))
    page.evaluate(
        "void (CacheStorage.prototype.open = () => Promise.reject(new DOMException('closed', 'SecurityError')))"
    )
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('存成文件')")
    assert page.locator("[data-keep]").is_enabled()


def test_where_the_browser_refuses_its_caches_the_pages_say_what_works(site: Site, phone: BrowserContext) -> None:
    refused = "Object.defineProperty(window, 'caches', { get() { throw new DOMException('no', 'SecurityError') } })"
    phone.add_init_script(refused)
    page = phone.new_page()
    errors: list[object] = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(site.address + site.lesson("sound"))
    page.locator("[data-keep]").click()
    until(page, "document.querySelector('[data-keep-say]').textContent.includes('存成文件')")
    page.goto(site.address + "/kept/")
    page.locator("[data-elsewhere]").wait_for()
    assert "存成文件" in page.locator("[data-elsewhere]").inner_text()
    assert errors == []


def test_a_return_visit_is_painted_without_a_server_and_says_when_it_is_old(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + COURSE)
    page.reload()
    site.stop()
    try:
        page.reload()
        assert page.locator("h1").inner_text() == "开网店"
    finally:
        site.start()


def test_without_a_worker_the_file_is_offered_and_the_way_to_keep_is_said(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = context.new_page()
    page.goto(site.address + site.lesson("sound"))
    assert page.locator("[data-keeping]").is_hidden()
    assert page.locator("[data-elsewhere]").is_visible()
    assert page.locator("a[download]").is_visible()
    context.close()


def test_the_app_can_be_installed(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, site.address + "/")
    until(page, "!!document.querySelector('link[rel=manifest]')")
    manifest = page.evaluate("fetch(document.querySelector('link[rel=manifest]').href).then(answer => answer.json())")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert page.request.get(site.address + icon["src"]).ok
    for shortcut in manifest["shortcuts"]:
        assert page.request.get(site.address + shortcut["url"]).ok


def test_a_page_that_is_not_kept_says_so_without_a_signal(site: Site, phone: BrowserContext) -> None:
    page = opened(phone, f"{site.address}/")
    page.goto(f"{site.address}/kept/")
    assert not page.locator("[data-not-kept]").is_visible()
    site.stop()
    try:
        page.goto(f"{site.address}/courses/nobody-was-here/")
        assert page.locator("[data-not-kept]").is_visible()
        page.goto(f"{site.address}/kept/")
        assert not page.locator("[data-not-kept]").is_visible()
    finally:
        site.start()
