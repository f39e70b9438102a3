from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from lms.accounts.models import User

pytestmark = pytest.mark.django_db
ADDRESSES = ["/account/sign-in/", "/admin/login/"]
WRONG = "not this one"


@pytest.fixture
def person() -> User:
    return User.objects.create_user("xiaoyang", password="right one", is_superuser=True)


def tried(path: str, password: str, *, username: str = "xiaoyang", address: str = "203.0.113.9") -> Any:
    """The answer to somebody who signs in."""
    form = {"username": username, "password": password}
    return Client().post(path, form, REMOTE_ADDR=address)


def guess(path: str, times: int, **who: str) -> HttpResponse:
    """The answer to the last of so many wrong passwords."""
    return [tried(path, WRONG, **who) for _ in range(times)][-1]


@pytest.mark.parametrize("path", ADDRESSES)
def test_after_many_wrong_passwords_the_right_one_has_to_wait_too(path: str, person: User) -> None:
    assert guess(path, settings.AXES_FAILURE_LIMIT).status_code == 429
    answer = tried(path, "right one")
    assert answer.status_code == 429
    assert "sessionid" not in answer.cookies
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
    assert str(minutes) in answer.content.decode()
    assert int(answer["Retry-After"]) == minutes * 60
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_neighbour_behind_the_same_address_still_signs_in(path: str, person: User) -> None:
    guess(path, settings.AXES_FAILURE_LIMIT, username="somebody else")
    assert tried(path, "right one").status_code == 302


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_stranger_elsewhere_locks_nobody_out(path: str, person: User) -> None:
    guess(path, settings.AXES_FAILURE_LIMIT, address="198.51.100.1")
    assert tried(path, "right one").status_code == 302


def test_signing_in_forgets_what_went_wrong_before(person: User) -> None:
    path = ADDRESSES[0]
    for _ in range(2):
        guess(path, settings.AXES_FAILURE_LIMIT - 1)
        assert tried(path, "right one").status_code == 302


def test_no_password_is_kept(person: User) -> None:
    from axes.models import AccessAttempt

    guess(ADDRESSES[0], 1)
    (attempt,) = AccessAttempt.objects.all()
    assert WRONG not in attempt.post_data


def test_one_phone_has_a_whole_network_of_ipv6_and_counts_once(person: User) -> None:
    path = ADDRESSES[0]
    for number in range(settings.AXES_FAILURE_LIMIT):
        tried(path, WRONG, address=f"2001:db8:1:2::{number:x}")
    assert tried(path, "right one", address="2001:db8:1:2:aaaa::1").status_code == 429
    assert tried(path, "right one", address="2001:db8:1:3::1").status_code == 302
