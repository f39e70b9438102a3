"""What a visit may tell, what is kept of it, and what operators are shown."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from lms.accounts.models import User
from lms.reach import services
from lms.reach.models import Visit
from lms.reach.selectors import summary
from lms.reach.types import Seen
from lms.settings import front

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
TODAY = date(2026, 11, 27)


def told(**changes: Any) -> dict[str, Any]:
    usual = {"paint": 3100, "sound": 2400, "stalls": 1, "stalled": 1500, "played": 60, "kb": 450, "link": "2g"}
    return {**usual, **changes}


def send(client: Client, body: Any, **headers: str) -> Any:
    # navigator.sendBeacon sends a string as text/plain.
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    return client.post("/api/v1/visits", text, content_type="text/plain", headers=headers)


def test_a_visit_is_kept_without_anything_of_whose_it_was(client: Client, settings: Any) -> None:
    settings.REGIONS = front.regions({"REGIONS": "昭通=127.0.0.0/8"})
    client.force_login(User.objects.create_user(username="li"))
    answer = send(client, told())
    assert answer.status_code == 204
    assert not answer.cookies
    row = Visit.objects.values().get()
    del row["id"], row["day"]
    assert row == {
        "region": "昭通", "link": "2g", "paint_ms": 3100, "sound_ms": 2400, "stalls": 1, "stalled_ms": 1500,
        "played_s": 60, "kilobytes": 450,
    }  # fmt: skip


def test_who_left_before_the_first_sound_is_counted_too(client: Client) -> None:
    assert send(client, {"paint": 0, "stalls": 0, "stalled": 0, "played": 0, "kb": 20}).status_code == 204
    row = Visit.objects.get()
    assert (row.paint_ms, row.sound_ms, row.link) == (None, None, "")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{", 400),
        (told(paint=-1), 400),
        (told(kb=1e12), 400),
        (told(link="5g"), 400),
        (told(stalls="many"), 400),
        (json.dumps(told()) + " " * 200, 413),
    ],
)
def test_what_no_page_of_ours_sends_is_refused_and_nothing_kept(client: Client, body: Any, status: int) -> None:
    answer = send(client, body)
    assert answer.status_code == status
    assert {"code", "sentence"} <= answer.json().keys()
    assert not Visit.objects.exists()


def test_another_sites_pages_may_not_tell(client: Client) -> None:
    assert send(client, told(), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not Visit.objects.exists()


def kept(seen: Seen | None = None, region: str = "", now: datetime = NOW) -> None:
    services.record_visit(seen=seen or Seen(3000, 2000, 0, 0, 3600, 20_000, "2g"), region=region, now=now)


def test_a_flood_is_refused_and_the_next_day_counts_anew(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setattr(services, "MOST_A_DAY", 2)
    kept()
    kept()
    with pytest.raises(services.Full):
        kept()
    kept(now=NOW + timedelta(days=1))
    for _ in range(2):
        assert send(client, told()).status_code in {204, 429}
    assert send(client, told()).status_code == 429


def test_what_is_old_goes_with_the_first_visit_of_a_day() -> None:
    kept(now=NOW - timedelta(days=services.KEPT_DAYS + 1))
    kept(now=NOW - timedelta(days=services.KEPT_DAYS))
    kept()
    assert set(Visit.objects.values_list("day", flat=True)) == {TODAY - timedelta(days=services.KEPT_DAYS), TODAY}


def test_visits_are_summed_by_region_and_link_named_regions_and_slow_links_first() -> None:
    for sound in range(1000, 12000, 1000):
        kept(Seen(1000, sound, 0, 0, 360, 2000, "2g"), "昭通")
    kept(Seen(None, None, 0, 0, 0, 20, "4g"), "昭通")
    kept(Seen(2000, 500, 2, 36_000, 3600, 90_000, ""))
    kept(Seen(2000, 500, 2, 36_000, 3600, 90_000, ""), now=NOW - timedelta(days=30))
    found = summary(today=TODAY, days=30)
    assert [(line.region, line.link, line.visits) for line in found.lines] == [
        ("昭通", "2g", 11), ("昭通", "4g", 1), ("", "", 1)
    ]  # fmt: skip
    slow, left, other = found.lines
    assert (slow.sound_median_s, slow.sound_p90_s) == (6.0, 10.0)
    assert slow.megabytes_per_hour == pytest.approx(20)
    assert (left.sound_median_s, left.stalled_percent, left.megabytes_per_hour) == (None, None, None)
    assert (other.stalled_percent, other.stalled_s_per_hour) == (100, 36)
    assert found.whole.visits == 13


@pytest.mark.parametrize(
    ("address", "region"),
    [("10.1.2.3", "昭通"), ("10.3.0.1", "毕节"), ("192.0.2.1", ""), ("", ""), ("fd00::1", "毕节")],
)
def test_a_region_is_told_by_its_networks(address: str, region: str) -> None:
    regions = front.regions({"REGIONS": "昭通=10.1.0.0/16 10.2.0.0/16; 毕节 = 10.3.0.0/16 fd00::/8"})
    assert services.region_of(address, regions) == region


@pytest.mark.parametrize(
    "given", ["昭通", "=10.0.0.0/8", "昭通=", "昭通=10.0.0.1/8", "昭通=here", "长" * 41 + "=10.0.0.0/8"]
)
def test_regions_that_cannot_be_read_are_named_at_start(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="REGIONS"):
        front.regions({"REGIONS": given})


@pytest.mark.parametrize(("who", "status"), [("nobody", 302), ("learner", 302), ("trainer", 302), ("operator", 200)])
def test_operators_alone_see_the_report(client: Client, who: str, status: int) -> None:
    kept(region="昭通")
    if who != "nobody":
        user = User.objects.create_user(username=who, is_staff=who == "operator")
        names = {"trainer": ["access_admin"], "operator": ["access_admin", "view_visit"]}.get(who, [])
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client.force_login(user)
    answer = client.get("/admin/reach/?days=7")
    assert answer.status_code == status
    if status == 200:
        assert "昭通" in answer.content.decode()


def test_without_visits_the_report_says_so(admin_client: Client) -> None:
    assert "reach__scroll" not in admin_client.get("/admin/reach/?days=1e9").content.decode()
