import http.client
import json
import socket
import ssl
import subprocess
from itertools import count

import brotli
import pytest

from scripts.production import NAME
from scripts.services.places import Place
from tests.contract.machines import wait_for
from tests.deploy.conftest import EDITOR
from tests.deploy.trial import Answer, Production, trusting

pytestmark = pytest.mark.contract
_NUMBERS = count()


def fresh(path: str = "/courses/") -> str:
    """An address that nobody has asked for yet."""
    return f"{path}?fresh={next(_NUMBERS)}"


def negotiated(production: Production, context: ssl.SSLContext, name: str = NAME) -> ssl.SSLSocket:
    return context.wrap_socket(socket.create_connection(("127.0.0.1", production.port)), server_hostname=name)


def test_http_2_over_tls_1_3(production: Production) -> None:
    command = [
        "curl",
        "-sk",
        "--noproxy",
        "*",
        "--http2",
        "--tlsv1.3",
        "--resolve",
        f"{NAME}:{production.port}:127.0.0.1",
    ]
    command += ["-o", "/dev/null", "-w", "%{http_version} %{http_code}", f"https://{NAME}:{production.port}/courses/"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "2 200"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_of_tls_are_refused(production: Production) -> None:
    old = trusting()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError):
        negotiated(production, old)


def test_other_names_are_not_answered(production: Production) -> None:
    with pytest.raises(ssl.SSLError):
        negotiated(production, trusting(), "elsewhere.example.org")


def test_pages_come_with_security_headers_and_as_brotli_or_gzip(production: Production) -> None:
    page = production.asker().get("/courses/", Accept_Encoding="gzip, deflate, br, zstd")
    assert page.status == 200
    assert page.headers["Content-Encoding"] == "br"
    assert b"</html>" in brotli.decompress(page.body)
    assert production.asker().get("/courses/", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Server"] == "nginx"


def test_files_of_the_site_come_from_the_disk_compressed_beforehand(production: Production) -> None:
    manifest = json.loads((production.folders.data / "static" / "staticfiles.json").read_text())
    name = manifest["paths"]["site/site.js"]
    path = f"/static/{name}"
    asker = production.asker()
    for coding, ending in (("br", ".br"), ("gzip", ".gz")):
        answer = asker.get(path, Accept_Encoding=coding)
        assert answer.headers["Content-Encoding"] == coding
        assert answer.body == (production.folders.data / "static" / f"{name}{ending}").read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = asker.get(path, If_None_Match=answer.headers["ETag"], Accept_Encoding="gzip")
    assert (again.status, again.body) == (304, b"")
    assert "immutable" not in asker.get("/static/site/site.js").headers["Cache-Control"]
    assert not production.logged(path)  # not worth a line, and no request of the site


def test_a_page_is_kept_once_for_each_coding(production: Production) -> None:
    path = "/courses/"
    key = fresh(path)
    codings = ("gzip, deflate, br", "br;q=1.0, gzip;q=0.5", "gzip", "gzip, deflate", "identity")
    done = []
    for coding in codings:
        asker = production.asker()
        assert asker.get(key, Accept_Encoding=coding).status == 200
        done += production.kept(path, asker)
    assert done == ["MISS", "HIT", "MISS", "HIT", "MISS"]


def test_a_page_is_kept_once_more_for_those_who_save_data(production: Production) -> None:
    path = "/courses/"
    key = fresh(path)
    done: list[str] = []
    saving: list[dict[str, str]] = [{"Save_Data": "on"}, {"ECT": "slow-2g"}, {"ECT": "2g"}]
    for said in [{}, *saving, {"ECT": "4g"}, {"Save_Data": "on", "ECT": "4g"}]:
        asker = production.asker()
        assert asker.get(key, Accept_Encoding="br", **said).status == 200
        done += production.kept(path, asker)
    assert done == ["MISS", "MISS", "HIT", "HIT", "HIT", "HIT"]


def test_an_unchanged_page_is_no_body(production: Production) -> None:
    key = fresh()
    page = production.asker().get(key, Accept_Encoding="br")
    for _ in range(2):
        again = production.asker().get(key, Accept_Encoding="br", If_None_Match=page.headers["ETag"])
        assert (again.status, again.body) == (304, b"")


def test_who_is_signed_in_sees_pages_as_they_are_now(production: Production) -> None:
    key = fresh()
    production.asker().get(key)
    editor = production.asker()
    assert editor.sign_in(*EDITOR).status == 302
    editor.get(key)
    assert production.kept("/courses/", editor) == ["BYPASS"]


def test_what_is_personal_is_never_kept(production: Production) -> None:
    editor = production.asker()
    editor.sign_in(*EDITOR)
    assert editor.get("/api/v1/me").json()["user"] is not None
    assert production.asker().get("/api/v1/me").json()["user"] is None
    forms = {production.asker().get("/account/sign-in/").body for _ in range(2)}
    assert len(forms) == 2  # each with a token of its own
    for path in ("/api/v1/me", "/account/sign-in/", "/admin/login/"):
        asker = production.asker()
        asker.get(path)
        assert production.kept(path, asker) == ["-"]


def flood(production: Production, method: str, path: str, times: int) -> list[Answer]:
    """All at once, from one address: a slow machine must not look like a patient learner."""
    asker = production.asker()
    links = [asker.link() for _ in range(times)]
    for link in links:
        link.request(method, path, b"" if method == "POST" else None, {"Host": NAME})
    answers = []
    for link in links:
        answer = link.getresponse()
        answers.append(Answer(answer.status, answer.headers, answer.read()))
        link.close()
    return answers


def test_too_many_searches_get_a_sentence_and_when_to_come_back(production: Production) -> None:
    refused = [answer for answer in flood(production, "GET", "/search/?q=a", 80) if answer.status != 200]
    assert {answer.status for answer in refused} == {429}
    assert "Wait ten seconds" in refused[0].text
    assert "等十秒" in refused[0].text
    assert refused[0].headers["Retry-After"] == "10"
    assert refused[0].headers["Cache-Control"] == "no-store"
    assert production.asker().get("/search/?q=a").status == 200  # somebody else


@pytest.mark.parametrize("path", ["/api/v1/events", "/api/v1/visits"])
def test_too_many_events_get_json(production: Production, path: str) -> None:
    refused = [answer for answer in flood(production, "POST", path, 120) if answer.status == 429]
    assert refused[0].json()["code"] == "too_many_requests"


@pytest.mark.parametrize("path", ["/account/sign-in/", "/en/account/sign-in/", "/account/card/1234567890/"])
def test_passwords_are_not_guessed_by_the_thousand_and_a_forged_address_does_not_help(
    production: Production, path: str
) -> None:
    asker = production.asker()
    statuses = []
    for number in range(40):
        forged = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        statuses.append(asker.ask("POST", path, b"username=a&password=b", forged).status)
    assert statuses[0] == 403  # no token
    assert 429 in statuses  # the last may be the one that two seconds let through again
    assert asker.get(path).status == 200  # to see the form is no try


def test_the_site_counts_the_learners_own_address(production: Production) -> None:
    asker = production.asker()
    answers = [asker.sign_in("editor", "wrong", **{"X-Real-IP": f"198.51.100.{n}"}) for n in range(10)]
    assert [answer.status for answer in answers] == [200] * 9 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 10  # the site's, not nginx's
    assert production.asker().sign_in(*EDITOR).status == 302


def test_a_large_body_is_refused_with_a_sentence(production: Production) -> None:
    answer = production.asker().ask("POST", "/courses/", b"x", {"Content-Length": str(2 << 20)})
    assert answer.status == 413
    assert "Cut it into parts" in answer.text


def test_a_recording_is_refused_before_its_first_byte(production: Production) -> None:
    path = "/admin/recordings/upload/"
    length = {"Content-Length": str(500 << 20), "Content-Type": "multipart/form-data; boundary=x"}
    assert production.asker().ask("POST", path, b"", length).status == 403
    too_long = production.asker().ask("POST", path, b"", {**length, "Content-Length": str(9 << 30)})
    assert too_long.status == 413
    error = too_long.json()["error"]
    assert isinstance(error, dict)
    assert error["code"] == "file_too_large"


def test_an_editors_recording_arrives(production: Production) -> None:
    editor = production.asker()
    editor.sign_in(*EDITOR)
    token = editor.cookies["csrftoken"]
    recording = b"\0" * (3 << 20)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n' + recording + b"\r\n--x--\r\n"
    )
    given = {"Content-Type": "multipart/form-data; boundary=x", "X-CSRFToken": token, "Origin": f"https://{NAME}"}
    given["Referer"] = f"https://{NAME}/admin/"
    answer = editor.ask("POST", "/admin/recordings/upload/", body, given)
    assert answer.status in {201, 400}  # the site has looked into it, and says what it is
    assert answer.json()


def test_what_arrived_of_a_piece_counts_though_the_link_broke(production: Production) -> None:
    editor = production.asker()
    editor.sign_in(*EDITOR)
    own = {"Tus-Resumable": "1.0.0", "X-CSRFToken": editor.cookies["csrftoken"], "Origin": f"https://{NAME}"}
    own |= {"Referer": f"https://{NAME}/admin/", "X-Requested-With": "XMLHttpRequest"}
    film = b"\x00\x00\x00\x18ftypisom" + b"\1" * (3 << 20)
    begun = editor.ask("POST", "/admin/recordings/uploads/", b"", {**own, "Upload-Length": str(len(film))})
    assert begun.status == 201
    path = begun.headers["Location"]
    piece = {**own, "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    cookie = "; ".join(f"{name}={value}" for name, value in editor.cookies.items())

    link = editor.link()
    link.putrequest("PATCH", path)
    for name, value in {**piece, "Cookie": cookie, "Content-Length": str(len(film))}.items():
        link.putheader(name, value)
    link.endheaders(film[: 1 << 20])
    link.close()

    def arrived() -> int:
        return int(editor.ask("HEAD", path, headers=own).headers["Upload-Offset"])

    wait_for(arrived, "what had been sent")

    # The request that broke off may still hold the upload: it is asked again, as the browser does.
    def rest() -> Answer | None:
        from_here = arrived()
        answer = editor.ask("PATCH", path, film[from_here:], {**piece, "Upload-Offset": str(from_here)})
        return None if answer.status in {409, 423} else answer

    answers: list[Answer] = []
    wait_for(lambda: answers or answers.extend(filter(None, [rest()])), "the rest")
    assert (answers[0].status, "Recording" in answers[0].headers) == (204, True)
    too_much = editor.ask("PATCH", path, b"", {**piece, "Content-Length": str(20 << 20)})
    assert (too_much.status, too_much.headers["Tus-Resumable"]) == (413, "1.0.0")  # in the site's own words


def test_nobody_else_sends_pieces(production: Production) -> None:
    given = {"Tus-Resumable": "1.0.0", "X-Requested-With": "XMLHttpRequest", "Upload-Length": "9"}
    assert production.asker().ask("POST", "/admin/recordings/uploads/", b"", given).status == 403


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_countys_spreadsheets_get_through_up_to_their_limit(production: Production, language: str) -> None:
    path = f"{language}/schools/new/"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    # Nobody is signed in: the site says so in its own words, also to who sends much.
    for _ in range(5):
        assert production.asker().ask("POST", path, b"\0" * (3 << 20), kind).status == 403
    assert production.asker().ask("POST", path, b"x", {**kind, "Content-Length": str(10 << 20)}).status == 413


def test_metrics_are_not_for_the_world(production: Production) -> None:
    assert production.asker().get("/metrics").status == 403


def test_the_log_knows_nothing_of_what_people_look_for(production: Production) -> None:
    production.asker().get("/search/?q=secret-word")
    asker = production.asker()
    asker.get("/media/p/secret-signature/abc/voice.mp4")
    assert production.kept("/media/p/-", asker) == ["-"]
    for path in ("/account/card/1234567890/", "/en/account/card/1234567890/", "/account/people/1234567890/renew/"):
        asker.get(path)
    assert production.kept("/en/account/card/-", asker) == ["-"]
    for path in ("/schools/feeds/secret-calendar.ics", "/en/schools/feeds/secret-calendar.ics"):
        assert asker.get(path).status == 404
    assert production.kept("/en/schools/feeds/-", asker) == ["-"]
    log = production.folders.access_log.read_text()
    assert "secret" not in log
    assert "1234567890" not in log


def test_plain_http_is_led_to_tls(production: Production) -> None:
    place = Place.of(production.folders.root.parent / "services", "nginx")
    link = http.client.HTTPConnection("127.0.0.1", place.port("plain"), timeout=30)
    link.request("GET", "/courses/?a=1", headers={"Host": NAME})
    answer = link.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/courses/?a=1")
    link.close()
