"""`python -m scripts.in_class`: the moment when the link drops in class, walked in a real browser on a site of its own.

Puts its picture, and those of the room's test, the ledger and the figures, into docs/guide/pictures. The test takes the
same walk (tests/e2e/test_in_class.py).
"""

import io
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from scripts.moments import NotSeenError, phone, seen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HELPER, SCHEDULER = ("helper", "in-class-helper"), ("county", "in-class-county")
SCHOOL, CLASS, TEACHER = "青山小学", "三年级", "王芳"
INVITATION = """王芳 邀请您参加腾讯会议
点击链接入会：https://meeting.example.org/dm/Ab12Cd34Ef
#腾讯会议：123-456-789
会议密码：2468"""
FIVE_MINUTES_MS = 5 * 60_000
RECORD_WITHIN_S = 20
# Playwright's own clock takes the page's timings away, which the player measures the link by.
CLOCK = "window.later = 0; Date.now = (clock => () => clock() + window.later)(Date.now)"
WEEKS = "document.querySelector('.crumb a').href.replace(/class.*/, '')"
# A camera that shows something, and a microphone that hears a beep once a second.
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
IN_THE_GUIDE = ("class", "room", "ledger", "figures")
Scheme = Literal["light", "dark"]


def _document(weekday: int) -> dict[str, Any]:
    """A school in the west, a teacher in the east two hours ahead by the clock, music once a week."""

    def bells(first: int) -> list[dict[str, Any]]:
        return [{"start": f"{first + at:02}:00", "minutes": 40} for at in range(3)]

    place = {"county": "青河县"}
    return {
        "format": "fieldschool-pairing/1",
        "name": "青河县 2026 年秋季学期",
        "term": {"week_start": "2026-09-07"},
        "rules": {"start_tolerance_minutes": 5},
        "counties": [{"id": "青河县", "cluster": "东部片区", "max_concurrent": 9}],
        "schools": [{"id": SCHOOL, **place, "timezone": "Asia/Urumqi", "bells": bells(8), "remote_rooms": 1}],
        "classes": [{"id": CLASS, "school": SCHOOL, "grade": 3, "open": [[weekday, 1]]}],
        "requests": [
            {"id": "R1", "class": CLASS, "subject": "music", "level": "三年级", "lessons_per_week": 1},
            {"id": "R2", "class": CLASS, "subject": "art", "level": "三年级", "lessons_per_week": 1},
        ],
        "lead_sites": [
            {
                "id": "实验小学",
                "scope": "county",
                **place,
                "timezone": "Asia/Shanghai",
                "bells": bells(10),
                "studios": 1,
            }
        ],
        "teachers": [
            {
                "id": TEACHER,
                "site": "实验小学",
                "subject": "music",
                "levels": ["三年级"],
                "free": [[weekday, 1]],
                "max_weekly_lessons": 8,
                "max_receivers": 3,
            }
        ],
    }


def arrange(code: str, now: datetime) -> None:
    """A county whose music lesson began two minutes before `now` and shows the site's lesson `code`.

    Five weeks lie behind: four lessons live, the last without a link and not made up.
    """
    from django.contrib.auth.models import Permission

    from lms.accounts.models import User
    from lms.schools import services
    from lms.schools.class_time import services as class_time
    from lms.schools.models import Attendance, LeadTeacher, LessonSeries, Member, Plan, SchoolClass, Session

    people = {name: User.objects.create_user(name, password=password) for name, password in (HELPER, SCHEDULER)}
    people["county"].user_permissions.add(Permission.objects.get(codename="schedule_county"))
    document = json.dumps(_document(min(5, now.isoweekday()))).encode()
    first, last = ((now + timedelta(weeks=weeks)).date() for weeks in (-5, 5))
    term = services.import_county(data=document, name="county.json", by=people["county"], starts_on=first, ends_on=last)
    Member.objects.create(term=term, user=people["helper"], role=Member.Role.HELPER, key=SCHOOL)
    plan = Plan.objects.create(term=term, version=1, state="published", time_limit_s=1, created_at=now)
    teacher, school_class = LeadTeacher.objects.get(term=term), SchoolClass.objects.get(term=term)
    series = LessonSeries.objects.create(plan=plan, teacher=teacher, level="三年级", slots=[[1, 1]])
    for weeks in (-5, -4, -3, -2, -1, 0, 1):
        starts_at = now - timedelta(minutes=2) + timedelta(weeks=weeks)
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=40)}
        session = Session.objects.create(series=series, teacher=teacher, **times)
        places = {"school_class": school_class, "school": school_class.school, "room": 1}
        row = Attendance.objects.create(session=session, **places, **times)
        if weeks < 0:
            said = {"cause": "link"} if weeks == -1 else {"how": "picture", "present": 11}
            class_time.record(attendance=row, by=people["helper"], now=now, **said)
        class_time.choose_material(session=session, code=code)
    class_time.arrange_meeting(
        session=session, by=people["county"], now=now, text=INVITATION, telephone="0906 123 4567"
    )


def code_of(address: str, lesson: str, browser: "Browser") -> str:
    """The six digits of a lesson, read from its page."""
    page = browser.new_page()
    page.goto(address + lesson)
    found = re.search(r"[1-9][0-9]{5}", page.locator(".number").inner_text())
    page.close()
    if found is None:
        raise NotSeenError(f"{lesson} shows no number")
    return found[0]


def signed_in(context: "BrowserContext", address: str, who: tuple[str, str], path: str) -> "Page":
    """A page of somebody who has just signed in."""
    page = context.new_page()
    page.goto(f"{address}/account/sign-in/?next={path}")
    page.fill("#id_username", who[0])
    page.fill("#id_password", who[1])
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{address}{path}")
    return page


def to_the_term(page: "Page") -> str:
    """From the terms to the county's. Its address."""
    page.locator(".plain a").first.click()
    page.wait_for_url(re.compile(r"/schools/[0-9a-f-]{36}/$"))
    return page.url


def to_the_lesson(page: "Page") -> None:
    """From the county's terms to the class's hour, as its helper taps."""
    to_the_term(page)
    page.locator("main .chips a", has_text=SCHOOL).click()
    page.locator(".hour h3 a").first.click()
    page.wait_for_selector("[data-class]")


def the_link_drops(
    browser: "Browser", address: str, cut: Callable[[], None], mend: Callable[[], None], scheme: Scheme = "light"
) -> bytes:
    """The lesson has begun, its recording is here, the link drops; after five minutes the recording goes on by itself.

    The helper taps once; the record waits on the device, and counts when the link is back. Gives the picture of the
    moment when the recording goes on.
    """
    with phone(browser, color_scheme=scheme) as context:
        context.add_init_script(CLOCK)
        page = signed_in(context, address, HELPER, "/schools/")
        to_the_lesson(page)
        page.evaluate("void navigator.serviceWorker.register('/worker.js')")
        seen(page, "!!navigator.serviceWorker.controller")
        page.reload()  # now it stays on the device
        page.locator("[data-keep-course]").click()
        page.locator(".held").wait_for()
        cut()
        _later(page, FIVE_MINUTES_MS // 2)
        seen(page, "document.querySelector('[data-line]').classList.contains('bad')")
        if page.locator("[data-film] video").count():
            raise NotSeenError("the recording did not wait five minutes")
        _later(page, FIVE_MINUTES_MS // 2)
        seen(page, "document.querySelector('[data-film] video')?.currentTime > 1")
        picture = page.screenshot()
        began = time.monotonic()
        page.locator("[name=how][value=recording]").click()
        page.wait_for_selector("[data-waiting]:not([hidden])")
        if time.monotonic() - began > RECORD_WITHIN_S:
            raise NotSeenError("the record took long")
        mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        page.locator(".said").wait_for()
        if "放录播" not in page.locator(".said").inner_text():
            raise NotSeenError("the hour does not count as held by recording")
        return picture


def _later(page: "Page", ms: int) -> None:
    """So much time goes by for the page, and it looks at once."""
    page.evaluate(f"window.later += {ms}; dispatchEvent(new Event('offline'))")


def _picture(name: str, png: bytes) -> None:
    from PIL import Image

    from scripts.screenshots import GUIDE, small

    path = GUIDE / f"{name}.webp"
    path.write_bytes(small(Image.open(io.BytesIO(png))))
    print(path.name)


def _for_the_guide(name: str, page: "Page") -> None:
    if name in IN_THE_GUIDE:
        _picture(f"{name}-360-light-zh", page.screenshot())


def looked_at(browser: "Browser", address: str, look: Callable[[str, "Page"], None], scheme: Scheme = "light") -> None:
    """Every page around a lesson, as each person comes to it. `look` is shown each by its name."""
    with phone(browser, color_scheme=scheme, permissions=["camera", "microphone"]) as context:
        page = signed_in(context, address, HELPER, "/schools/")
        to_the_lesson(page)
        seen(page, "!document.querySelector('[data-line]').hidden")
        look("class", page)
        page.goto(f"{page.evaluate(WEEKS)}room/?of={quote(SCHOOL)}/1")
        page.get_by_role("link", name="教室自检").click()
        seen(page, "/检查过/.test(document.querySelector('[data-state]').textContent)")
        look("room", page)
    with phone(browser, color_scheme=scheme) as context:
        page = signed_in(context, address, SCHEDULER, "/schools/")
        term = to_the_term(page)
        look("term", page)
        page.goto(f"{term}week/teacher/")
        page.locator(".hour h3 a").first.click()
        page.wait_for_selector("[name=text]")
        look("lesson", page)
        for name in ("ledger", "figures"):
            page.goto(f"{term}{name}/")
            look(name, page)


def main() -> int:
    from playwright.sync_api import sync_playwright

    from benchmarks.site import Site

    with (
        tempfile.TemporaryDirectory() as folder,
        Site(Path(folder), ("pattern",)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", *CAMERA])
        begin(site, browser)
        looked_at(browser, site.address, _for_the_guide)
        _picture("moment-9-class", the_link_drops(browser, site.address, site.stop, site.start))
        browser.close()
    return 0


def begin(site: Any, browser: "Browser") -> None:
    """The county's lesson on a site that runs."""
    code = code_of(site.address, site.lesson("pattern"), browser)
    site.run("-m", "scripts.in_class", "--arrange", code)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    if sys.argv[1:2] == ["--arrange"]:
        import django

        django.setup()
        arrange(sys.argv[2], datetime.now(UTC))
        sys.exit(0)
    sys.exit(main())
