"""The page of a term's people: taken in by name or phone, let go, never the last scheduler; who may."""

import pytest
from django.test import Client

from lms.schools.models import Member, Term
from tests.lms.schools.test_counties import brought_in
from tests.lms.schools.test_pages import person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def a_term() -> tuple[Term, Client, str]:
    user = person("scheduler", schedules=True)
    term = brought_in(by=user)
    return term, signed_in(user), f"/schools/{term.pk}/members/"


@pytest.mark.parametrize(("role", "key"), [("head", "S"), ("teacher", "T"), ("scheduler", "")])
@pytest.mark.parametrize("who", ["wang", "138 0000 1234", "+86 138-0000-1234"])
def test_people_are_taken_in_once_by_name_or_phone(role: str, key: str, who: str) -> None:
    term, client, page = a_term()
    user = person("wang", schedules=role == "scheduler")
    user.phone = "13800001234"
    user.save()
    for _twice in range(2):
        assert client.post(page, {"who": who, "role": role, "key": key}).status_code == 302
    assert Member.objects.filter(term=term, user=user, role=role, key=key).count() == 1
    assert "wang" in client.get(page).content.decode()
    assert signed_in(user).get(f"/schools/{term.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"who": "nobody", "role": "head", "key": "S"}, "Nobody signs in by “nobody”"),
        ({"who": "gone", "role": "head", "key": "S"}, "Nobody signs in by “gone”"),
        ({"who": "wang", "role": "head", "key": "S9"}, "no school “S9”"),
        ({"who": "wang", "role": "head", "key": ""}, "no school “”"),
        ({"who": "wang", "role": "teacher", "key": "S"}, "no lead teacher “S”"),
        ({"who": "wang", "role": "king", "key": ""}, "Choose what this person is"),
        ({"who": "wang", "role": "scheduler", "key": ""}, "an operator gives that permission"),
        ({"role": "scheduler"}, "Nobody signs in by “”"),
    ],
)
def test_what_is_refused_is_said_and_changes_nothing(sent: dict[str, str], told: str) -> None:
    _term, client, page = a_term()
    person("wang")
    gone = person("gone")
    gone.is_active = False
    gone.save()
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Member.objects.count() == 1


def test_the_last_scheduler_stays_and_others_go() -> None:
    term, client, page = a_term()
    last = Member.objects.get()
    answer = client.post(f"{page}{last.pk}/remove/")
    assert answer.status_code == 409
    assert "The last scheduler stays" in answer.content.decode()
    head = Member.objects.create(term=term, user=person("head"), role="head", key="S")
    assert client.post(f"{page}{head.pk}/remove/")["Location"] == page
    Member.objects.create(term=term, user=person("second", schedules=True), role="scheduler")
    assert client.post(f"{page}{last.pk}/remove/")["Location"] == "/schools/"
    assert client.get(page).status_code == 404
    assert Member.objects.get().user.username == "second"


def test_members_of_another_term_are_not_found() -> None:
    _term, client, page = a_term()
    other = brought_in(by=person("somebody", schedules=True))
    member = Member.objects.get(term=other)
    assert client.post(f"{page}{member.pk}/remove/").status_code == 404
    assert client.get(f"/schools/{other.pk}/members/").status_code == 404


@pytest.mark.parametrize("what", ["GET", "POST", "remove"])
@pytest.mark.parametrize("who", ["scheduler", "former", "head", "teacher", "learner", "stranger", "guest"])
def test_who_may_say_who_has_to_do_with_a_term(who: str, what: str) -> None:
    names = ["scheduler", "former", "head", "teacher", "learner", "stranger"]
    users = {name: person(name, schedules=name in {"scheduler", "stranger"}) for name in names}
    term = brought_in(by=users["scheduler"])
    Member.objects.create(term=term, user=users["former"], role="scheduler")
    Member.objects.create(term=term, user=users["head"], role="head", key="S")
    there = Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T")
    client = Client() if who == "guest" else signed_in(users[who])
    page = f"/schools/{term.pk}/members/"
    if what == "GET":
        answer = client.get(page)
    elif what == "POST":
        answer = client.post(page, {"who": "learner", "role": "head", "key": "S"})
    else:
        answer = client.post(f"{page}{there.pk}/remove/")
    if who == "scheduler":
        assert answer.status_code == (200 if what == "GET" else 302)
    elif who == "guest":
        assert answer["Location"].startswith("/account/sign-in/?next=")
    else:
        assert answer.status_code == 404
    assert Member.objects.count() == 4 + (who == "scheduler") * {"GET": 0, "POST": 1, "remove": -1}[what]


@pytest.mark.parametrize(
    ("who", "leads"),
    [("scheduler", True), ("stranger", True), ("head", True), ("teacher", True), ("learner", False), ("guest", False)],
)
def test_the_account_page_leads_those_to_paired_classes_who_have_to_do_with_them(who: str, leads: bool) -> None:
    names = ["scheduler", "head", "teacher", "learner", "stranger"]
    users = {name: person(name, schedules=name in {"scheduler", "stranger"}) for name in names}
    term = brought_in(by=users["scheduler"])
    Member.objects.create(term=term, user=users["head"], role="head", key="S")
    Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T")
    client = Client() if who == "guest" else signed_in(users[who])
    assert ('href="/schools/"' in client.get("/account/sign-in/").content.decode()) == leads
    if who != "guest":
        assert client.get("/schools/").status_code == (200 if leads else 403)
