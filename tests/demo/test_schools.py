"""The demonstration's county: the same each time, plannable by every rule, published with a past."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from demo import accounts, county, schools
from lms.accounts.models import User
from lms.core import work
from lms.schools import planning, selectors
from lms.schools.importing import problems_of
from lms.schools.models import Attendance, Member, Pairing, Plan, Record, Session, Term

MONDAY = date(2026, 9, 7)


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


@pytest.mark.parametrize("counties", [1, 12])
def test_a_county_has_38_receiving_and_14_lead_rooms_and_is_right(counties: int) -> None:
    made = county.document(counties, monday=MONDAY)
    assert problems_of(made) == []
    for one in made["counties"]:
        rooms = sum(row["remote_rooms"] for row in made["schools"] if row["county"] == one["id"])
        studios = sum(row["studios"] for row in made["lead_sites"] if row["county"] == one["id"])
        assert (rooms, studios) == (38, 14)
    assert len(made["counties"]) == counties
    assert json.dumps(made) == json.dumps(county.document(counties, monday=MONDAY))
    assert made != county.document(counties, monday=MONDAY, seed=2)


@pytest.mark.parametrize(("monday", "winter"), [(date(2026, 9, 7), 2026), (date(2027, 2, 22), 2026)])
def test_winter_comes_within_the_term(monday: date, winter: int) -> None:
    (other,) = county.document(1, monday=monday)["schools"][0]["other_bells"]
    assert (other["from"], other["to"]) == (f"{winter}-11-01", f"{winter + 1}-04-30")


@pytest.mark.django_db
def test_the_demonstration_shows_a_published_term_with_a_past_once(monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime(2026, 10, 14, 12, tzinfo=UTC)
    monkeypatch.setattr(schools, "now", lambda: today)
    monkeypatch.setattr(schools, "PLAN_LIMIT_S", 0.5)
    accounts.ensure()
    for _twice in range(2):
        schools.bring_in()
        planning.run_next(now=today)
        schools.publish()
    term = Term.objects.get()
    assert Plan.objects.count() == 1
    assert selectors.published(term) is not None
    assert Session.objects.filter(starts_at__gt=today).exists()
    past = Attendance.objects.filter(ends_at__lt=today).count()
    assert past == Record.objects.count() > 100
    assert Record.objects.exclude(cause="").exists()
    assert set(Pairing.objects.values_list("state", flat=True)) == {"accepted", "objected", "proposed"}
    assert sorted(Member.objects.values_list("role", flat=True)) == ["head", "scheduler", "teacher"]
    for name in (accounts.SCHEDULER, accounts.HEAD, accounts.LEAD):
        client = Client()
        client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(f"/schools/{term.pk}/").status_code == 200


@pytest.mark.django_db
def test_a_county_that_somebody_brought_in_is_left_alone() -> None:
    day = date(2026, 9, 7)
    Term.objects.create(name="mine", week_start=day, starts_on=day, ends_on=day)
    accounts.ensure()
    schools.bring_in()
    schools.publish()
    assert Term.objects.get().name == "mine"
