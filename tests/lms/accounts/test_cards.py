"""Cards with a PIN, phone numbers in place of names, and the mediators who hand cards out."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from lms.accounts import selectors, services
from lms.accounts.models import LearnerCard, User
from lms.accounts.services import MOST_WRONG, WAIT, Issued
from lms.core.clock import now
from tests.factories import courses as factory

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
PEOPLE = "/account/people/"


@pytest.fixture
def mediator() -> User:
    return factory.user("shuji", groups=["Mediators"])


@pytest.fixture
def issued(mediator: User) -> Issued:
    return services.register(name="王大妈", phone="13800000000", by=mediator, now=now())


def signed_in(username: str, password: str) -> bool:
    client = Client()
    client.post(SIGN_IN, {"username": username, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hant"])
def test_signing_in_and_out_leads_to_the_first_page_of_the_readers_language(issued: Issued, prefix: str) -> None:
    client = Client()
    answer = client.post(prefix + SIGN_IN, {"username": issued.number, "password": issued.pin})
    assert answer.headers["Location"] == f"{prefix}/"
    assert client.post(f"{prefix}/account/sign-out/").headers["Location"] == f"{prefix}/"


def test_who_scanned_a_card_types_its_pin_at_once(issued: Issued) -> None:
    plain = Client().get(SIGN_IN).text
    scanned = Client().get(f"/account/card/{issued.number}/").text
    assert "autofocus" not in plain
    assert 'inputmode="numeric" autofocus' in scanned
    again = Client().post(SIGN_IN, {"username": issued.number, "password": wrong(issued.pin)}).text
    assert 'inputmode="numeric" autofocus' in again


def test_an_account_leads_on_and_a_mediators_to_the_people(mediator: User, issued: Issued) -> None:
    learner, client = Client(), Client()
    learner.post(SIGN_IN, {"username": issued.number, "password": issued.pin})
    page = learner.get(SIGN_IN).text
    assert "<h1>我的账号</h1>" in page
    assert "不登录也能学" not in page
    assert PEOPLE not in page
    mediator.set_password("a long one")
    mediator.save()
    answer = client.post(SIGN_IN, {"username": mediator.username, "password": "a long one"})
    assert answer.headers["Location"] == PEOPLE
    assert f'<a class="button" href="{PEOPLE}"' in client.get(SIGN_IN).text


def wrong(pin: str) -> str:
    return "1000" if pin != "1000" else "1001"


@pytest.mark.parametrize("written", ["{number}", " {number} ", "１{rest}", "{half} {other}"])
def test_a_card_lets_in_with_its_pin_however_the_number_is_written(issued: Issued, written: str) -> None:
    number = issued.number
    LearnerCard.objects.filter(number=number).update(number="1" + number[1:])
    number = "1" + number[1:]
    typed = written.format(number=number, rest=number[1:], half=number[:4], other=number[4:])
    assert signed_in(typed, issued.pin)
    assert not signed_in(typed, wrong(issued.pin))


@pytest.mark.parametrize("written", ["13800000000", "138 0000 0000", "+86 138-0000-0000", "008613800000000"])
def test_a_phone_number_stands_for_its_owner(issued: Issued, written: str) -> None:
    assert signed_in(written, issued.pin)
    User.objects.create_user("xiaoli", password="a long one", phone="13900000000")
    assert signed_in(written.replace("138", "139"), "a long one")


def test_a_wrong_pin_waits_longer_each_time_and_the_right_one_waits_too(issued: Issued) -> None:
    moment = now()

    def tried(pin: str) -> User | None:
        return services.user_of_card(number=issued.number, pin=pin, now=moment)

    for _ in range(MOST_WRONG):
        assert tried(wrong(issued.pin)) is None
    assert tried(issued.pin) is None
    assert selectors.wait_s(issued.number, now=moment) == WAIT.total_seconds()
    moment += WAIT
    assert tried(wrong(issued.pin)) is None
    moment += WAIT
    assert tried(issued.pin) is None  # twice as long now
    moment += WAIT
    assert tried(issued.pin) is not None
    assert selectors.wait_s(issued.number, now=moment) == 0


def test_somebody_who_must_wait_is_told_how_long(issued: Issued) -> None:
    for _ in range(MOST_WRONG):
        page = Client().post(SIGN_IN, {"username": issued.number, "password": wrong(issued.pin)}).content.decode()
    assert "等 15 分钟" in page


def test_a_new_pin_makes_the_old_card_worthless(issued: Issued) -> None:
    renewed = services.renew(card=LearnerCard.objects.get(), now=now())
    assert not signed_in(issued.number, issued.pin)
    assert signed_in(renewed.number, renewed.pin)


def test_a_new_pin_signs_out_whoever_is_signed_in_with_the_old_card(issued: Issued) -> None:
    finder = Client()
    finder.post(SIGN_IN, {"username": issued.number, "password": issued.pin})
    assert finder.get("/api/v1/me").json()["user"]
    services.renew(card=LearnerCard.objects.get(), now=now())
    assert finder.get("/api/v1/me").json()["user"] is None


def test_neither_pin_nor_name_stands_in_the_database_as_written(issued: Issued) -> None:
    card = LearnerCard.objects.get()
    assert issued.pin not in card.pin.split("$")
    assert not card.user.has_usable_password()


def test_a_mediator_registers_somebody_and_sees_the_pin_once(mediator: User) -> None:
    client = Client()
    client.force_login(mediator)
    assert client.post(PEOPLE, {"name": "李大爷", "phone": ""}).status_code == 302
    shown = client.get(PEOPLE).content.decode()
    card = LearnerCard.objects.get(user__first_name="李大爷")
    assert f"{card.number[:4]} {card.number[4:7]} {card.number[7:]}" in shown
    assert 'class="qr"' in shown
    again = client.get(PEOPLE).content.decode()
    assert "李大爷" in again
    assert 'class="qr"' not in again


@pytest.mark.parametrize("phone", ["hello", "12", "138000000001234567"])
def test_a_wrong_phone_number_is_refused_and_nothing_typed_is_lost(mediator: User, phone: str) -> None:
    client = Client()
    client.force_login(mediator)
    page = client.post(PEOPLE, {"name": "李大爷", "phone": phone}).content.decode()
    assert "李大爷" in page
    assert not LearnerCard.objects.exists()


def test_a_phone_number_belongs_to_one_person(mediator: User, issued: Issued) -> None:
    client = Client()
    client.force_login(mediator)
    assert "已经有人用了" in client.post(PEOPLE, {"name": "李大爷", "phone": "138 0000 0000"}).content.decode()


def test_a_mediator_signs_in_for_somebody(mediator: User, issued: Issued) -> None:
    client = Client()
    client.force_login(mediator)
    client.post(f"{PEOPLE}{issued.number}/sign-in/")
    assert client.get("/api/v1/me").json()["user"]["name"] == "王大妈"


@pytest.mark.parametrize("digits", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "༠༡༢༣༤༥༦༧༨༩"])
def test_a_phone_number_is_the_same_in_the_digits_of_any_script(mediator: User, digits: str) -> None:
    client = Client()
    client.force_login(mediator)
    written = "".join(digits[int(digit)] for digit in "13800000000")
    assert client.post(PEOPLE, {"name": "卓玛", "phone": written}).status_code == 302
    assert User.objects.get(first_name="卓玛").phone == "13800000000"
    assert client.post(PEOPLE, {"name": "李大爷", "phone": "8613800000000"}).status_code == 200


def test_nobody_takes_the_place_of_a_card_or_a_name_by_a_phone_number(mediator: User, issued: Issued) -> None:
    User.objects.create_user("13700000000", password="a long one")
    client = Client()
    client.force_login(mediator)
    for phone in (issued.number, "13700000000"):
        assert "已经有人用了" in client.post(PEOPLE, {"name": "李大爷", "phone": phone}).content.decode()
    # As a number may have come from elsewhere.
    services.register(name="赵", phone=issued.number, by=mediator, now=now())
    services.register(name="钱", phone="13700000000", by=mediator, now=now())
    assert signed_in(issued.number, issued.pin)
    assert signed_in("13700000000", "a long one")


ASKERS = ["nobody", "learner", "another mediator", "mediator"]


@pytest.mark.parametrize(
    ("method", "path", "answers"),
    [
        ("get", PEOPLE, [302, 403, 200, 200]),
        ("post", PEOPLE, [302, 403, 200, 200]),
        ("post", PEOPLE + "{number}/renew/", [302, 403, 404, 302]),
        ("post", PEOPLE + "{number}/sign-in/", [302, 403, 404, 302]),
        ("get", PEOPLE + "{number}/sign-in/", [302, 403, 405, 405]),
    ],
)
def test_who_may_do_what(mediator: User, issued: Issued, method: str, path: str, answers: list[int]) -> None:
    people: dict[str, Any] = {
        "nobody": None,
        "learner": factory.user("xiaoyang"),
        "another mediator": factory.user("other", groups=["Mediators"]),
        "mediator": mediator,
    }
    for asker, status in zip(ASKERS, answers, strict=True):
        client = Client()
        if people[asker]:
            client.force_login(people[asker])
        assert getattr(client, method)(path.format(number=issued.number)).status_code == status, asker


def test_nobody_signs_in_as_somebody_with_rights(mediator: User, issued: Issued) -> None:
    User.objects.filter(first_name="王大妈").update(is_staff=True)
    client = Client()
    client.force_login(mediator)
    assert client.post(f"{PEOPLE}{issued.number}/sign-in/").status_code == 404


def test_the_clock_of_waiting_has_an_end(issued: Issued) -> None:
    moment = now()
    for _ in range(40):
        services.user_of_card(number=issued.number, pin=wrong(issued.pin), now=moment)
        moment += timedelta(days=2)
    assert services.user_of_card(number=issued.number, pin=issued.pin, now=moment) is not None
