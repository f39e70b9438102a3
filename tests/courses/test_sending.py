"""Recordings that come piece by piece: the protocol as tus 1.0.0 tells it, and who may."""

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from courses.studio.sending import receiving
from lms.accounts.models import User
from lms.core.clock import now
from media_pipeline.models import Asset, Upload
from media_pipeline.testing import recording, work_off
from media_pipeline.uploads.services import LEASE
from tests.courses.test_studio import NAMES, ROLES
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
TUS = {"Tus-Resumable": "1.0.0", "X-Requested-With": "XMLHttpRequest"}
FILM = recording() + bytes(range(256)) * 40
HALF = len(FILM) // 2
PIECE = "application/offset+octet-stream"


@pytest.fixture
def teacher() -> User:
    return make.trainer()


@pytest.fixture
def trainer(client: Client, teacher: User) -> Client:
    client.force_login(teacher)
    return client


def _pairs(**about: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in about.items())


def begin(client: Client, length: int | str = len(FILM), *, name: str = "课.mp4", **headers: str) -> HttpResponse:
    given = {"Upload-Length": str(length), "Upload-Metadata": _pairs(filename=name, language="zh-hans", mark="m")}
    return client.post(reverse("recordings:uploads"), content_type="", headers={**TUS, **given, **headers})


def begun(client: Client, length: int = len(FILM), **more: str) -> str:
    answer = begin(client, length, **more)
    assert answer.status_code == 201
    return answer["Location"]


def send(client: Client, url: str, offset: int | str, data: bytes, *, kind: str = PIECE, **headers: str) -> Any:
    given = {**TUS, "Content-Type": kind, "Content-Length": str(len(data)), "Upload-Offset": str(offset), **headers}
    return client.patch(url, data, content_type=kind, headers=given)


def ask(client: Client, url: str) -> HttpResponse:
    return client.head(url, headers=TUS)


def code(answer: Any) -> str:
    said = answer.json()["error"]
    assert len(said["sentence"]) > 10
    return str(said["code"])


def test_what_the_server_can_is_told(trainer: Client) -> None:
    answer = trainer.options(reverse("recordings:uploads"))
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Resumable"]) == (204, "1.0.0", "1.0.0")
    assert set(answer["Tus-Extension"].split(",")) == {"creation", "expiration", "checksum", "termination"}
    assert answer["Tus-Max-Size"] == "8000000000"
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_recording_comes_in_pieces_and_is_encoded(trainer: Client, teacher: User) -> None:
    answer = begin(trainer)
    url = answer["Location"]
    assert (answer.status_code, answer["Upload-Offset"], answer["Tus-Resumable"]) == (201, "0", "1.0.0")
    assert answer["Upload-Expires"].endswith(" GMT")
    answer = send(trainer, url, 0, FILM[:HALF])
    assert (answer.status_code, answer["Upload-Offset"], "Recording" in answer) == (204, str(HALF), False)
    asked = ask(trainer, url)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, str(HALF), str(len(FILM)))
    assert "no-store" in asked["Cache-Control"]
    answer = send(trainer, url, HALF, FILM[HALF:])
    asset = Asset.objects.get(id=answer["Recording"])
    assert (answer.status_code, asset.source_sha256) == (204, hashlib.sha256(FILM).hexdigest())
    assert (asset.name, asset.language, list(asset.senders.all())) == ("课.mp4", "zh", [teacher])
    # The answer to the last piece may be lost like any other.
    assert ask(trainer, url)["Recording"] == send(trainer, url, len(FILM), b"")["Recording"] == str(asset.id)


def test_the_same_file_twice_is_encoded_once(trainer: Client) -> None:
    data = recording(seed="twice")
    ids = []
    for _ in range(2):
        ids.append(send(trainer, begun(trainer, len(data)), 0, data)["Recording"])
        work_off()
    assert len(set(ids)) == Asset.objects.count() == 1
    assert Asset.objects.get().steps.filter(attempt__gt=1).count() == 0


def test_what_is_not_whole_is_listed_for_its_sender_alone(trainer: Client) -> None:
    url = begun(trainer)
    send(trainer, url, 0, FILM[:HALF])
    listed = trainer.get(reverse("recordings:uploads")).json()["uploads"]
    assert [(one["url"], one["name"], one["mark"], one["offset"], one["length"]) for one in listed] == [
        (url, "课.mp4", "m", HALF, len(FILM))
    ]
    other = Client()
    other.force_login(make.trainer())
    assert other.get(reverse("recordings:uploads")).json() == {"uploads": []}
    send(trainer, url, HALF, FILM[HALF:])
    assert trainer.get(reverse("recordings:uploads")).json() == {"uploads": []}


# How a piece is wrong -> status, code. `at` is where the upload stands: half of it has arrived.
WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "before what has arrived": ({"offset": 0}, 409, "wrong_offset"),
    "behind what has arrived": ({"offset": HALF + 1}, 409, "wrong_offset"),
    "no offset": ({"offset": ""}, 400, "bad_header"),
    "a negative offset": ({"offset": -1}, 400, "bad_header"),
    "an offset in other digits": ({"offset": "١٢"}, 400, "bad_header"),
    "another version": ({"Tus-Resumable": "0.2.2"}, 412, "other_version"),
    "another type": ({"kind": "application/json"}, 415, "other_type"),
    "more than is to come": ({"data": FILM[HALF:] + b"x"}, 413, "upload_too_long"),
    "a checksum of other bytes": (
        {"Upload-Checksum": "sha1 " + base64.b64encode(hashlib.sha1(b"other").digest()).decode()},
        460,
        "wrong_checksum",
    ),
    "a checksum nobody knows": ({"Upload-Checksum": "crc32 AAAA"}, 400, "bad_header"),
    "a checksum that is none": ({"Upload-Checksum": "sha256 ???"}, 400, "bad_header"),
    "a checksum too short": ({"Upload-Checksum": "sha256 AAAA"}, 400, "bad_header"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_piece_is_refused_and_moves_nothing(trainer: Client, how: str) -> None:
    given, status, expected = WRONG[how]
    url = begun(trainer)
    send(trainer, url, 0, FILM[:HALF])
    answer = send(trainer, url, **{"offset": HALF, "data": FILM[HALF:], **given})
    assert (answer.status_code, code(answer), answer["Tus-Resumable"]) == (status, expected, "1.0.0")
    if status == 412:
        assert answer["Tus-Version"] == "1.0.0"
    assert ask(trainer, url)["Upload-Offset"] == str(HALF)
    assert "Recording" in send(trainer, url, HALF, FILM[HALF:])
    assert Asset.objects.get().source_sha256 == hashlib.sha256(FILM).hexdigest()


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_with_its_checksum_counts(trainer: Client, algorithm: str) -> None:
    url = begun(trainer)
    said = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, FILM).digest()).decode()}"
    assert "Recording" in send(trainer, url, 0, FILM, **{"Upload-Checksum": said})


# How an upload cannot begin -> status, code.
NOT_BEGUN: dict[str, tuple[dict[str, Any], int, str]] = {
    "no length": ({"length": ""}, 400, "bad_header"),
    "a length that is none": ({"length": "many"}, 400, "bad_header"),
    "a length told later": ({"Upload-Defer-Length": "1"}, 400, "bad_header"),
    "an empty file": ({"length": 0}, 400, "empty_file"),
    "larger than the server takes": ({"length": 8_000_000_001}, 413, "file_too_large"),
    "no recording by its name": ({"name": "lesson.docx"}, 400, "unknown_file_name"),
    "metadata in no base64": ({"Upload-Metadata": "filename ???"}, 400, "bad_header"),
    "metadata in no text": ({"Upload-Metadata": "filename gICA"}, 400, "bad_header"),
    "metadata told twice": ({"Upload-Metadata": "a YQ==,a YQ=="}, 400, "bad_header"),
    "another version": ({"Tus-Resumable": "2.0.0"}, 412, "other_version"),
}


@pytest.mark.parametrize("how", NOT_BEGUN)
def test_what_cannot_be_used_is_refused_before_a_byte_is_sent(trainer: Client, how: str) -> None:
    given, status, expected = NOT_BEGUN[how]
    answer = begin(trainer, **given)
    assert (answer.status_code, code(answer)) == (status, expected)
    assert not Upload.objects.exists()


def test_a_file_without_a_name_may_come(trainer: Client) -> None:
    assert begin(trainer, **{"Upload-Metadata": ""}).status_code == 201


def test_what_is_no_recording_is_refused_by_its_first_bytes(trainer: Client) -> None:
    url = begun(trainer, 1_000_000)
    answer = send(trainer, url, 0, b"no film at all " * 100)
    assert (answer.status_code, code(answer)) == (400, "unknown_content")
    assert ask(trainer, url).status_code == 404


def test_a_persons_uploads_are_limited_and_discarding_one_makes_room(trainer: Client) -> None:
    with override_settings(MEDIA_UPLOADS_OPEN=2):
        url = begun(trainer)
        begun(trainer)
        answer = begin(trainer)
        assert (answer.status_code, code(answer)) == (429, "too_many_uploads")
        assert trainer.delete(url, headers=TUS).status_code == 204
        assert ask(trainer, url).status_code == 404
        assert begin(trainer).status_code == 201


def test_so_are_their_bytes(trainer: Client) -> None:
    with override_settings(MEDIA_UPLOADS_WAITING_BYTES=3 * len(FILM) - 1):
        first, _ = begun(trainer), begun(trainer)
        answer = begin(trainer)
        assert (answer.status_code, code(answer)) == (413, "too_much_waiting")
        send(trainer, first, 0, FILM)  # whole: it waits no longer
        assert begin(trainer).status_code == 201


@pytest.mark.parametrize(
    ("quota", "refused"),
    [("MEDIA_QUOTA_PERSON_BYTES", "person_quota_reached"), ("MEDIA_QUOTA_BYTES", "site_quota_reached")],
)
def test_what_has_no_room_in_a_quota_is_refused_before_a_byte_is_sent(
    trainer: Client, quota: str, refused: str
) -> None:
    with override_settings(**{quota: 2 * len(FILM) - 1}):
        url = begun(trainer)
        answer = begin(trainer)
        assert (answer.status_code, code(answer)) == (413, refused)
        assert send(trainer, url, 0, FILM).status_code == 204  # what was let in arrives
        assert begin(trainer).status_code == 413


def test_what_the_disk_cannot_take_is_refused_before_a_byte_is_sent(trainer: Client) -> None:
    with override_settings(MEDIA_ROOM_KEPT_BYTES=1 << 60):
        answer = begin(trainer)
    assert (answer.status_code, code(answer)) == (507, "no_space")


def test_a_piece_is_as_long_as_a_thread_may_wait(trainer: Client) -> None:
    url = begun(trainer)
    with override_settings(MEDIA_UPLOAD_PIECE_BYTES=100):
        answer = send(trainer, url, 0, FILM[:101])
        assert (answer.status_code, code(answer)) == (413, "piece_too_large")
        assert send(trainer, url, 0, FILM[:100])["Upload-Offset"] == "100"


def test_most_threads_are_for_pages(trainer: Client) -> None:
    url = begun(trainer)
    taken = 0
    while receiving.acquire(blocking=False):
        taken += 1
    try:
        answer = send(trainer, url, 0, FILM)
    finally:
        receiving.release(taken)
    assert (answer.status_code, code(answer), answer["Retry-After"]) == (503, "many_at_once", "3")
    assert "Recording" in send(trainer, url, 0, FILM)


def test_two_at_once_are_one_too_many(trainer: Client) -> None:
    url = begun(trainer)
    Upload.objects.update(holder="elsewhere", lease_until=now() + LEASE)
    answer = send(trainer, url, 0, FILM)
    assert (answer.status_code, code(answer), answer["Retry-After"]) == (423, "upload_busy", "3")
    Upload.objects.update(lease_until=now())  # silent for too long
    assert "Recording" in send(trainer, url, 0, FILM)


def test_an_upload_nobody_went_on_with_is_gone(trainer: Client) -> None:
    url = begun(trainer)
    Upload.objects.update(expires_at=now() - timedelta(seconds=1))
    for answer in (ask(trainer, url), send(trainer, url, 0, FILM), trainer.delete(url, headers=TUS)):
        assert answer.status_code == 410
    assert code(send(trainer, url, 0, FILM)) == "upload_expired"


def test_what_is_not_there_is_not_found(trainer: Client) -> None:
    url = reverse("recordings:one_upload", args=[uuid4()])
    assert [ask(trainer, url).status_code, trainer.delete(url, headers=TUS).status_code] == [404, 404]
    assert code(send(trainer, url, 0, FILM)) == "unknown_upload"


def test_other_methods_are_not_for_uploads(trainer: Client) -> None:
    url = begun(trainer)
    assert trainer.get(url).status_code == trainer.put(url, b"", headers=TUS).status_code == 405
    assert trainer.put(reverse("recordings:uploads"), b"", headers=TUS).status_code == 405


def test_a_network_that_knows_only_post_is_no_hindrance(trainer: Client) -> None:
    url = begun(trainer)
    headers = {**TUS, "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH"}
    answer = trainer.post(url, FILM, content_type=PIECE, headers=headers)
    assert (answer.status_code, "Recording" in answer) == (204, True)


def _everything(client: Client, url: str) -> list[Any]:
    return [
        client.options(url),
        client.get(reverse("recordings:uploads"), headers=TUS),
        begin(client),
        ask(client, url),
        send(client, url, 0, FILM),
        client.delete(url, headers=TUS),
    ]


@pytest.mark.parametrize(("role", "allowed"), ROLES, ids=NAMES)
def test_only_people_who_work_on_lessons_send(client: Client, role: Callable[[], User | None], allowed: bool) -> None:
    user = role()
    upload_id = uuid4()
    if user is not None:
        client.force_login(user)
        about = {"created_at": now(), "expires_at": now() + timedelta(days=1), "length_bytes": len(FILM)}
        upload_id = Upload.objects.create(owner=user, name="a.mp4", **about).pk
    answers = [each.status_code for each in _everything(client, reverse("recordings:one_upload", args=[upload_id]))]
    # There is a row without a file: what a restored site has.
    expected = [204, 200, 201, 200, 404, 404] if allowed else [302, 403, 403, 403, 403, 403]
    if user is not None and not allowed and user.has_perm("wagtailadmin.access_admin"):
        expected[0] = 302
    assert answers == expected


def test_uploads_of_others_are_not_there(trainer: Client) -> None:
    url = begun(trainer)
    colleague = Client()
    colleague.force_login(make.trainer())
    answers = [ask(colleague, url), send(colleague, url, 0, FILM), colleague.delete(url, headers=TUS)]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert ask(trainer, url).status_code == 200


def test_sending_needs_the_forms_token(teacher: User) -> None:
    plain, careful = Client(), Client(enforce_csrf_checks=True)
    for each in (plain, careful):
        each.force_login(teacher)
    url = begun(plain)
    answers = [begin(careful), send(careful, url, 0, FILM), careful.delete(url, headers=TUS)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    careful.cookies["csrftoken"] = "a" * 32
    assert "Recording" in send(careful, url, 0, FILM, **{"X-CSRFToken": "a" * 32})
