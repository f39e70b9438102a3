"""Refusals that Django would tell in bare English."""

import pytest
from django.test import Client

from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def test_who_may_not_see_a_page_is_told_in_the_sites_own_page(client: Client) -> None:
    client.force_login(make.user())
    answer = client.get("/account/people/")
    assert answer.status_code == 403
    assert "这个账号不能看这一页" in answer.text
    assert 'href="/account/sign-in/"' in answer.text
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://testserver/account/card/1234567890/?next=%2F", "/account/card/1234567890/?next=%2F"),
        ("https://elsewhere.example/account/", "/"),
        ("http://testserver//elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_a_form_without_its_token_is_led_back_to_its_page(referer: str, leads_to: str) -> None:
    client = Client(enforce_csrf_checks=True)
    headers = {"Referer": referer} if referer else {}
    answer = client.post("/account/sign-in/", {"username": "a", "password": "b"}, headers=headers)
    assert answer.status_code == 403
    assert "请再提交一次" in answer.text
    assert f'<a class="button main" href="{leads_to}"' in answer.text
