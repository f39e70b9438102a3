"""A county's scheduler: data in, a plan, its publication, and the weeks; who may do what."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lms.accounts.models import User
from lms.core import work
from lms.schools import planning, selectors, services
from lms.schools.models import Attendance, Member, Plan, Session, Term
from lms.schools.sheets import template
from tests.lms.schools.test_counties import NOW, brought_in, county, drafted

pytestmark = pytest.mark.django_db
DAYS = {"starts_on": "2036-09-01", "ends_on": "2036-09-14", "holidays": "2036-09-02", "swapped": "2036-09-06=2"}


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def person(name: str, *, schedules: bool = False) -> User:
    user = User.objects.create_user(name)
    if schedules:
        user.user_permissions.add(Permission.objects.get(codename="schedule_county"))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def sent(client: Client, document: Any, **days: str) -> Any:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post("/schools/new/", {"file": SimpleUploadedFile("county.json", text), **DAYS, **days})


def test_a_county_goes_from_its_file_to_published_weeks() -> None:
    client = signed_in(person("scheduler", schedules=True))
    answer = sent(client, county())
    term = Term.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"/schools/{term.pk}/"
    assert term.swapped == {"2036-09-06": 2}
    page = client.post(f"/schools/{term.pk}/plan/")["Location"]
    assert 'http-equiv="refresh"' in client.get(page).content.decode()
    Plan.objects.update(time_limit_s=1)
    assert planning.run_next(now=NOW)
    made = client.get(page).content.decode()
    assert "75.00 %" in made
    assert 'http-equiv="refresh"' not in made
    assert client.post(f"{page}publish/").status_code == 302
    week = client.get(f"/schools/{term.pk}/week/class/", {"of": "G1", "day": "2036-09-01"})
    assert week.status_code == 200
    assert "08:00–08:40" in week.content.decode()  # Urumqi's clock
    assert "no-store" in week["Cache-Control"]
    assert client.post(f"{page}withdraw/").status_code == 302
    assert set(Session.objects.values_list("state", flat=True)) == {"cancelled"}


def test_all_problems_are_listed_with_their_places_and_nothing_is_stored() -> None:
    document = county()
    document["schools"][0]["timezone"] = "Asia/Nowhere"
    document["teachers"][0]["max_receivers"] = -1
    answer = sent(signed_in(person("scheduler", schedules=True)), document)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Asia/Nowhere" in text
    assert "max_receivers" in text
    assert not Term.objects.exists()


@pytest.mark.parametrize(
    ("document", "days"),
    [
        (b"\xff\xfe no json", {}),
        (b"\x1f\x8b\x08damaged", {}),
        (county(), {"ends_on": "2030-01-01"}),
        (county(), {"holidays": "yesterday"}),
        (county(), {"swapped": "2036-09-06=7"}),
        (county(), {"starts_on": ""}),
    ],
)
def test_what_cannot_be_used_is_told_and_stores_nothing(document: Any, days: dict[str, str]) -> None:
    answer = sent(signed_in(person("scheduler", schedules=True)), document, **days)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Term.objects.exists()


def test_a_file_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.schools.forms.MOST_FILE_BYTES", 10)
    assert sent(signed_in(person("scheduler", schedules=True)), county()).status_code == 422


def test_a_second_plan_waits_for_the_first_and_published_is_not_published_again() -> None:
    user = person("scheduler", schedules=True)
    client, term = signed_in(user), brought_in(by=user)
    page = client.post(f"/schools/{term.pk}/plan/")["Location"]
    assert client.post(f"/schools/{term.pk}/plan/").status_code == 409
    assert client.post(f"{page}withdraw/").status_code == 409
    assert client.post(f"{page}nonsense/").status_code == 404
    Plan.objects.update(time_limit_s=1)
    planning.run_next(now=NOW)
    client.post(f"{page}publish/")
    assert client.post(f"{page}publish/").status_code == 409
    assert client.post(f"{page}stop/").status_code == 409


def test_a_plan_that_is_stopped_is_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "BEAT_S", 0)
    term = brought_in()
    asked = services.make_plan(term=term, now=NOW, time_limit_s=1)
    services.stop_plan(plan=asked)
    assert planning.run_next(now=NOW)
    asked.refresh_from_db()
    assert asked.state == "draft"
    assert asked.coverage_percent > 0


def test_a_plan_that_cannot_be_made_says_why() -> None:
    user = person("scheduler", schedules=True)
    term = brought_in(by=user)
    asked = services.make_plan(term=term, now=NOW, time_limit_s=1)
    Term.objects.update(rules={"start_tolerance_minutes": "soon"})
    assert planning.run_next(now=NOW)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert "start_tolerance_minutes" in asked.failure
    assert asked.failure.split("“")[0] in signed_in(user).get(f"/schools/plans/{asked.pk}/").content.decode()


def test_a_plan_shows_the_cheapest_changes_for_what_it_leaves_out() -> None:
    document = county()
    document["classes"][1]["open"] = [[4, 1]]
    user = person("scheduler", schedules=True)
    made = drafted(brought_in(document, by=user))
    page = signed_in(user).get(f"/en/schools/plans/{made.pk}/").content.decode()
    assert "<b>+1 lesson</b> <span>class G2: open Monday 2</span>" in page
    assert "Would be covered by: class G2: open Monday 2" in page


# Who x what -> status. "own" is what the head's school, and the teacher, have.
TABLE = {
    "terms": ("/schools/", {"scheduler": 200, "head": 200, "teacher": 200, "learner": 403, "stranger": 200}),
    "new": ("/schools/new/", {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 200}),
    "empty": (
        "/schools/new/empty-zh.xlsx",
        {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 200},
    ),
    **{
        name: (
            f"/schools/drafts/{{draft}}/{path}",
            {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 403},
        )
        for name, path in {"draft": "", "check": "check/", "problems": "problems.csv"}.items()
    },
    "store": (
        "POST /schools/drafts/{draft}/check/",
        {"scheduler": 302, "head": 403, "teacher": 403, "learner": 403, "stranger": 403},
    ),
    "term": ("/schools/{term}/", {"scheduler": 200, "head": 200, "teacher": 200, "learner": 403, "stranger": 403}),
    "make": (
        "POST /schools/{term}/plan/",
        {"scheduler": 302, "head": 403, "teacher": 403, "learner": 403, "stranger": 403},
    ),
    "plan": (
        "/schools/plans/{plan}/",
        {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 403},
    ),
    "publish": (
        "POST /schools/plans/{plan}/publish/",
        {"scheduler": 302, "head": 403, "teacher": 403, "learner": 403, "stranger": 403},
    ),
    "county": ("week/county/?of=C", {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 403}),
    "school": ("week/school/?of=S", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    "other": ("week/school/?of=S2", {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 403}),
    "class": ("week/class/?of=G1", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    "room": ("week/room/?of=S/1", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    "teacher": ("week/teacher/?of=T", {"scheduler": 200, "head": 403, "teacher": 200, "learner": 403, "stranger": 403}),
}


@pytest.mark.parametrize("what", TABLE)
@pytest.mark.parametrize("who", ["scheduler", "head", "teacher", "learner", "stranger", "guest"])
def test_who_may_do_what(who: str, what: str) -> None:
    users = {name: person(name, schedules=name in {"scheduler", "stranger"}) for name in TABLE["terms"][1]}
    document = county()
    document["schools"].append({**document["schools"][0], "id": "S2"})
    term = brought_in(document, by=users["scheduler"])
    Member.objects.create(term=term, user=users["head"], role="head", key="S")
    Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T")
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    address, allowed = TABLE[what]
    verb, _space, path = address.rpartition(" ")
    sent = [("county.xlsx", template.workbook("zh"))]
    draft = services.take_up(sent=sent, by=users["scheduler"], now=datetime.now(UTC))
    path = path.format(term=term.pk, plan=plan.pk, draft=draft.pk)
    path = path if path.startswith("/") else f"/schools/{term.pk}/{path}"
    client = Client() if who == "guest" else signed_in(users[who])
    answer = client.post(path) if verb else client.get(path)
    if who == "guest":
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/sign-in/?next=")
    else:
        assert answer.status_code == allowed[who]


def test_a_scheduler_without_the_permission_any_more_is_nobody() -> None:
    user = person("former")
    term = brought_in(by=user)
    assert signed_in(user).get(f"/schools/{term.pk}/").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["week/planet/", "week/school/?of=X", "week/room/?of=S/9", "week/room/?of=S", "week/class/?of=G1&day=2036-13-01"],
)
def test_weeks_that_there_are_not_are_404(path: str) -> None:
    user = person("scheduler", schedules=True)
    term = brought_in(by=user)
    assert signed_in(user).get(f"/schools/{term.pk}/{path}").status_code == 404


def test_boards_of_both_sides_have_the_same_lessons_on_their_own_clocks() -> None:
    term = brought_in()
    services.publish_plan(plan=drafted(term), now=NOW)
    monday = date(2026, 9, 7)

    def lessons(kind: str, key: str) -> list[selectors.Lesson]:
        whom = selectors.whose(term, kind, key)
        assert whom is not None
        return [one for day in selectors.board(term, whom, monday).days for one in day.lessons]

    by_class = {one.session: one for one in lessons("class", "G1")}
    by_teacher = {one.session: one for one in lessons("teacher", "T") if one.school_class == "G1"}
    assert by_class.keys() == by_teacher.keys()
    assert len(by_class) == 2
    for own, one in by_class.items():
        other = by_teacher[own]
        assert (one.starts_at.hour, one.theirs.hour) == (other.theirs.hour, other.starts_at.hour)
        assert other.starts_at.hour == one.starts_at.hour + 2
    assert len(lessons("school", "S")) == len(lessons("county", "C")) == len(lessons("room", "S/1"))


def test_a_board_ends_with_the_term() -> None:
    term = brought_in()
    whom = selectors.whose(term, "class", "G1")
    assert whom is not None
    first = selectors.board(term, whom, date(2000, 1, 1))
    last = selectors.board(term, whom, date(2100, 1, 1))
    assert (first.monday, first.before, first.after) == (date(2026, 9, 7), None, date(2026, 9, 14))
    assert (last.monday, last.before, last.after) == (date(2026, 9, 14), date(2026, 9, 7), None)


def test_cancelled_lessons_are_on_no_board() -> None:
    term = brought_in()
    plan = drafted(term)
    services.publish_plan(plan=plan, now=NOW)
    services.withdraw(plan=plan, now=datetime(2026, 9, 1, tzinfo=UTC))
    whom = selectors.whose(term, "county", "C")
    assert whom is not None
    assert Attendance.objects.exists()
    assert not any(day.lessons for day in selectors.board(term, whom, date(2026, 9, 7)).days)
