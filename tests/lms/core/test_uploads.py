import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

from tests.factories import courses as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/admin/login/", "/api/v1/events", "/admin/recordings/captions/"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_nothing_is_kept_of_a_file_that_no_editor_sends(
    address: str, signed_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", lambda *_, **__: written.append(address))
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    if signed_in:
        client.force_login(make.user())
    file = SimpleUploadedFile("a.bin", bytes(3_000_000))
    assert client.post(address, {"file": file}).status_code in {400, 403, 415, 422}
    assert not written
