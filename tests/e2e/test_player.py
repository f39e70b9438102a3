"""The player in a real Chromium, on lessons encoded for real, on a phone; what is laid out by width on a laptop too."""

import random
import re
import shutil
import signal
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, Route

from benchmarks.site import COURSE, Site
from tests.e2e.conftest import PATIENCE_MS, tell_errors, until, wait_for

pytestmark = pytest.mark.e2e
PHONE, LAPTOP = 360, 1280
each_width = pytest.mark.parametrize("page", [PHONE, LAPTOP], indirect=True)
PLAYHEAD = "document.querySelector('video,audio').currentTime"
NO_AV1 = """const ask = MediaSource.isTypeSupported.bind(MediaSource)
MediaSource.isTypeSupported = (mime) => !mime.includes('av01') && ask(mime)"""
NO_H264 = NO_AV1.replace("'av01') &&", "'av01') && !mime.includes('avc1') &&")
NO_OPUS = NO_AV1.replace("'av01') &&", "'av01') && !mime.includes('opus') &&")
# A busy machine may decode late: what is asked is whether the player let the play head run out of pieces.
WATCH_STOPS = """const v = document.querySelector('video')
window.stops = []
const lacks = () => {
  for (let i = 0; i < v.buffered.length; i++)
    if (v.buffered.start(i) <= v.currentTime + 0.1 && v.buffered.end(i) > v.currentTime + 0.3) return false
  return true
}
v.addEventListener('waiting', () => lacks() && window.stops.push('waiting'))
for (const name of ['pause', 'ended']) v.addEventListener(name, () => window.stops.push(name))"""


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width = getattr(request, "param", PHONE)
    context = tell_errors(browser.new_context(viewport={"width": width, "height": 740}, locale="zh-CN"))
    context.set_default_timeout(PATIENCE_MS)
    made = context.new_page()
    yield made
    context.close()


def played(page: Page, to_s: float) -> None:
    """Wait until the play head is past `to_s`."""
    until(page, f"{PLAYHEAD} > {to_s}")


def start(page: Page, site: Site, clip: str = "pattern", anchor: str = "") -> None:
    page.goto(site.address + site.lesson(clip) + anchor)
    page.locator("[data-play]").click()


def fetched(page: Page) -> list[str]:
    """Names of the media files asked for so far."""
    urls = page.evaluate("performance.getEntriesByType('resource').map((e) => e.name)")
    return [url.rsplit("/", 1)[1] for url in urls if "/media/" in url]


@each_width
def test_a_lesson_plays_with_picture_and_sound_and_says_what_it_took(page: Page, site: Site) -> None:
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    start(page, site)
    played(page, 1)
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")
    assert {"voice.mp4", "v48.mp4"} <= set(fetched(page))
    assert "share.mp4" not in fetched(page)
    assert re.search(r"\d\.\d", page.locator("[data-spent]").inner_text())
    assert page.evaluate("document.querySelector('video').duration") == pytest.approx(60, abs=0.5)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert errors == []


def test_another_quality_is_taken_up_without_a_stop(page: Page, site: Site) -> None:
    start(page, site)
    played(page, 1)
    page.evaluate(WATCH_STOPS)
    page.locator("[data-quality=v100]").click()
    until(page, "performance.getEntriesByType('resource').some((e) => e.name.endsWith('v100.mp4'))")
    head = page.evaluate(PLAYHEAD)
    played(page, head + 5)
    assert page.evaluate("window.stops") == []
    assert page.locator("[data-quality=v100]").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-quality=v48]").get_attribute("aria-pressed") == "false"


def test_a_quality_chosen_while_the_picture_waits_plays_when_the_link_turns_fast(page: Page, site: Site) -> None:
    page.goto(site.address + site.lesson("pattern"))
    link = page.context.new_cdp_session(page)
    link.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 9_000, "uploadThroughput": 9_000}
    link.send("Network.emulateNetworkConditions", slow)
    page.locator("[data-play]").click()
    page.wait_for_selector("[data-link=slow]")
    page.locator("[data-quality=v100]").click()
    link.send("Network.emulateNetworkConditions", {**slow, "latency": 0, "downloadThroughput": -1})
    until(page, "performance.getEntriesByType('resource').some((e) => e.name.endsWith('v100.mp4'))")
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")
    head = page.evaluate(PLAYHEAD)
    played(page, head + 5)
    assert page.locator("[data-player]").get_attribute("data-mode") is None


def test_listening_only_takes_no_picture_anywhere_in_the_lesson(page: Page, site: Site) -> None:
    page.goto(site.address + site.lesson("pattern"))
    page.locator("[data-quality=voice]").click()
    page.locator("[data-play]").click()
    played(page, 1)
    page.evaluate(f"{PLAYHEAD} = 40")
    played(page, 41)
    assert "voice.mp4" in fetched(page)
    assert not {"v48.mp4", "v100.mp4"} & set(fetched(page))
    page.locator("[data-quality=v48]").click()
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_tapped_in_whatever_order_it_plays_on_in_the_quality_chosen_last(
    page: Page, site: Site, seed: int
) -> None:
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    start(page, site)
    played(page, 1)
    taps = random.Random(seed)
    for _ in range(20):
        page.wait_for_timeout(taps.choice((0, 20, 100, 300, 600)))
        if taps.random() < 0.6:
            page.locator(f"[data-quality={taps.choice(('voice', 'v48', 'v100'))}]").click()
        elif taps.random() < 0.7:
            page.evaluate(f"document.querySelector('video').currentTime = {taps.uniform(0, 50)}")
        else:
            page.evaluate("(v => v.paused ? void v.play().catch(() => 0) : v.pause())(document.querySelector('video'))")
    page.locator("[data-quality=v100]").click()
    page.evaluate(f"void document.querySelector('video').play().catch(() => 0); {PLAYHEAD} = 20")
    played(page, 21)
    assert page.locator("[data-quality=v100]").get_attribute("aria-pressed") == "true"
    assert page.locator("[data-player]").get_attribute("data-mode") is None
    assert errors == []


@each_width
def test_a_line_of_the_words_leads_to_its_moment_and_is_marked(page: Page, site: Site) -> None:
    start(page, site)
    played(page, 0.5)
    page.locator("[data-start='10.0']").click()
    played(page, 10.5)
    assert page.evaluate(PLAYHEAD) < 15
    page.wait_for_selector("[data-start='10.0'][aria-current=true]")
    assert page.locator("[data-transcript] [aria-current]").count() == 1


def test_it_goes_on_where_it_stopped_after_the_page_is_opened_anew(page: Page, site: Site) -> None:
    start(page, site, anchor="#t=20")
    played(page, 22)
    page.evaluate("document.querySelector('video').pause()")
    until(page, "localStorage['progress:']")
    page.goto(site.address + site.lesson("pattern"))
    page.locator("[data-play]").click()
    until(page, f"!document.querySelector('video').seeking && {PLAYHEAD} > 21")
    assert page.evaluate(PLAYHEAD) < 30


@each_width
@pytest.mark.parametrize("lack", ["delete window.MediaSource", NO_H264], ids=["without MediaSource", "without H.264"])
def test_the_one_file_plays_where_the_browser_lacks_something(page: Page, site: Site, lack: str) -> None:
    page.add_init_script(lack)
    page.goto(site.address + site.lesson("pattern"))
    until(page, "document.querySelector('[data-mode=share]')")
    button = page.locator("[data-play]")
    assert button.inner_text().split() == ["播放", *str(button.get_attribute("data-file")).split()]
    button.click()
    played(page, 1)
    assert page.evaluate("document.querySelector('video').currentSrc").endswith("/share.mp4")
    assert not page.locator("[data-quality=v48]").is_visible()
    page.locator("[data-start='10.0']").click()
    played(page, 10.5)


@pytest.mark.parametrize(
    ("lack", "address", "sound"),
    [(NO_AV1, "**/plain/#t=8", "voice.mp4"), (NO_OPUS, "**/plain/aac/#t=8", "aac.mp4")],
    ids=["without AV1", "without AV1 and Opus"],
)
def test_a_browser_without_av1_plays_h264_with_the_sound_that_it_can(
    page: Page, site: Site, lack: str, address: str, sound: str
) -> None:
    page.add_init_script(lack)
    page.goto(site.address + site.lesson("pattern") + "#t=8")
    page.wait_for_url(address)
    page.locator("[data-play]").click()
    played(page, 10)
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")
    assert page.locator("[data-player]").get_attribute("data-mode") is None
    assert {name for name in fetched(page) if name.endswith(".mp4")} == {"h64.mp4", sound}
    page.locator("[data-quality=voice]").click()
    played(page, 13)
    page.locator("[data-quality=h64]").click()
    played(page, 16)
    assert page.locator("[data-strip]").inner_text() == ""


SPOILT = """const append = SourceBuffer.prototype.appendBuffer
let good = 5, bad = BAD
SourceBuffer.prototype.appendBuffer = function (part) {
  return append.call(this, good-- < 0 && bad-- > 0 ? new Uint8Array(64) : part)
}"""


@pytest.mark.parametrize(("bad", "mode"), [("1", None), ("1e9", "share")], ids=["once", "always"])
def test_media_the_browser_cannot_read_are_tried_once_more_then_the_one_file_plays(
    page: Page, site: Site, bad: str, mode: str | None
) -> None:
    page.add_init_script(SPOILT.replace("BAD", bad))
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    start(page, site)
    played(page, 6)
    assert page.locator("[data-player]").get_attribute("data-mode") == mode
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")
    assert errors == []


def test_without_javascript_the_browsers_own_controls_play_the_one_file(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 740}, java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address + site.lesson("pattern"))
    for name in ("play", "speed", "cap"):
        assert not page.locator(f"[data-{name}]").is_visible()
    size = page.locator("[data-play]").get_attribute("data-file")
    assert f"播放 · {size}" in page.locator("[data-player]").inner_text()
    with page.expect_response(lambda answer: answer.url.endswith("/share.mp4")) as asked:
        height = page.locator("video").bounding_box()["height"]  # type: ignore[index]
        page.locator("video").click(position={"x": 24, "y": height - 48})  # the browser's own play button
    assert asked.value.status in {200, 206}
    context.close()


class Received:
    """Which bytes of which media file the browser got."""

    def __init__(self, link: CDPSession) -> None:
        self._asked: dict[str, tuple[str, int]] = {}
        self._bytes: Counter[str] = Counter()
        link.on("Network.requestWillBeSent", self._sent)
        link.on("Network.dataReceived", self._received)
        link.send("Network.enable")

    def _sent(self, event: dict[str, Any]) -> None:
        asked = re.match(r"bytes=(\d+)-", event["request"]["headers"].get("Range", ""))
        if asked:
            self._asked[event["requestId"]] = (event["request"]["url"], int(asked[1]))

    def _received(self, event: dict[str, Any]) -> None:
        self._bytes[event["requestId"]] += event["dataLength"]

    def spans(self) -> dict[str, list[tuple[int, int]]]:
        """From which byte to which, request by request, for each file."""
        spans = defaultdict(list)
        for request, (url, first) in self._asked.items():
            if self._bytes[request]:
                spans[url].append((first, first + self._bytes[request]))
        return spans


def test_a_server_that_goes_away_and_comes_back_costs_no_byte_twice(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport={"width": PHONE, "height": 740})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(site.address + site.lesson("pattern"))
    link = context.new_cdp_session(page)
    received = Received(link)
    slow = {"offline": False, "latency": 50, "downloadThroughput": 20_000, "uploadThroughput": 20_000}
    link.send("Network.emulateNetworkConditions", slow)
    page.locator("[data-play]").click()
    played(page, 1)
    site.stop(signal.SIGKILL)
    try:
        # What had come before it went may still be on its way, voice or picture: then it says so a little later.
        until(page, "document.querySelector('[data-link=retry] [data-strip]')?.innerText")
    finally:
        site.start()
    link.send("Network.emulateNetworkConditions", {**slow, "downloadThroughput": -1})
    page.wait_for_selector("[data-player]:not([data-link=retry])")
    head = page.evaluate(PLAYHEAD)
    played(page, head + 4)
    assert page.evaluate("document.querySelector('video').error") is None
    spans = received.spans()
    assert any(len(of_file) > 1 for of_file in spans.values())
    for of_file in spans.values():
        for (_, ended), (begins, _) in pairwise(sorted(of_file)):
            assert ended <= begins
    context.close()


def test_a_lesson_renewed_under_the_player_says_so(page: Page, site: Site) -> None:
    page.route("**/media/r/**", lambda route: route.fulfill(status=404))
    start(page, site)
    until(page, "document.querySelector('[data-strip]').innerText.includes('重新打开')")
    page.wait_for_timeout(2500)  # a failure would be tried again by now
    assert page.get_attribute("[data-player]", "data-link") == "gone"


@pytest.mark.parametrize(
    "answer",
    [{"status": 503}, {"status": 200, "body": "<h1>Pay here</h1>", "content_type": "text/html"}],
    ids=["busy", "portal"],
)
def test_an_answer_that_is_not_the_file_is_told_from_a_lost_signal(
    page: Page, site: Site, answer: dict[str, Any]
) -> None:
    said = "document.querySelector('[data-strip]').innerText"
    page.route("**/media/r/**/*.mp4", lambda route: route.fulfill(**answer))
    start(page, site)
    until(page, f"{said}.includes('先登录')")
    page.unroute("**/media/r/**/*.mp4")
    until(page, f"{said} == ''")
    played(page, 2)


def test_a_list_says_in_words_which_quality_the_link_carries_and_never_the_file_to_hand_on(
    page: Page, site: Site
) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { downlink: 10 } })")
    page.goto(site.address + COURSE)
    until(page, "document.querySelector('.takes').innerText.includes('✓ 适合现在的网')")
    assert "通用文件" in page.locator(".takes").first.inner_text()
    assert page.locator(".takes li", has_text="✓").filter(has_text="通用文件").count() == 0


def test_where_the_phone_has_a_share_sheet_the_link_is_handed_on_and_play_still_plays(page: Page, site: Site) -> None:
    page.add_init_script("navigator.share = async (what) => { window.shared = what }")
    start(page, site)
    played(page, 1)
    assert page.evaluate("window.shared") is None
    page.locator("button[data-share]").click()
    assert page.evaluate("window.shared.url") == site.address + site.lesson("pattern")


def test_a_recording_of_sound_alone_plays(page: Page, site: Site) -> None:
    start(page, site, "sound")
    played(page, 1)
    assert set(fetched(page)) == {"voice.mp4"}


def test_a_film_without_sound_plays_to_its_end(page: Page, site: Site) -> None:
    start(page, site, "picture", anchor="#t=17")
    until(page, "document.querySelector('video').ended")
    assert page.locator("[data-quality=voice]").count() == 0


def _av1_alone(route: Route) -> None:
    """Chromium's own HLS changes between all variants that it knows, and stops at another codec (ADR 0032)."""
    answer = route.fetch()
    route.fulfill(response=answer, body=re.sub(r"#EXT-X-STREAM-INF:[^\n]*avc1[^\n]*\n[^\n]*\n", "", answer.text()))


def test_the_address_for_other_players_plays_to_its_end_in_chromiums_own(page: Page, site: Site) -> None:
    page.goto(site.address + site.lesson("pattern"))
    page.route("**/master.m3u8", _av1_alone)
    address = f"/{page.locator('.number').inner_text()}/master.m3u8"
    page.evaluate(
        """address => {
          const v = Object.assign(document.createElement('video'), { id: 'hls', muted: true, src: address })
          document.body.append(v)
          v.currentTime = 55
          return v.play()
        }""",
        address,
    )
    until(page, "document.querySelector('#hls').ended")
    assert page.evaluate("document.querySelector('#hls').duration") == pytest.approx(60, abs=0.5)
    assert page.evaluate("document.querySelector('#hls').videoWidth") > 0


def test_the_words_are_captions_of_the_browsers_own_button(page: Page, site: Site) -> None:
    start(page, site, anchor="#t=10")
    played(page, 11)
    assert page.evaluate("document.activeElement.localName") == "video"
    page.evaluate("document.querySelector('video').textTracks[0].mode = 'showing'")
    line = page.locator("[data-transcript] [aria-current] span").inner_text()
    until(page, f"document.querySelector('video').textTracks[0].activeCues[0]?.text == {line!r}")


def test_keys_stop_and_start_it(page: Page, site: Site) -> None:
    start(page, site)
    played(page, 0.5)
    page.locator("h1").click()
    page.keyboard.press("Space")
    until(page, "document.querySelector('video').paused")
    page.keyboard.press("ArrowRight")
    played(page, 5)
    page.keyboard.press("Space")
    played(page, 6)


def test_a_visit_tells_how_it_went_as_its_page_is_left(page: Page, site: Site) -> None:
    def told() -> list[Any]:
        with closing(sqlite3.connect(site.folder / "db.sqlite3")) as database:
            asked = "SELECT paint_ms, sound_ms, played_s, kilobytes FROM reach_visit ORDER BY id"
            return database.execute(asked).fetchall()

    before = len(told())  # one visit in ten of the other tests
    page.add_init_script("Math.random = () => 0")  # this one is asked
    start(page, site)
    page.wait_for_selector("[data-speed]:enabled")  # the script that tells is there
    played(page, 3)
    page.goto("about:blank")
    wait_for(page, lambda: len(told()) > before, "a visit is kept")
    paint_ms, sound_ms, played_s, kilobytes = told()[-1]
    assert 0 < paint_ms < 60_000
    assert 0 < sound_ms < 60_000
    assert 2 <= played_s <= 60
    assert kilobytes > 10


def test_what_is_watched_before_it_is_known_who_is_there_is_put_down_to_nobody_else(page: Page, site: Site) -> None:
    page.goto(site.address + COURSE)
    page.evaluate("void (localStorage.who = 'somebody else')")  # whose session has ended meanwhile
    held: list[Route] = []
    page.route("**/api/v1/me", lambda route: held.append(route))
    start(page, site)
    page.wait_for_selector("[data-speed]:enabled")
    played(page, 1)
    page.evaluate("document.querySelector('video').pause()")
    wait_for(page, lambda: bool(held), "the page asks who is there")
    page.wait_for_timeout(300)
    theirs = "Object.keys(localStorage).filter((name) => /^(events|progress):somebody else/.test(name))"
    assert page.evaluate(theirs) == []
    for route in held:
        route.continue_()
    until(page, "JSON.parse(localStorage['events:'] || '[]')[0]?.kind == 'lesson_played'")
    assert page.evaluate(theirs) == []


def test_a_link_that_plays_by_itself_takes_no_data_where_the_browser_refuses(browser: Browser, site: Site) -> None:
    strict = browser.browser_type.launch(
        executable_path=shutil.which("chromium"),
        args=["--no-sandbox", "--autoplay-policy=document-user-activation-required"],
    )
    page = strict.new_page(locale="zh-CN")
    page.goto(f"{site.address}{site.lesson('pattern')}#play")
    page.wait_for_selector("[data-speed]:enabled")
    page.wait_for_timeout(2000)
    assert page.evaluate("document.querySelector('video').paused")
    assert [name for name in fetched(page) if name.endswith(".mp4")] == []
    page.evaluate("document.querySelector('video').focus()")
    page.keyboard.press("Space")  # the browser's own controls are there
    played(page, 1)
    strict.close()


def test_the_lock_screens_buttons_go_back_and_on(page: Page, site: Site) -> None:
    page.add_init_script(
        "window.buttons = {}; MediaSession.prototype.setActionHandler = (name, what) => (window.buttons[name] = what)"
    )
    start(page, site)
    played(page, 1)
    page.evaluate("window.buttons.seekforward()")
    played(page, 5.5)
    page.evaluate("document.querySelector('video').pause()")
    before = page.evaluate(PLAYHEAD)
    page.evaluate("window.buttons.seekbackward()")
    assert page.evaluate(PLAYHEAD) == pytest.approx(before - 5)
