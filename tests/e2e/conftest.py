"""What tests in a real browser share: the browser, patience, sites that run."""

import shutil
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.site import Site
from tests import database, static

PATIENCE_MS = 45_000
# Why a film stopped is lost when the player goes on with another: said to the console, which a failed test shows.
# With what its source buffers were given last: their type, and bytes or the call.
TELL_MEDIA_ERRORS = """{
  const given = []
  for (const name of ['appendBuffer', 'abort', 'changeType']) {
    const call = SourceBuffer.prototype[name]
    SourceBuffer.prototype[name] = function (what) {
      this.type = name == 'changeType' ? what : this.type
      const head = what && what.byteLength > 8 ? String.fromCharCode(...what.slice(4, 8)).replace(/[^ -~]/g, '.') : ''
      given.push(`${this.type || 'first'} ${name} ${what && what.byteLength} ${head}`)
      return call.apply(this, arguments)
    }
  }
  addEventListener('error', ({ target }) => {
    const { currentTime, error } = target
    if (!error) return
    console.error(`media error ${error.code} at ${currentTime} s: ${error.message}`, given.slice(-30).join('; '))
  }, true)
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. Its driver runs an event loop in this thread, where Django refuses to work: it ends with the module."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with lessons that are encoded and published."""
    folder = tmp_path_factory.mktemp("site")
    database.copy_to(folder / "db.sqlite3")
    static.copy_to(folder)
    with Site(folder, ("pattern", "sound", "picture", "voices", "text")) as running:
        yield running


def tell_errors(context: BrowserContext) -> BrowserContext:
    """Errors of its pages' media go to the output of the test."""
    context.add_init_script(TELL_MEDIA_ERRORS)
    context.on("console", lambda said: print(said.text) if said.text.startswith("media error") else None)
    return context


def wait_for(page: Page, is_so: Callable[[], object], what: str) -> None:
    """Ask again and again until `is_so` says something true."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not is_so():
        assert time.monotonic() < end, f"never true: {what}"
        page.wait_for_timeout(50)


def until(page: Page, expression: str) -> None:
    """Wait until a JavaScript expression is true. Playwright's way needs `eval`, which the site's policy forbids."""
    wait_for(page, lambda: page.evaluate(expression), expression)
