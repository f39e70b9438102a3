"""Notices: a text to paste, robots of groups and e-mail; secrets that stay, addresses that are only theirs."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils.translation import override

from lms.accounts.models import User
from lms.core import outbox
from lms.schools import services
from lms.schools.errors import BadChannel, NotMovable
from lms.schools.models import Channel, Delivery, Notice, Session, Term
from lms.schools.notices import noting, texts
from lms.schools.notices import services as notices
from lms.schools.notices.senders import Address, DingTalk, NotTaken, WeCom, sign
from lms.schools.notices.testing import FakeGroup
from tests.lms.schools.published import publish
from tests.lms.schools.test_counties import NOW, brought_in
from tests.lms.schools.test_moving import MONDAY, first, roomy
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef-the-key"
DINGTALK = f"https://oapi.dingtalk.com/robot/send?access_token={KEY}"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


@pytest.fixture
def term() -> Term:
    return brought_in(roomy(), by=person("scheduler", schedules=True))


def channel(term: Term, kind: str = "dingtalk", address: str = DINGTALK, **fields: str) -> Channel:
    by = User.objects.get(username="scheduler")
    fields = {"name": kind, "language": "en", **fields}
    return notices.add_channel(term=term, kind=kind, address=address, by=by, now=NOW, **fields)


def client() -> Client:
    return signed_in(User.objects.get(username="scheduler"))


def sent(one: Channel, group: FakeGroup, now: datetime = NOW) -> bool:
    return notices.deliver(one.pk, now=now, senders={one.kind: group})


def test_what_is_published_moved_and_withdrawn_is_told_in_one_message(term: Term) -> None:
    group, one = FakeGroup(KEY), channel(term)
    plan = publish(term, R1=[[1, 1]])
    services.move_session(session=first(), day=MONDAY + timedelta(days=2), period=2, now=NOW)
    services.withdraw(plan=plan, now=NOW)
    assert outbox.waiting(topic=noting.TOPIC) == 1
    assert sent(one, group)
    (message,) = group.messages
    assert "Version 1 of the timetable is published: 2 lessons" in message
    assert "2026-09-07 Mon 10:00 → 2026-09-09 Wed 11:00" in message
    assert "G1, S, room 1: 2026-09-07 Mon 08:00 (Asia/Urumqi) → 2026-09-09 Wed 09:00 (Asia/Urumqi)" in message
    assert "2 lessons to come are cancelled" in message
    assert f"/schools/{term.pk}/" in message
    assert sent(one, group, NOW + timedelta(minutes=1))
    assert len(group.messages) == 1


def test_what_is_undone_is_not_told(term: Term) -> None:
    channel(term)
    publish(term, R1=[[1, 1]])
    before = Notice.objects.count()
    session = first()
    with pytest.raises(NotMovable):
        services.move_session(session=session, day=MONDAY, period=9, now=NOW)
    assert Notice.objects.count() == before


def test_a_group_never_gets_more_than_its_robot_may_send(term: Term) -> None:
    """A hundred changes in a hundred seconds, each tried at once: all are told, and nobody is shut out."""
    group, one = FakeGroup(KEY), channel(term)
    for second in range(100):
        at = NOW + timedelta(seconds=second)
        noting.note_plan(plan=publish_row(term, second), kind="published", lessons=second, now=at)
        sent(one, group, at)
    assert sent(one, group, NOW + timedelta(seconds=110))
    assert group.asked == len(group.messages) < 35
    assert sum(message.count("is published") for message in group.messages) == 100


def publish_row(term: Term, version: int) -> Any:
    return term.plans.model(term=term, version=version, time_limit_s=1, created_at=NOW)


def test_two_workers_do_not_send_the_same(term: Term) -> None:
    one = channel(term)
    noting.note_trial(channel=one, now=NOW)

    class Slow(FakeGroup):
        def send(self, to: Address, subject: str, text: str, now: datetime) -> None:
            assert not notices.deliver(one.pk, now=now + timedelta(seconds=20), senders={"dingtalk": self})
            super().send(to, subject, text, now)

    group = Slow(KEY)
    assert sent(one, group)
    assert len(group.messages) == 1


def test_what_was_not_taken_is_said_and_sent_again(term: Term) -> None:
    group, one = FakeGroup(KEY, keyword="timetable", away=[True]), channel(term)
    noting.note_trial(channel=one, now=NOW)
    assert not sent(one, group)
    one.refresh_from_db()
    assert "ConnectionRefusedError" in one.problem
    assert one.problem in client().get(f"/schools/{term.pk}/notices/").content.decode()
    assert not sent(one, group, NOW + timedelta(minutes=1))  # the keyword is missing
    one.refresh_from_db()
    assert "310000" in one.problem
    Channel.objects.update(keyword="timetable")
    assert sent(one, group, NOW + timedelta(minutes=2))
    one.refresh_from_db()
    assert one.problem == ""


def test_who_sent_too_much_is_left_alone_as_long_as_the_service_says(term: Term) -> None:
    one = channel(term)

    class Busy(FakeGroup):
        def send(self, to: Address, subject: str, text: str, now: datetime) -> None:
            self.asked += 1
            raise NotTaken("130101: send too fast", timedelta(minutes=10))

    group = Busy(KEY)
    noting.note_trial(channel=one, now=NOW)
    for minute in range(9):
        assert not sent(one, group, NOW + timedelta(minutes=minute))
    assert group.asked == 1
    assert not sent(one, group, NOW + timedelta(minutes=11))
    assert group.asked == 2


def test_a_message_is_never_longer_than_the_service_takes(term: Term) -> None:
    group, one = FakeGroup(KEY), channel(term, "wecom", WECOM)
    group.most_bytes = 2_048
    for version in range(60):
        noting.note_plan(plan=publish_row(term, version), kind="published", lessons=3, now=NOW)
    assert notices.deliver(one.pk, now=NOW, senders={"wecom": group})
    assert "more, on the site" in group.messages[0]
    assert "Version 59" in group.messages[0]


def test_what_nobody_could_be_told_for_two_days_is_dropped(term: Term) -> None:
    group, one = FakeGroup(KEY), channel(term)
    noting.note_trial(channel=one, now=NOW)
    assert sent(one, group, NOW + timedelta(days=3))
    assert not group.messages
    assert not Delivery.objects.exists()


def test_the_worker_sends_what_waits(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    group, one = FakeGroup(KEY), channel(term)
    monkeypatch.setitem(notices.SENDERS, "dingtalk", group)  # type: ignore[misc]
    notices.try_channel(channel=one, now=datetime.now(UTC))
    assert outbox.handle_next(now=datetime.now(UTC) + timedelta(seconds=1), topics=[noting.TOPIC])
    assert len(group.messages) == 1
    assert outbox.waiting(topic=noting.TOPIC) == 0


def test_a_text_is_there_without_any_robot(term: Term) -> None:
    publish(term, R1=[[1, 1]])
    services.move_session(session=first(), day=MONDAY + timedelta(days=2), period=2, now=NOW)
    page = client().get(f"/en/schools/{term.pk}/notices/").content.decode()
    assert "Moved: Music, T (L)" in page
    assert "→ 2026-09-09 Wed 11:00" in page


def test_cancelled_lessons_are_told_and_very_many_are_counted(term: Term) -> None:
    publish(term, R1=[[1, 1]])
    told = [noting.lesson(first())] * 20
    with override("en"):
        text = texts.text(noting.note_cancelled(term=term, lessons=told, now=NOW))
    assert text.count("Cancelled: Music") == texts.MOST_LESSONS
    assert "and 8 more lessons" in text


# Addresses that are not the robot's own: another machine, another port, somebody else's name before or after it.
FOREIGN = [
    "http://oapi.dingtalk.com/robot/send?access_token=" + KEY,
    "https://127.0.0.1/robot/send?access_token=" + KEY,
    "https://169.254.169.254/latest/meta-data/?access_token=" + KEY,
    "https://oapi.dingtalk.com:8443/robot/send?access_token=" + KEY,
    "https://oapi.dingtalk.com@evil.example/robot/send?access_token=" + KEY,
    "https://evil.example/https://oapi.dingtalk.com/robot/send?access_token=" + KEY,
    "https://oapi.dingtalk.com.evil.example/robot/send?access_token=" + KEY,
    "https://oapi.dingtalk.com/robot/send/../../x?access_token=" + KEY,
    "https://oapi.dingtalk.com/robot/send?access_token=a%0d%0aHost:%20evil.example%0d%0a",
    "https://oapi.dingtalk.com/robot/send?access_token=a&access_token=b",
    "https://oapi.dingtalk.com/robot/send",
    "https://[::1/robot/send?access_token=" + KEY,
    "file:///etc/passwd",
    WECOM,
    "",
]


@pytest.mark.parametrize("address", FOREIGN)
def test_only_the_robots_own_address_is_taken(term: Term, address: str) -> None:
    with pytest.raises(BadChannel):
        channel(term, address=address)
    assert not Channel.objects.exists()


def test_only_the_key_is_kept_of_an_address(term: Term) -> None:
    assert channel(term).secret == KEY
    assert channel(term, "wecom", f"  {WECOM} ").secret == KEY


def test_a_name_is_used_once_and_there_is_an_end(term: Term, monkeypatch: pytest.MonkeyPatch) -> None:
    channel(term)
    with pytest.raises(BadChannel):
        channel(term)
    monkeypatch.setattr(notices, "MOST_CHANNELS", 1)
    with pytest.raises(BadChannel):
        channel(term, name="another")


def test_the_secret_is_never_shown_whole_nor_kept_in_a_backup(term: Term) -> None:
    from lms.backup.tables import archived

    one = channel(term, signing="SEC-the-signing-secret")
    page = client().get(f"/schools/{term.pk}/notices/").content.decode()
    assert KEY not in page
    assert "the-signing-secret" not in page
    assert f"…{KEY[-4:]}" in page
    assert one._meta.label not in {table.label for table in archived()}


def test_a_scheduler_adds_tries_and_removes_one(term: Term) -> None:
    asked, page = client(), f"/schools/{term.pk}/notices/"
    filled = {"do": "add", "kind": "dingtalk", "name": "Heads", "address": DINGTALK, "keyword": "课"}
    assert asked.post(page, filled).status_code == 302
    one = Channel.objects.get()
    assert asked.post(page, {"do": "try", "channel": one.pk}).status_code == 302
    assert Notice.objects.get().kind == "tried"
    assert asked.post(page, {"do": "remove", "channel": one.pk}).status_code == 302
    assert not Channel.objects.exists()
    refused = asked.post(page, {**filled, "address": "https://evil.example/"})
    assert refused.status_code == 422
    assert "evil.example" in refused.content.decode()  # as entered, to be put right
    assert asked.post(page, {**filled, "kind": "pigeon"}).status_code == 422
    for wrong in ({"do": "nonsense"}, {"do": "try", "channel": "x"}, {"do": "remove", "channel": one.pk}):
        assert asked.post(page, wrong).status_code == 404


def test_another_terms_channel_is_not_found(term: Term) -> None:
    one = channel(term)
    other = brought_in(roomy(), by=User.objects.get(username="scheduler"))
    assert client().post(f"/schools/{other.pk}/notices/", {"do": "remove", "channel": one.pk}).status_code == 404
    assert Channel.objects.exists()


@pytest.mark.parametrize("who", ["head", "teacher", "stranger", "learner"])
def test_notices_are_for_schedulers(term: Term, who: str) -> None:
    user = person(who, schedules=who == "stranger")
    if who in {"head", "teacher"}:
        term.members.create(user=user, role=who, key="S" if who == "head" else "T")
    page = f"/schools/{term.pk}/notices/"
    assert signed_in(user).get(page).status_code == 403
    assert signed_in(user).post(page, {"do": "add"}).status_code == 403


def test_mail_goes_to_everyone_without_showing_them_to_each_other(term: Term, settings: Any) -> None:
    with pytest.raises(BadChannel):
        channel(term, "email", "head@example.org")
    settings.EMAIL_HOST = "mail.example.org"
    with pytest.raises(BadChannel):
        channel(term, "email", "head@example.org, nobody")
    with pytest.raises(BadChannel):
        channel(term, "email", " ".join(f"head{number}@example.org" for number in range(51)))
    one = channel(term, "email", "head@example.org；other@example.org")
    term.name = "two\nlines"
    term.save()
    noting.note_trial(channel=one, now=NOW)
    assert notices.deliver(one.pk, now=NOW, senders=notices.SENDERS)
    (message,) = mail.outbox
    assert (message.to, message.bcc) == ([], ["head@example.org", "other@example.org"])
    assert "\n" not in message.subject


class _Service(BaseHTTPRequestHandler):
    answers: list[tuple[int, bytes]] = []
    asked: list[tuple[str, dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.path, json.loads(body)))
        status, data = self.answers.pop(0)
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[Any]:
    """A service on this machine, in place of the real hosts; the hosts that were asked for."""
    _Service.asked, _Service.answers, hosts = [], [], []
    server = HTTPServer(("127.0.0.1", 0), _Service)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    def connect(host: str) -> HTTPConnection:
        hosts.append(host)
        return HTTPConnection("127.0.0.1", server.server_port, timeout=5)

    yield connect, hosts
    server.shutdown()
    server.server_close()


def test_dingtalk_gets_one_post_with_its_signature(service: Any) -> None:
    connect, hosts = service
    _Service.answers = [(200, b'{"errcode": 0, "errmsg": "ok"}')]
    DingTalk(connect).send(Address(KEY, signing="SECx"), "subject", "调课", NOW)
    ((path, body),) = _Service.asked
    asked = parse_qs(urlsplit(path).query)
    assert hosts == ["oapi.dingtalk.com"]
    assert urlsplit(path).path == "/robot/send"
    assert asked == {
        "access_token": [KEY],
        "timestamp": [str(int(NOW.timestamp() * 1000))],
        "sign": [sign("SECx", str(int(NOW.timestamp() * 1000)))],
    }
    assert body == {"msgtype": "text", "text": {"content": "调课"}}


def test_wecom_gets_one_post(service: Any) -> None:
    connect, hosts = service
    _Service.answers = [(200, b'{"errcode": 0}')]
    WeCom(connect).send(Address(KEY), "subject", "调课", NOW)
    ((path, _body),) = _Service.asked
    assert (hosts, path) == (["qyapi.weixin.qq.com"], f"/cgi-bin/webhook/send?key={KEY}")


@pytest.mark.parametrize(
    ("answer", "told", "minutes"),
    [
        ((200, b'{"errcode": 310000, "errmsg": "sign not match"}'), "310000: sign not match", 0),
        ((200, b'{"errcode": 130101, "errmsg": "send too fast"}'), "130101", 10),
        ((200, b"<html>portal</html>"), "no answer that could be read", 0),
        ((200, b"[]"), "None", 0),
        ((302, b""), "HTTP 302", 0),
        ((500, b"{}"), "HTTP 500", 0),
    ],
)
def test_what_a_service_does_not_take_is_said_without_the_secret(
    service: Any, answer: tuple[int, bytes], told: str, minutes: int
) -> None:
    _Service.answers = [answer]
    with pytest.raises(NotTaken) as caught:
        DingTalk(service[0]).send(Address(KEY), "subject", "text", NOW)
    assert told in caught.value.told
    assert KEY not in caught.value.told
    assert caught.value.pause == timedelta(minutes=minutes)
    assert len(_Service.asked) == 1  # nothing was followed


def test_a_service_that_is_away_is_said() -> None:
    with pytest.raises(NotTaken, match="ConnectionRefusedError"):
        WeCom(lambda host: HTTPConnection("127.0.0.1", 1, timeout=1)).send(Address(KEY), "subject", "text", NOW)


def test_the_signature_is_dingtalks() -> None:
    """By their formula, worked out with openssl: `printf "1\\nSECx" | openssl dgst -sha256 -hmac SECx -binary`."""
    assert sign("SECx", "1") == "7wsRCQGrqU21fxn1E7zFiUDn2VqRguKM+2Kg2yBdS8E="


def test_no_text_names_a_pupil_or_has_more_than_keys_and_times(term: Term) -> None:
    publish(term, R1=[[1, 1]])
    told = noting.lesson(Session.objects.all()[0])
    assert set(told) == {"subject", "teacher", "site", "starts_at", "timezone", "classes"}
    assert set(told["classes"][0]) == {"class", "school", "room", "starts_at", "timezone"}
