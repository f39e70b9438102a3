"""Pages from right to left, at twice the size and with large letters: nothing is cut off, nobody is kept out."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from pytest_django import Settings

from lms.settings import languages
from tests.e2e.test_pages import TAGS, rendered

pytestmark = pytest.mark.e2e
# What reaches over the edge, to name it in a failure.
OVER_THE_EDGE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return null
  const over = [...document.body.querySelectorAll('*')].filter(e => {
    const { left, right } = e.getBoundingClientRect()
    return (right > clientWidth + .5 || left < -.5) && !e.matches('.skip, .screen *')
  })
  return `${scrollWidth} > ${clientWidth}: ${over.slice(0, 3).map(e => e.outerHTML.slice(0, 90)).join(' | ')}`
}"""


USUAL_PX = 16


class Reading(NamedTuple):
    """How somebody reads: the width of the window in CSS pixels, and the size of letters chosen in the system."""

    width: int
    letters_px: int = USUAL_PX


READINGS = {
    "as it comes": Reading(360),
    "a desktop at 200 %": Reading(640),
    "a phone at 200 %": Reading(180),
    "large letters": Reading(360, 24),
}


@pytest.fixture(scope="module", params=READINGS.values(), ids=READINGS)
def reading(request: pytest.FixtureRequest) -> Reading:
    chosen: Reading = request.param
    return chosen


@pytest.fixture(scope="module")
def browser(reading: Reading) -> Iterator[Browser]:
    """Chromium with letters of the reader's size."""
    letters = f"--blink-settings=defaultFontSize={reading.letters_px}"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", letters])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en", "ug"])
def test_nothing_runs_over_the_edge_however_it_is_read(
    browser: Browser, tmp_path: Path, settings: Settings, language: str, reading: Reading
) -> None:
    settings.LANGUAGES = languages.offered(settings.BASE_DIR, languages.AWAITING)
    context = browser.new_context(viewport={"width": reading.width, "height": 740})
    tab = context.new_page()
    faults = []
    for name, html in rendered(language).items():
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        tab.goto(file.as_uri())
        enlarged = tab.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") / reading.letters_px
        assert enlarged >= 1, f"{name}: letters do not follow the system"
        way = tab.evaluate("getComputedStyle(document.documentElement).direction")
        assert way == ("rtl" if language == "ug" else "ltr"), name
        if over := tab.evaluate(OVER_THE_EDGE):
            faults.append(f"{name}: {over}")
        if language in {"zh-hant", "ug"} or reading.width == 180:
            found: list[dict[str, Any]] = (
                Axe().run(tab, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
            )
            faults += [f"{name}: {fault['id']} {fault['nodes'][0]['html'][:120]}" for fault in found]
    context.close()
    assert not faults, "\n".join(faults)
