"""Links, processes and disks that break in the midst of a piece."""

import hashlib
import io
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from lms.accounts.models import User
from lms.core.clock import now
from media_pipeline import refusals, testing
from media_pipeline.adapters.storage import sources
from media_pipeline.models import Asset, Upload
from media_pipeline.uploads import pieces, services
from media_pipeline.uploads.on_disk import FLUSH_BYTES
from media_pipeline.uploads.protocol import Checksum
from media_pipeline.uploads.refusals import Busy, UnknownUpload, WrongChecksum
from media_pipeline.uploads.services import LEASE
from tests.factories import courses as make
from tests.media_pipeline.places import files_in

pytestmark = pytest.mark.django_db
FILM = testing.recording() + os.urandom(3 * FLUSH_BYTES + 12_345)


@pytest.fixture
def owner() -> User:
    return make.user()


def begin(owner: User, data: bytes = FILM) -> UUID:
    upload = services.begin(owner_id=owner.pk, name="a.mp4", length_bytes=len(data), now=now())
    return UUID(str(upload.pk))


def take(upload_id: UUID, owner: User, body: services.Body | None = None, *, data: bytes = FILM) -> Upload:
    """The rest of `data`, or what `body` gives of it."""
    at = Upload.objects.get(pk=upload_id).offset_bytes
    return services.take(
        upload_id=upload_id,
        owner_id=owner.pk,
        offset_bytes=at,
        body=body or io.BytesIO(data[at:]),
        size_bytes=len(data) - at,
        clock=now,
    )


def arrived(upload_id: UUID) -> int:
    return Upload.objects.get(pk=upload_id).offset_bytes


def kept(upload: Upload) -> bytes:
    assert upload.asset_id is not None
    with sources.open(Asset.objects.get(id=upload.asset_id).source_sha256) as file:
        return file.read()


class Breaks:
    """A body that ends after so many bytes, with something that happens then."""

    def __init__(self, after: int, then: Callable[[], object], data: bytes = FILM) -> None:
        self._file, self._left, self._then = io.BytesIO(data), after, then

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            then, self._then = self._then, lambda: None
            then()
            return b""
        block = self._file.read(min(size, self._left))
        self._left -= len(block)
        return block


def lost() -> None:
    raise OSError("the client is gone")


@pytest.mark.parametrize("then", [lost, lambda: None], ids=["broken", "ended early"])
def test_all_that_arrived_before_a_link_broke_counts(owner: User, tmp_path: Path, then: Callable[[], None]) -> None:
    upload_id = begin(owner)
    after = FLUSH_BYTES + 700_000
    assert take(upload_id, owner, Breaks(after, then)).offset_bytes == arrived(upload_id) == after
    assert kept(take(upload_id, owner)) == FILM
    assert not files_in(tmp_path / "uploads")


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_on_the_way_the_bytes_are_the_same(owner: User, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    upload_id = begin(owner)
    path = tmp_path / "uploads" / "pieces" / str(upload_id)
    while arrived(upload_id) < len(FILM):
        at = before = arrived(upload_id)
        size = min(len(FILM) - at, chance.randrange(1, 2 * FLUSH_BYTES))
        about = {"upload_id": upload_id, "owner_id": owner.pk, "offset_bytes": at, "size_bytes": size, "clock": now}
        data = FILM[at : at + size]
        match chance.choice(["whole", "broken", "checked", "broken and checked", "wrong", "crash"]):
            case "whole":
                services.take(body=io.BytesIO(data), **about)
                before += size
            case "broken":
                after = chance.randrange(size)
                services.take(body=io.BytesIO(data[:after]), **about)
                before += after
            case "checked":
                services.take(body=io.BytesIO(data), checksum=sha256(data), **about)
                before += size
            case "broken and checked" if size > 1:
                with pytest.raises(WrongChecksum):
                    services.take(body=io.BytesIO(data[:-1]), checksum=sha256(data), **about)
            case "wrong":
                with pytest.raises(WrongChecksum):
                    services.take(body=io.BytesIO(b"x" * size), checksum=sha256(data), **about)
            case "crash":
                with path.open("r+b") as file:
                    file.seek(at)
                    file.write(b"half" * chance.randrange(100_000))
        assert arrived(upload_id) == before
    assert kept(Upload.objects.get()) == FILM


def sha256(data: bytes) -> Checksum:
    return Checksum("sha256", hashlib.sha256(data).digest())


def test_a_piece_that_nobody_sends_any_more_is_taken_over_and_changes_nothing_later(owner: User) -> None:
    upload_id = begin(owner)
    finished = []

    def wakes_up_late() -> None:
        Upload.objects.filter(pk=upload_id).update(lease_until=now())
        finished.append(take(upload_id, owner))

    class Late(Breaks):
        def read(self, size: int, /) -> bytes:
            return super().read(size) or (b"other" * size)[:size]

    with pytest.raises(Busy):
        take(upload_id, owner, Late(FLUSH_BYTES + 10, wakes_up_late))
    assert kept(finished[0]) == FILM


def test_as_long_as_bytes_arrive_nobody_else_may_send(owner: User) -> None:
    upload_id = begin(owner)
    moment = now()

    def refused() -> None:
        nonlocal moment
        assert Upload.objects.get(pk=upload_id).lease_until > moment
        with pytest.raises(Busy):
            services.take(
                upload_id=upload_id,
                owner_id=owner.pk,
                offset_bytes=arrived(upload_id),
                body=io.BytesIO(),
                size_bytes=0,
                clock=lambda: moment,
            )

    class Slow(Breaks):
        def read(self, size: int, /) -> bytes:
            nonlocal moment
            moment += LEASE / 2
            return super().read(size)

    services.take(
        upload_id=upload_id,
        owner_id=owner.pk,
        offset_bytes=0,
        body=Slow(500_000, refused),
        size_bytes=len(FILM),
        clock=lambda: moment,
    )
    assert arrived(upload_id) == 500_000


def test_who_discards_stops_what_is_being_sent(owner: User, tmp_path: Path) -> None:
    upload_id = begin(owner)

    def discard() -> None:
        services.discard(upload_id=upload_id, owner_id=owner.pk, now=now())

    class Goes(Breaks):
        def read(self, size: int, /) -> bytes:
            return super().read(size) or FILM[:size]

    with pytest.raises(Busy):
        take(upload_id, owner, Goes(FLUSH_BYTES, discard))
    assert not Upload.objects.exists()
    assert not files_in(tmp_path / "uploads")


def test_bytes_behind_what_counts_are_written_over(owner: User) -> None:
    upload_id = begin(owner)
    take(upload_id, owner, Breaks(500_000, lost))
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / "pieces" / str(upload_id)
    with path.open("ab") as file:
        file.write(b"left by a crash" * 500_000)
    assert kept(take(upload_id, owner)) == FILM


@pytest.mark.parametrize("left", ["nothing", "less"])
def test_a_file_that_lost_its_bytes_is_sent_anew(owner: User, left: str) -> None:
    upload_id = begin(owner)
    take(upload_id, owner, Breaks(500_000, lost))
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / "pieces" / str(upload_id)
    if left == "nothing":
        path.unlink()
    else:
        os.truncate(path, 100)
    with pytest.raises(UnknownUpload):
        take(upload_id, owner)
    assert not Upload.objects.exists()


def test_a_whole_recording_that_could_not_be_kept_just_now_is_kept_when_it_can_be(owner: User, tmp_path: Path) -> None:
    upload_id = begin(owner)
    (tmp_path / "sources").write_text("in the way of the folder")
    with pytest.raises(NotADirectoryError):
        take(upload_id, owner)
    assert (arrived(upload_id), Asset.objects.exists()) == (len(FILM), False)
    (tmp_path / "sources").unlink()
    assert kept(take(upload_id, owner)) == FILM
    assert not files_in(tmp_path / "uploads")


def test_what_turns_out_to_be_no_recording_leaves_nothing(owner: User, tmp_path: Path) -> None:
    data = b"x" * 2000
    upload_id = begin(owner, data)
    for at in range(0, 2000, 500):  # too little at a time for a look
        piece = io.BytesIO(data[at : at + 500])
        about = {"upload_id": upload_id, "owner_id": owner.pk, "offset_bytes": at, "size_bytes": 500, "clock": now}
        if at < 1500:
            services.take(body=piece, **about)
    with pytest.raises(refusals.UnknownContent):
        services.take(body=piece, **about)
    assert not Upload.objects.exists()
    assert not files_in(tmp_path / "uploads")


def test_what_is_promised_to_others_is_no_room(owner: User) -> None:
    begin(make.user())
    free = pieces.store().room_bytes()
    with override_settings(MEDIA_ROOM_KEPT_BYTES=free - len(FILM) - len(FILM) // 2):
        with pytest.raises(refusals.NoSpaceForUpload):
            begin(owner)
        begin(owner, FILM[: len(FILM) // 4])


def test_a_disk_that_cannot_be_written_leaves_no_row(owner: User, tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("no folder")
    with pytest.raises(NotADirectoryError):
        begin(owner)
    assert not Upload.objects.exists()


def test_what_nobody_went_on_with_is_collected_and_nothing_else(owner: User, tmp_path: Path) -> None:
    old, young, held, done = (begin(owner) for _ in range(4))
    for upload_id in (old, young, held):
        take(upload_id, owner, Breaks(500_000, lost))
    take(done, owner)
    ago = now() - timedelta(minutes=1)
    Upload.objects.filter(pk__in=[old, held, done]).update(expires_at=ago)
    Upload.objects.filter(pk=held).update(holder="elsewhere", lease_until=now() + LEASE)
    stray = tmp_path / "uploads" / "pieces" / str(uuid4())
    stray.touch()
    os.utime(stray, (0, 0))
    call_command("collect_media_garbage")
    assert set(Upload.objects.values_list("pk", flat=True)) == {young, held}
    assert files_in(tmp_path / "uploads") == {str(young), str(held)}
    assert Asset.objects.count() == 1
