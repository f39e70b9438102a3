"""A trainer sends a recording over a link that breaks: what has arrived is not sent again."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from benchmarks.site import Site
from tests import database, static
from tests.e2e.conftest import wait_for
from tests.e2e.relay import Relay, relayed
from tests.e2e.test_journeys import LAPTOP, begin_lesson, make_course, opened, recording, signed_in_trainer
from tests.factories import clips

pytestmark = pytest.mark.e2e
SLOW_BYTES_A_SECOND = 250_000


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a trainer; nobody encodes."""
    folder = tmp_path_factory.mktemp("school")
    static.copy_to(folder)
    database.copy_to(folder / "db.sqlite3")
    site = Site(folder, ())
    site.run("manage.py", "shell", "-v0", "-c", "from demo import accounts; accounts.ensure()")
    site.start("/health/ready")
    yield site
    site.stop()


@pytest.fixture
def editor(browser: Browser, school: Site) -> Iterator[tuple[Page, Relay, list[str]]]:
    """A new lesson in the editor, behind a link; and what went wrong in the page."""
    with relayed(school.port) as link:
        context = opened(browser, LAPTOP)
        errors: list[str] = []
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = signed_in_trainer(context, link)  # type: ignore[arg-type]
        page.on("dialog", lambda dialog: dialog.accept())  # the page asks before it is left
        make_course(page, link, "种好洋芋")  # type: ignore[arg-type]
        begin_lesson(page, link, "选种")  # type: ignore[arg-type]
        yield page, link, errors
        context.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty seconds of sound as a recorder keeps it: 4.4 MB."""
    return clips.sound(tmp_path_factory.mktemp("phone") / "REC_0001.wav", seconds=50)


def percent(page: Page) -> int:
    bar = recording(page).locator("[data-part=sending-bar]")
    return int(float(bar.evaluate("bar => bar.value")) * 100)


def rows(site: Site, question: str) -> list[Any]:
    with closing(sqlite3.connect(site.folder / "db.sqlite3")) as connection:
        return connection.execute(question).fetchall()


def test_a_recording_arrives_whole_though_the_link_breaks_and_the_page_is_loaded_again(
    editor: tuple[Page, Relay, list[str]], school: Site, film: Path
) -> None:
    page, link, errors = editor
    widget = recording(page)
    size = film.stat().st_size
    link.up_bytes_a_second = SLOW_BYTES_A_SECOND
    link.sent_bytes = 0

    widget.locator("input[type=file]").set_input_files(film)
    line = widget.locator("[data-part=sending-line]")
    wait_for(page, lambda: percent(page) >= 15, "something is sent")
    link.die()  # as a radio link: nobody is told
    expect(line).to_contain_text("网断了")
    expect(widget.locator("[role=status]")).to_contain_text("网断了")
    link.live()

    wait_for(page, lambda: percent(page) >= 40, "sending goes on by itself")
    link.cut()  # as when the phone changes its network
    wait_for(page, lambda: percent(page) >= 60, "and once more")
    page.reload()

    begin = widget.locator("[data-part=unfinished] li")
    if not begin.count():  # the block of a page that was never saved is gone with it
        page.locator(".c-sf-add-button").first.click()
        page.locator("[role=option]").first.click()
    expect(begin).to_contain_text(re.compile(r"REC_0001\.wav.*[1-9]\d %"))
    ((arrived,),) = rows(school, "SELECT offset_bytes FROM media_pipeline_upload")
    assert arrived > size // 3
    again = film.rename(film.with_name("the same under another name.wav"))
    widget.locator("input[type=file]").set_input_files(again)
    wait_for(page, lambda: percent(page) >= arrived * 100 // size, "it goes on where it stopped")
    expect(widget.locator("[data-part=name]")).to_have_text("REC_0001.wav")
    again.rename(film)

    asset_id = widget.locator("input[type=hidden]").input_value().replace("-", "")
    kept = rows(school, "SELECT id, source_sha256, source_size_bytes FROM media_pipeline_asset")
    assert kept == [(asset_id, hashlib.sha256(film.read_bytes()).hexdigest(), size)]
    assert not [path for path in (school.folder / "uploads").rglob("*") if path.is_file()]
    assert link.sent_bytes < 1.5 * size, "what had arrived was sent again"
    assert errors == []


def test_sending_can_be_paused_stopped_and_discarded(
    editor: tuple[Page, Relay, list[str]], school: Site, tmp_path: Path
) -> None:
    page, link, errors = editor
    widget = recording(page)
    other = clips.sound(tmp_path / "REC_0002.wav", seconds=20)
    link.up_bytes_a_second = SLOW_BYTES_A_SECOND
    widget.locator("input[type=file]").set_input_files(other)
    wait_for(page, lambda: percent(page) >= 20, "something is sent")

    widget.locator("[data-part=pause]").click()
    expect(widget.locator("[data-part=go-on]")).to_be_focused()
    asked = len(link.asked)
    page.wait_for_timeout(1500)
    assert len(link.asked) == asked
    widget.locator("[data-part=go-on]").click()
    wait_for(page, lambda: percent(page) >= 50, "it goes on")

    widget.locator("[data-part=cancel]").click()
    left = widget.locator("[data-part=unfinished] li")
    expect(left).to_contain_text("REC_0002.wav")
    expect(widget.locator("[data-part=drop]")).to_be_visible()
    left.locator("button").click()
    expect(left).to_have_count(0)
    assert rows(school, "SELECT count(*) FROM media_pipeline_upload WHERE asset_id IS NULL") == [(0,)]
    assert not list((school.folder / "uploads" / "pieces").iterdir())
    assert errors == []
