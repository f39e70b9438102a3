"""`python -m scripts.screenshots` (`make screenshots`): pictures of a running demonstration in a real browser.

Writes the dozen that the guide shows into docs/guide/pictures (WebP, at most 60 kB each), and every page in every size,
scheme and language onto one contact sheet for looking over (DATA_DIR/screenshots, not committed).
"""

import argparse
import io
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from scripts.moments import MOMENTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide" / "pictures"
MOST_BYTES = 60_000
PATIENCE_MS = 120_000
WIDTHS = {360: 740, 1280: 800}
SCHEMES = ("light", "dark")
LANGUAGES = {"zh": "", "en": "/en"}
SEEN = 360  # width of one picture on the contact sheet
TRAINER = ("trainer", "trainer-demo")
WORDS = {"zh": "洋芋 切块", "en": "cut potatoes"}


@dataclass(frozen=True)
class View:
    """One page to be seen. `path` is below the language's prefix; None is found by clicking."""

    name: str
    path: str


VIEWS = (
    View("home", "/"),
    View("courses", "/courses/"),
    View("course", ""),
    View("lesson", ""),
    View("poster", ""),
    View("simple", "/simple/"),
    View("search", "/search/?q={words}"),
    View("search-empty", "/search/?q=xyzzy"),
    View("not-found", "/courses/nothing-here/"),
)
# What the guide shows: (view, width, scheme, language).
CHOSEN = {
    ("home", 360, "light", "zh"),
    ("home", 1280, "light", "zh"),
    ("courses", 360, "light", "en"),
    ("course", 360, "light", "zh"),
    ("course", 1280, "dark", "en"),
    ("lesson", 360, "light", "zh"),
    ("lesson", 360, "dark", "zh"),
    ("lesson", 1280, "light", "zh"),
    ("poster", 1280, "light", "zh"),
    ("simple", 360, "light", "zh"),
    ("search", 360, "light", "zh"),
    ("search-empty", 360, "light", "zh"),
    ("not-found", 360, "light", "en"),
}


@dataclass(frozen=True)
class Shot:
    """A picture that was taken."""

    name: str
    png: bytes


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.screenshots")
    parser.add_argument("--address", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("error: no_chromium: Chromium is not installed: sudo apt-get install chromium", file=sys.stderr)
        return 1
    from playwright.sync_api import Error, sync_playwright

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        try:
            shots = [*learner(browser, options.address), *kept(browser, options.address)]
            shots += [*moments(browser, options.address), *studio(browser, options.address)]
        except Error as error:
            reason = str(error).splitlines()[0]
            print(
                f"error: no_site: {options.address} could not be seen: {reason}. Start it: make demo", file=sys.stderr
            )
            return 1
        finally:
            browser.close()
    sheet(shots)
    return 0


def learner(browser: "Browser", address: str) -> Iterator[Shot]:
    """The learner's site in every size, scheme and language."""
    for language, prefix in LANGUAGES.items():
        for width, height in WIDTHS.items():
            for scheme in SCHEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    device_scale_factor=1,
                    color_scheme=scheme,  # type: ignore[arg-type]
                    locale="zh-CN" if language == "zh" else "en-GB",
                )
                context.set_default_timeout(PATIENCE_MS)
                page = context.new_page()
                for view in VIEWS:
                    visit(page, view, f"{address}{prefix}", language)
                    yield keep(
                        f"{view.name}-{width}-{scheme}-{language}", page, (view.name, width, scheme, language) in CHOSEN
                    )
                context.close()


def visit(page: "Page", view: View, root: str, language: str) -> None:
    """Go to the view and wait until it has settled."""
    if view.path:
        page.goto(root + view.path.format(words=WORDS[language]), wait_until="networkidle")
        return
    page.goto(f"{root}/courses/", wait_until="networkidle")
    course = page.locator("a[href*='/courses/']").filter(has_text="土豆" if language == "zh" else "potatoes").first
    page.goto(_full(page, course.get_attribute("href")), wait_until="networkidle")
    if view.name == "poster":
        page.goto(_full(page, page.locator("a[href$='/poster/']").get_attribute("href")), wait_until="networkidle")
    if view.name == "lesson":
        page.goto(_first_lesson(page), wait_until="networkidle")
        play(page)


def kept(browser: "Browser", address: str) -> Iterator[Shot]:
    """A lesson kept on the phone, and the page of what is kept."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    visit(page, View("course", ""), address, "zh")
    page.goto(_first_lesson(page), wait_until="networkidle")
    page.locator("[data-keep]").click()
    page.locator("[data-kept]").wait_for()
    page.locator("[data-kept]").scroll_into_view_if_needed()
    yield keep("lesson-kept-360-light-zh", page, True)
    page.goto(f"{address}/kept/", wait_until="networkidle")
    page.locator("[data-kept-list] a").first.wait_for()
    yield keep("kept-360-light-zh", page, True)
    context.close()


def moments(browser: "Browser", address: str) -> Iterator[Shot]:
    """What wins people, on the first lesson of a course."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    visit(page, View("course", ""), address, "zh")
    lesson = _first_lesson(page)
    context.close()
    for name, walk in MOMENTS.items():
        yield kept_picture(name, walk(browser, lesson), True)


def _first_lesson(page: "Page") -> str:
    """Address of the first lesson of the course that is open."""
    return _full(page, page.locator("[data-lesson] a, a[data-lesson]").first.get_attribute("href"))


def _full(page: "Page", href: str | None) -> str:
    return str(page.evaluate("href => new URL(href, location).href", href or ""))


def play(page: "Page") -> None:
    """Start the lesson and wait until a picture has been up for some seconds; without one, go on."""
    button = page.locator("[data-play]").first
    if not button.count():
        return
    button.click()
    for _ in range(PATIENCE_MS // 250):  # the page's policy forbids Playwright's own way of waiting for a condition
        if page.evaluate("document.querySelector('video, audio')?.currentTime > 6"):
            break
        page.wait_for_timeout(250)
    page.evaluate("document.querySelector('video, audio').pause()")


def studio(browser: "Browser", address: str) -> Iterator[Shot]:
    """A trainer's editor with a recording and what the village gets."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{address}/admin/login/", wait_until="networkidle")
    page.fill("input[name=username]", TRAINER[0])
    page.fill("input[name=password]", TRAINER[1])
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    yield keep("studio-home-1280-light-zh", page, True)
    visit(page, View("course", ""), address, "zh")
    lesson = _first_lesson(page)
    pk = _page_id(page, address, lesson)
    page.goto(f"{address}/admin/pages/{pk}/edit/", wait_until="load")  # it keeps asking how far the encoding is
    village = page.locator("[data-part=village]").first
    village.wait_for(state="visible")
    page.locator("[data-part=village]").first.evaluate("table => table.closest('[data-contentpath]').scrollIntoView()")
    yield keep("studio-editor-1280-light-zh", page, True)
    context.close()


def _page_id(page: "Page", address: str, lesson: str) -> str:
    """The id by which Wagtail's editor knows the page at `lesson`, found through its own search."""
    slug = lesson.rstrip("/").rsplit("/", 1)[-1]
    found: Any = page.evaluate(
        """async ([address, slug]) => {
            const answer = await fetch(`${address}/admin/api/main/pages/?slug=${slug}&locale=zh-hans`)
            return (await answer.json()).items.map(item => item.id)
        }""",
        [address, slug],
    )
    return str(found[0])


def keep(name: str, page: "Page", chosen: bool) -> Shot:
    """Take the picture; put it into the guide when it is one of those."""
    return kept_picture(name, page.screenshot(), chosen)


def kept_picture(name: str, png: bytes, chosen: bool) -> Shot:
    """Put the picture into the guide when it is one of those."""
    if chosen:
        GUIDE.mkdir(parents=True, exist_ok=True)
        (GUIDE / f"{name}.webp").write_bytes(small(Image.open(io.BytesIO(png))))
    return Shot(name, png)


def small(image: Image.Image) -> bytes:
    """The picture as WebP within MOST_BYTES."""
    for quality in (86, 78, 70, 60, 50, 40, 30):
        output = io.BytesIO()
        image.convert("RGB").save(output, "WEBP", quality=quality, method=6)
        if output.tell() <= MOST_BYTES:
            break
    return output.getvalue()


def sheet(shots: list[Shot]) -> None:
    """All pictures on one, with their names."""
    from django.conf import settings

    across, label, gap = 8, 22, 8
    images = [Image.open(io.BytesIO(shot.png)).convert("RGB") for shot in shots]
    small_ones = [image.resize((SEEN, round(image.height * SEEN / image.width))) for image in images]
    # Phones first, so that the pictures of a row are alike in height.
    order = sorted(range(len(shots)), key=lambda number: images[number].width)
    rows = [order[at : at + across] for at in range(0, len(order), across)]
    heights = [max(small_ones[number].height for number in row) + label + gap for row in rows]
    whole = Image.new("RGB", (across * (SEEN + gap), sum(heights)), "white")
    draw = ImageDraw.Draw(whole)
    for at, row in enumerate(rows):
        for column, number in enumerate(row):
            x, y = column * (SEEN + gap), sum(heights[:at])
            draw.text((x, y + 4), shots[number].name, fill="black")
            whole.paste(small_ones[number], (x, y + label))
    folder = Path(settings.DATA_DIR) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    whole.save(folder / "sheet.png")
    print(f"{len(shots)} pictures on {folder / 'sheet.png'}; the guide's are in {GUIDE.relative_to(ROOT)}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    sys.exit(main())
