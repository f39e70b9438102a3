"""The county's own meeting server: what it is asked, signed as its documentation says."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest

from lms.schools.class_time import services, views
from lms.schools.class_time.bigbluebutton import Server
from lms.schools.errors import BadMeeting, NoMeetingServer
from lms.schools.models import Meeting
from tests.lms.schools.class_time.conftest import DURING, Cast
from tests.lms.schools.test_pages import signed_in

ADDRESS = "https://bbb.example.org/bigbluebutton/"
SUCCESS = "<response><returncode>SUCCESS</returncode></response>"


def server(answer: Callable[[str], str]) -> Server:
    return Server(ADDRESS, "639259d4-9dd8-4b25-bf01-95f9567eaf4b", answer)


def test_a_call_is_signed_with_the_checksum_of_its_words() -> None:
    signed = server(str).signed("create", {"name": "Test Meeting", "meetingID": "abc123"})
    # printf %s 'createname=Test+Meeting&meetingID=abc123639259d4-9dd8-4b25-bf01-95f9567eaf4b' | sha256sum
    checksum = "170d3c83c9685196dfec254390b06130829bca4bcce5ec2960ea632de6b448a2"
    assert signed == f"{ADDRESS}api/create?name=Test+Meeting&meetingID=abc123&checksum={checksum}"


def test_a_meeting_is_made_and_joined() -> None:
    asked: list[str] = []

    def answer(address: str) -> str:
        asked.append(address)
        return SUCCESS

    joined = server(answer).join(meeting="m 1", title="音乐", name="S G1", leads=False)
    assert [urlsplit(one).path for one in asked] == ["/bigbluebutton/api/create"]
    words = parse_qs(urlsplit(joined).query)
    assert (words["meetingID"], words["fullName"], words["role"]) == (["m 1"], ["S G1"], ["VIEWER"])


def test_a_server_is_asked_over_the_network() -> None:
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SUCCESS.encode())

        def log_message(self, *_words: object) -> None:
            """Nothing: tests are quiet."""

    with HTTPServer(("127.0.0.1", 0), Answers) as listener:
        Thread(target=listener.handle_request, daemon=True).start()
        address = f"http://127.0.0.1:{listener.server_port}/bigbluebutton/"
        assert Server(address, "s").join(meeting="m", title="t", name="n", leads=True).startswith(f"{address}api/join?")
    assert [path.partition("?")[0] for path in asked] == ["/bigbluebutton/api/create"]


def away(_address: str) -> str:
    raise URLError("refused")


@pytest.mark.parametrize("answer", [away, lambda _address: "<returncode>FAILED</returncode>", lambda _address: ""])
def test_a_server_that_does_not_want_to_is_told(answer: Callable[[str], str]) -> None:
    with pytest.raises(NoMeetingServer):
        server(answer).join(meeting="m", title="t", name="n", leads=True)


def test_a_class_goes_in_through_the_server_or_is_told_to_call(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "meeting_server", lambda: server(lambda _address: SUCCESS))
    monkeypatch.setattr(views, "now", lambda: DURING)
    teacher, helper = signed_in(cast.people["teacher"]), signed_in(cast.people["helper"])
    sent = {"own_server": "on", "telephone": "123 456"}
    assert teacher.post(f"/schools/lessons/{cast.session.pk}/meeting/", sent).status_code == 302
    path = f"/schools/in-class/{cast.row.pk}/join/"
    assert path in helper.get(f"/schools/in-class/{cast.row.pk}/").content.decode()
    assert "role=VIEWER" in helper.get(path)["Location"]
    assert "role=MODERATOR" in teacher.get(f"/schools/lessons/{cast.session.pk}/join/")["Location"]
    monkeypatch.setattr(services, "meeting_server", lambda: server(away))
    told = helper.get(path)
    assert told.status_code == 503
    assert 'href="tel:123456"' in told.content.decode()


def test_without_a_server_none_is_used(cast: Cast) -> None:
    with pytest.raises(BadMeeting):
        services.arrange_meeting(session=cast.session, by=cast.people["teacher"], now=DURING, own_server=True)
    assert not Meeting.objects.exists()
