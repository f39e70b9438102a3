"""`python -m scripts.teacher_ill`: 08:05, the English teacher is ill, walked in a real browser on a site of its own.

Puts its picture, and that of the cheapest changes, into docs/guide/pictures. The test takes the same walk
(tests/e2e/test_teacher_ill.py).
"""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from scripts.moments import NotSeenError, phone, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

Scheme = Literal["light", "dark"]
SCHEDULER = ("county", "teacher-ill-county")
NAME = "青石县"
WEEKS = 16
ZONE = "Asia/Shanghai"
BELLS = [{"start": start, "minutes": 40} for start in ("08:20", "09:10", "10:10", "11:00", "14:20", "15:10", "16:00")]
SCHOOLS = {"柳沟小学": 1, "石门教学点": 1, "河湾小学": 2, "桃坪小学": 1}  # remote rooms
CLASSES = {
    "柳沟三年级": "柳沟小学",
    "石门三四年级": "石门教学点",
    "河湾三年级": "河湾小学",
    "河湾四年级": "河湾小学",
    "桃坪四年级": "桃坪小学",
}
EVERY_DAY = [[day, period] for day in range(1, 6) for period in (2, 3, 5, 6)]
SITES = ("县实验小学", "城关二小")
TEACHERS = {  # lead site, subject, period in which free, besides those of the lessons given
    "陈晓燕": ("县实验小学", "english", EVERY_DAY),
    "周敏": ("城关二小", "english", EVERY_DAY),
    "刘洋": ("县实验小学", "music", EVERY_DAY),
}
LOWER, UPPER = ["柳沟三年级", "石门三四年级", "河湾三年级"], ["河湾四年级", "桃坪四年级"]
GIVEN = [  # teacher, slots, classes
    ("陈晓燕", [[1, 2], [2, 2], [3, 2], [4, 2], [5, 2]], LOWER),
    ("陈晓燕", [[1, 3], [2, 3], [3, 3], [4, 3], [5, 3]], UPPER),
    ("刘洋", [[2, 5], [4, 5]], LOWER),
]
LEFT_OUT = [("刘洋", [[2, 7], [4, 7]], ["河湾四年级"])]


def document(monday: date) -> dict[str, Any]:
    """The county in the format `fieldschool-pairing/1`."""
    requests = [
        {"id": f"{name} {TEACHERS[teacher][1]}", "class": name, "subject": TEACHERS[teacher][1], "level": "小学"}
        | {"lessons_per_week": len(slots), "priority": 1}
        for teacher, slots, classes in [*GIVEN, *LEFT_OUT]
        for name in classes
    ]
    place = {"timezone": ZONE, "bells": BELLS}
    teachers = [
        {"id": name, "site": site, "subject": subject, "levels": ["小学"], "free": free}
        | {"max_weekly_lessons": 12, "max_receivers": 3, "fixed_streams": []}
        for name, (site, subject, free) in TEACHERS.items()
    ]
    return {
        "format": "fieldschool-pairing/1",
        "name": NAME,
        "term": {"week_start": monday.isoformat()},
        "rules": {"start_tolerance_minutes": 5},
        "counties": [{"id": NAME, "cluster": NAME, "max_concurrent": 8}],
        "schools": [
            {"id": own, "county": NAME, "remote_rooms": rooms, "avoid_periods": [], **place}
            for own, rooms in SCHOOLS.items()
        ],
        "classes": [
            {"id": own, "school": school, "grade": 4 if own in UPPER else 3, "open": EVERY_DAY}
            for own, school in CLASSES.items()
        ],
        "requests": requests,
        "lead_sites": [{"id": own, "scope": "county", "county": NAME, "studios": 2, **place} for own in SITES],
        "teachers": teachers,
    }


def arrange(now: datetime) -> None:
    """The county's scheduler, and its plan, published from this week on; music is asked for where nobody gives it."""
    from django.contrib.auth.models import Permission

    from lms.accounts.models import User
    from lms.schools import services
    from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver

    by = User.objects.create_user(SCHEDULER[0], password=SCHEDULER[1])
    by.user_permissions.add(Permission.objects.get(codename="schedule_county"))
    monday = now.date() - timedelta(days=now.weekday())
    term = services.import_county(
        data=json.dumps(document(monday)).encode(),
        name="county.json",
        starts_on=monday,
        ends_on=monday + timedelta(days=7 * WEEKS - 1),
        by=by,
    )
    plan = Plan.objects.create(
        term=term,
        version=1,
        state=Plan.State.DRAFT,
        time_limit_s=1,
        coverage_percent=96.67,
        bound_percent=96.67,
        created_at=now,
        left_out=[
            {
                "request": "河湾四年级 music",
                "reasons": ["no_common_time"],
                "changes": [["open", "河湾四年级", [2, 7], 0]],
                "gain": 2,
            }
        ],
    )
    for teacher, slots, classes in GIVEN:
        row = LeadTeacher.objects.get(term=term, key=teacher)
        series = LessonSeries.objects.create(plan=plan, teacher=row, level="小学", slots=slots)
        for name in classes:
            asked = LessonRequest.objects.get(term=term, key=f"{name} {row.subject}")
            SeriesReceiver.objects.create(series=series, request=asked, slots=slots)
    services.publish_plan(plan=plan, now=datetime.combine(monday, time(), UTC) - timedelta(days=1))


def a_day() -> date:
    """The next school day after today."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    return day + timedelta(days=max(0, 8 - day.isoweekday()) if day.isoweekday() > 5 else 0)


def signed_in(context: "BrowserContext", address: str) -> "Page":
    """The terms of the county's scheduler, who has just signed in."""
    page = context.new_page()
    page.goto(f"{address}/account/sign-in/?next=/schools/")
    page.fill("#id_username", SCHEDULER[0])
    page.fill("#id_password", SCHEDULER[1])
    page.press("#id_password", "Enter")
    page.wait_for_url(f"{address}/schools/")
    return page


def say_what(page: "Page", begins: str, ends: str) -> None:
    """From the terms to the screen of fixes."""
    page.locator("main .plain a", has_text=NAME).click()
    page.locator("main a", has_text="出了情况").click()
    page.locator("main a", has_text="老师不能上课").click()
    page.select_option("#id_of", "陈晓燕")
    page.fill("#id_begins", begins)
    page.fill("#id_ends", ends)
    page.fill("#id_reason", "生病")
    page.locator("main form .main").click()
    wait_for(page, lambda: page.locator("main > form.fix").count() >= 3, "three fixes")


def a_teacher_is_ill(browser: "Browser", address: str, scheme: Scheme = "light") -> bytes:
    """One screen, three fixes, the first is made, and the text for the group is in the clipboard."""
    day = a_day()
    with phone(browser, color_scheme=scheme, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = signed_in(context, address)
        say_what(page, f"{day}T08:05", f"{day + timedelta(days=1)}T00:00")
        first = page.locator("main > form.fix").first
        first.locator("summary").click()
        text = first.locator("textarea").input_value()
        picture = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 360, "height": 1200})
        first.locator("button.main").click()
        page.wait_for_url("**/schools/repairs/*/")
        page.locator("[data-copy]").click()
        page.locator("[data-copied]").wait_for()
        copied = str(page.evaluate("navigator.clipboard.readText()"))
        if copied.split() != text.split() or "周敏" not in copied:
            raise NotSeenError("what was copied is not the text for the group")
        return picture


def looked_at(browser: "Browser", address: str, look: Callable[[str, "Page"], None], scheme: Scheme = "light") -> None:
    """Every page of a repair, and a plan with the cheapest changes. `look` is shown each by its name."""
    day = a_day() + timedelta(weeks=1 if scheme == "light" else 2)
    with phone(browser, color_scheme=scheme, bypass_csp=True) as context:
        page = signed_in(context, address)
        page.locator("main .plain a", has_text=NAME).click()
        page.get_by_role("link", name="出了情况").wait_for()
        term = page.url
        page.locator("main .plain a").first.click()
        page.locator(".advice").wait_for()
        look("plan", page)
        page.goto(f"{term}repair/")
        look("kinds", page)
        for kind in ("teacher", "school", "site", "day"):
            page.goto(f"{term}repair/?kind={kind}")
            look(f"form-{kind}", page)
        page.goto(f"{term}ask/")
        page.locator("main form .main").click()
        page.locator("main form.fix").first.wait_for()
        look("ask", page)
        page.goto(f"{address}/schools/")
        say_what(page, f"{day}T00:00", f"{day + timedelta(days=1)}T00:00")
        look("fixes", page)
        page.locator("main > form.fix").nth(1).locator("button").last.click()
        page.wait_for_url("**/schools/repairs/*/")
        page.locator("[data-copy]").wait_for()
        look("done", page)


def main() -> int:
    from PIL import Image
    from playwright.sync_api import sync_playwright

    from benchmarks.site import Site
    from scripts.screenshots import GUIDE, small

    def keep(name: str, png: bytes) -> None:
        (GUIDE / f"{name}.webp").write_bytes(small(Image.open(io.BytesIO(png))))
        print(f"{GUIDE.name}/{name}.webp")

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Site(Path(folder), ())
        site.run("manage.py", "migrate", "-v0")
        site.run("manage.py", "collectstatic", "--noinput", "-v0")
        site.run("-m", "scripts.teacher_ill", "--arrange")
        site.start("/account/sign-in/")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            keep("moment-8-ill", a_teacher_is_ill(browser, site.address))
        finally:
            browser.close()
            site.stop()
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    if sys.argv[1:2] == ["--arrange"]:
        import django

        django.setup()
        arrange(datetime.now(UTC))
        sys.exit(0)
    sys.exit(main())
