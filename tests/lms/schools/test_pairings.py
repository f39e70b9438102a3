"""Pairings: proposed from need and nearness, published, objected to until a date; silence accepts. Who may what."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from lms.core import work
from lms.schools.errors import BadPairing
from lms.schools.models import Member, Pairing, PairingStep, School, Term
from lms.schools.pairings import services
from lms.schools.pairings.proposing import Proposal, propose
from lms.schools.scheduling.reading import read_instance
from tests.lms.schools import factories
from tests.lms.schools.factories import instance, request, school, site, teacher
from tests.lms.schools.test_counties import brought_in
from tests.lms.schools.test_pages import person, signed_in

NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
UNTIL = date(2026, 9, 8)
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def two_schools(**changes: Any) -> dict[str, Any]:
    """Two schools that ask for music and art; a lead site of the county for music, and one of all for both."""
    document = instance(
        schools=[school("S1"), school("S2")],
        classes=[{"id": f"G{n}", "school": f"S{n}", "open": []} for n in (1, 2)],
        requests=[
            *(request(f"M{n}", f"G{n}", lessons_per_week=2) for n in (1, 2)),
            *(request(f"A{n}", f"G{n}", subject="art") for n in (1, 2)),
        ],
        lead_sites=[site("NEAR"), site("FAR", scope="national")],
        teachers=[
            teacher("T1", site="NEAR", max_weekly_lessons=8),
            teacher("T2", site="FAR"),
            teacher("T3", site="FAR", subject="art"),
        ],
    )
    return {**document, **changes}


def proposed(document: dict[str, Any], **options: Any) -> dict[tuple[str, str], dict[str, int]]:
    found, _without = propose(read_instance(document), **options)
    return {(one.school, one.site): dict(one.lessons) for one in found}


def test_the_near_site_gives_what_it_teaches_and_another_the_rest() -> None:
    assert proposed(two_schools()) == {
        ("S1", "NEAR"): {"music": 2},
        ("S2", "NEAR"): {"music": 2},
        ("S1", "FAR"): {"art": 1},
        ("S2", "FAR"): {"art": 1},
    }


def test_a_site_that_a_school_objected_to_is_not_proposed_to_it_again() -> None:
    found = proposed(two_schools(), refused={("S1", "NEAR")})
    assert found["S1", "FAR"] == {"art": 1, "music": 2}
    assert ("S1", "NEAR") not in found
    assert ("S2", "NEAR") in found


def test_of_two_sites_as_near_the_one_with_lessons_left_is_proposed_and_a_school_keeps_few_partners() -> None:
    sites = [site("A"), site("B")]
    teachers = [teacher("T1", site="A", max_weekly_lessons=1, max_receivers=2), teacher("T2", site="B")]
    found = proposed(
        two_schools(requests=[request("M1", "G1", lessons_per_week=3)], lead_sites=sites, teachers=teachers)
    )
    assert list(found) == [("S1", "B")]
    teachers = [teacher(f"{own}{subject}", site=own, subject=subject) for own in "AB" for subject in ("art", "music")]
    found = proposed(two_schools(lead_sites=sites, teachers=teachers))
    assert sorted(own for own, _site in found) == ["S1", "S2"]


def test_what_is_kept_is_not_proposed_again_and_what_nobody_teaches_is_told() -> None:
    document = two_schools()
    document["requests"] += [request("X", "G1", subject="dance"), request("Y", "G2", level="z")]
    kept = [Proposal("S1", "NEAR", {"music": 2})]
    found, without = propose(read_instance(document), kept=kept)
    assert ("S1", "NEAR") not in {(one.school, one.site) for one in found}
    assert without == {("S1", "dance"): 1, ("S2", "music"): 1}


@pytest.mark.parametrize("seed", range(3))
def test_every_lesson_asked_for_is_proposed_once_or_told(seed: int) -> None:
    from demo.county import document

    made = read_instance(document(2, monday=date(2026, 9, 7), seed=seed))
    found, without = propose(made)
    asked = sum(one.lessons_per_week for one in made.requests.values())
    assert sum(sum(one.lessons.values()) for one in found) + sum(without.values()) == asked
    assert len({(one.school, one.site) for one in found}) == len(found)
    for one in found:
        county = made.counties[made.schools[one.school].county]
        assert made.lead_sites[one.site].reaches(county)


def a_term(document: dict[str, Any] | None = None) -> tuple[Term, Any]:
    user = person("scheduler", schedules=True)
    return brought_in(document or two_schools(), by=user), user


def published() -> tuple[Term, Any]:
    term, user = a_term()
    services.propose_pairings(term=term, by=user, now=NOW)
    services.publish_pairings(term=term, until=UNTIL, by=user, now=NOW)
    return term, user


def at(day: int) -> datetime:
    return datetime(2026, 9, day, 4, tzinfo=UTC)


@pytest.mark.django_db
def test_silence_accepts_after_the_date_and_steps_keep_who_and_when() -> None:
    term, user = published()
    one = Pairing.objects.get(school__key="S1", site__key="NEAR")
    services.answer_pairing(pairing=one, agrees=False, why="Too many lessons", by=user, now=at(8))
    assert not services.settle_pairings(now=datetime(2026, 9, 8, 15, 59, tzinfo=UTC))  # the date's last minute there
    assert services.settle_pairings(now=datetime(2026, 9, 8, 16, tzinfo=UTC))
    assert not services.settle_pairings(now=at(10))
    one.refresh_from_db()
    assert one.state == "objected"
    assert [step.state for step in one.steps.order_by("pk")] == ["proposed", "published", "objected"]
    assert one.steps.get(state="objected").note == "Too many lessons"
    other = Pairing.objects.get(school__key="S2", site__key="NEAR")
    assert other.state == "accepted"
    last = other.steps.get(state="accepted")
    assert last.by is None
    assert Pairing.objects.filter(term=term, state="accepted").count() == 3


@pytest.mark.django_db
def test_after_an_objection_another_site_is_proposed_and_what_stands_stays() -> None:
    term, user = published()
    one = Pairing.objects.get(school__key="S1", site__key="FAR")
    services.withdraw_pairing(pairing=one, by=user, now=at(2))
    near = Pairing.objects.get(school__key="S1", site__key="NEAR")
    services.answer_pairing(pairing=near, agrees=False, why="No", by=user, now=at(2))
    assert services.propose_pairings(term=term, by=user, now=at(3)) == 1
    again = Pairing.objects.get(state="proposed")
    assert (again.school.key, again.site.key, again.lessons) == ("S1", "FAR", {"art": 1, "music": 2})
    assert services.propose_pairings(term=term, by=user, now=at(3)) == 1  # in place of that
    assert Pairing.objects.filter(state="proposed").count() == 1
    assert Pairing.objects.filter(school__key="S2", state="published").count() == 2


@pytest.mark.django_db
def test_what_is_too_late_or_says_nothing_is_refused() -> None:
    term, user = a_term()
    with pytest.raises(BadPairing):  # nothing is proposed
        services.publish_pairings(term=term, until=UNTIL, by=user, now=NOW)
    services.propose_pairings(term=term, by=user, now=NOW)
    one = Pairing.objects.all()[0]
    for until in (date(2026, 9, 1), date(2020, 1, 1), date(2027, 9, 1)):
        with pytest.raises(BadPairing):
            services.publish_pairings(term=term, until=until, by=user, now=NOW)
    with pytest.raises(BadPairing):  # not published
        services.answer_pairing(pairing=one, agrees=True, why="", by=user, now=NOW)
    services.publish_pairings(term=term, until=UNTIL, by=user, now=NOW)
    with pytest.raises(BadPairing):  # without a reason
        services.answer_pairing(pairing=one, agrees=False, why=" ", by=user, now=NOW)
    with pytest.raises(BadPairing):  # too late
        services.answer_pairing(pairing=one, agrees=False, why="No", by=user, now=at(9))
    services.answer_pairing(pairing=one, agrees=True, why="", by=user, now=at(3))
    with pytest.raises(BadPairing):  # answered
        services.answer_pairing(pairing=one, agrees=False, why="No", by=user, now=at(3))
    assert PairingStep.objects.filter(pairing=one).count() == 3
    services.withdraw_pairing(pairing=one, by=user, now=at(4))
    with pytest.raises(BadPairing):
        services.withdraw_pairing(pairing=one, by=user, now=at(4))


@pytest.mark.django_db
def test_what_comes_in_addition_is_a_pairing_of_its_own_and_proposed_once() -> None:
    term, user = published()
    near = Pairing.objects.get(school__key="S1", site__key="NEAR")
    services.answer_pairing(pairing=near, agrees=False, why="No", by=user, now=at(2))
    services.propose_pairings(term=term, by=user, now=at(3))
    more = Pairing.objects.get(state="proposed")
    assert (more.site.key, more.lessons) == ("FAR", {"music": 2})  # it gives art already
    with pytest.raises(IntegrityError):
        Pairing.objects.create(term=term, school=more.school, site=more.site, lessons={})


@pytest.mark.django_db
def test_a_county_proposes_and_publishes_on_the_page_and_a_head_answers() -> None:
    term, user = a_term(two_schools(requests=[*two_schools()["requests"], request("X", "G1", subject="dance")]))
    head = person("head")
    Member.objects.create(term=term, user=head, role="head", key="S1")
    client, school_client, page = signed_in(user), signed_in(head), f"/schools/{term.pk}/pairings/"
    assert "No pairings yet" in client.get(page).content.decode()
    assert client.post(page, {"verb": "propose"}).status_code == 302
    text = client.get(page).content.decode()
    assert "S1 – NEAR" in text
    assert "dance 1" in text
    assert "S1 – NEAR" not in school_client.get(page).content.decode()  # only proposed
    for until in ("", "soon", "2036-02-31", "2020-01-01"):
        assert client.post(page, {"verb": "publish", "until": until}).status_code == 422
    soon = date.fromordinal(datetime.now(UTC).date().toordinal() + 5)
    assert client.post(page, {"verb": "publish", "until": soon.isoformat()}).status_code == 302
    text = school_client.get(page).content.decode()
    assert "S1 – NEAR" in text
    assert "S2" not in text
    one, other = (Pairing.objects.get(school__key="S1", site__key=name) for name in ("NEAR", "FAR"))
    assert school_client.post(f"{page}{one.pk}/", {"verb": "object"}).status_code == 422
    assert school_client.post(f"{page}{one.pk}/", {"verb": "object", "why": "The link is down"}).status_code == 302
    assert school_client.post(f"{page}{other.pk}/", {"verb": "agree"}).status_code == 302
    text = client.get(f"{page}{one.pk}/").content.decode()
    assert "The link is down" in text
    assert "seal" in text
    assert school_client.post(f"{page}{one.pk}/", {"verb": "agree"}).status_code == 422
    assert client.post(f"{page}{other.pk}/", {"verb": "withdraw"}).status_code == 302
    assert client.post(f"{page}{other.pk}/", {"verb": "agree"}).status_code == 404
    assert client.post(page, {"verb": "nonsense"}).status_code == 404


@pytest.mark.django_db
def test_data_that_cannot_be_used_propose_nothing_and_say_so() -> None:
    term, user = a_term()
    School.objects.update(timezone="Asia/Nowhere")
    client, page = signed_in(user), f"/schools/{term.pk}/pairings/"
    assert client.get(page).status_code == 200
    answer = client.post(page, {"verb": "propose"})
    assert answer.status_code == 422
    assert "put them right first" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["list", "own", "other", "propose", "answer own", "answer other", "withdraw own"])
@pytest.mark.parametrize("who", ["scheduler", "head", "teacher", "learner", "stranger", "guest"])
def test_who_may_what(who: str, what: str) -> None:
    names = ["head", "teacher", "learner", "stranger"]
    users = {name: person(name, schedules=name == "stranger") for name in names}
    term, users["scheduler"] = published()
    Member.objects.create(term=term, user=users["head"], role="head", key="S1")
    Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T1")
    Pairing.objects.update(until=date(2100, 1, 1))
    client = Client() if who == "guest" else signed_in(users[who])
    page = f"/schools/{term.pk}/pairings/"
    own, other = (Pairing.objects.get(school__key=key, site__key="NEAR").pk for key in ("S1", "S2"))
    answer = {
        "list": lambda: client.get(page),
        "own": lambda: client.get(f"{page}{own}/"),
        "other": lambda: client.get(f"{page}{other}/"),
        "propose": lambda: client.post(page, {"verb": "propose"}),
        "answer own": lambda: client.post(f"{page}{own}/", {"verb": "agree"}),
        "answer other": lambda: client.post(f"{page}{other}/", {"verb": "agree"}),
        "withdraw own": lambda: client.post(f"{page}{own}/", {"verb": "withdraw"}),
    }[what]()
    allowed = {
        "scheduler": {"list": 200, "own": 200, "other": 200, "propose": 302, "withdraw own": 302},
        "head": {"list": 200, "own": 200, "answer own": 302},
    }
    if who == "guest":
        assert answer["Location"].startswith("/account/sign-in/?next=")
    else:
        assert answer.status_code == allowed.get(who, {}).get(what, 404)


@pytest.mark.django_db
def test_pairings_of_another_term_are_not_found() -> None:
    term, user = published()
    other = brought_in(factories.instance(), by=user)
    one = Pairing.objects.filter(term=term)[0]
    assert signed_in(user).get(f"/schools/{other.pk}/pairings/{one.pk}/").status_code == 404
