"""Room for recordings: of the site and of each person, asked before a byte is sent."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from lms.accounts.models import User
from lms.core.clock import now
from lms.settings.values import room
from media_pipeline import quotas, services, testing
from media_pipeline.models import Asset, Upload
from media_pipeline.refusals import PersonQuotaReached, SiteQuotaReached
from media_pipeline.uploads import services as uploads
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
FILM = testing.recording()
OTHER = FILM + b"\0" * 1000


@pytest.fixture
def owner() -> User:
    return make.user()


def begin(owner: User, length_bytes: int) -> Upload:
    return uploads.begin(owner_id=owner.pk, name="a.mp4", length_bytes=length_bytes, now=now())


def ingest(data: bytes, *, sent_by: int | None = None, language: str = "und") -> UUID:
    file = io.BytesIO(data)
    return services.ingest(file=file, name="a.mp4", language=language, uploaded_by_id=sent_by, now=now())


def test_without_quotas_there_is_no_limit(owner: User) -> None:
    assert quotas.of_site(now=now()) is quotas.of_person(owner.pk, now=now()) is None
    quotas.admit(size_bytes=10**15, person_id=owner.pk, now=now())


@override_settings(MEDIA_QUOTA_PERSON_BYTES=10_000)
def test_what_is_on_its_way_counts_until_it_is_given_up(owner: User) -> None:
    begun = begin(owner, 6_000)
    with pytest.raises(PersonQuotaReached) as refused:
        begin(owner, 4_001)
    assert refused.value.code == "person_quota_reached"
    assert Upload.objects.count() == 1
    begin(make.user(), 4_001)  # another's room
    uploads.discard(upload_id=begun.pk, owner_id=owner.pk, now=now())
    begin(owner, 10_000)


@override_settings(MEDIA_QUOTA_PERSON_BYTES=10_000)
def test_an_upload_that_nobody_went_on_with_gives_its_room_back(owner: User) -> None:
    begin(owner, 10_000)
    later = now() + timedelta(days=30)
    room_of = quotas.of_person(owner.pk, now=later)
    assert room_of
    assert (room_of.used_bytes, room_of.left_bytes) == (0, 10_000)


def test_a_recording_counts_for_everyone_who_has_sent_it_and_once_for_the_site() -> None:
    people = [make.user(), make.user()]
    for person in people:
        ingest(FILM, sent_by=person.pk)
    ingest(FILM, language="en")
    with override_settings(MEDIA_QUOTA_BYTES=10**6, MEDIA_QUOTA_PERSON_BYTES=10**6):
        rooms = [quotas.of_person(person.pk, now=now()) for person in people]
        assert [room_of and room_of.used_bytes for room_of in rooms] == [len(FILM)] * 2
        site = quotas.of_site(now=now())
    assert site
    assert site.used_bytes == len(FILM)


def test_the_site_counts_what_was_made_of_recordings() -> None:
    testing.ready_asset()
    with override_settings(MEDIA_QUOTA_BYTES=10**9):
        site = quotas.of_site(now=now())
    assert site
    assert site.used_bytes > Asset.objects.get().source_size_bytes


@override_settings(MEDIA_QUOTA_BYTES=len(FILM) + 10)
def test_a_full_site_takes_nothing_more_but_what_it_has(owner: User) -> None:
    first = ingest(FILM, sent_by=owner.pk)
    for person_id in (owner.pk, None):
        with pytest.raises(SiteQuotaReached) as refused:
            ingest(OTHER, sent_by=person_id)
        assert refused.value.code == "site_quota_reached"
    with pytest.raises(SiteQuotaReached):
        begin(owner, 11)
    assert ingest(FILM) == first
    assert Asset.objects.count() == 1


def test_what_was_let_in_is_taken_whole_whatever_the_quota_has_become(owner: User) -> None:
    begun = begin(owner, len(FILM))
    with override_settings(MEDIA_QUOTA_BYTES=1, MEDIA_QUOTA_PERSON_BYTES=1):
        about = {"upload_id": begun.pk, "owner_id": owner.pk, "offset_bytes": 0, "size_bytes": len(FILM), "clock": now}
        assert uploads.take(body=io.BytesIO(FILM), **about).asset_id == Asset.objects.get().pk  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [("", None), ("  ", None), ("1000", 1_000), ("200GB", 200 * 10**9), ("1.5 TB", 15 * 10**11), ("750MB", 75 * 10**7)],
)
def test_quotas_are_sizes(text: str, size_bytes: int | None) -> None:
    assert room({"MEDIA_QUOTA_BYTES": text}, "MEDIA_QUOTA_BYTES") == size_bytes


@pytest.mark.parametrize("text", ["0", "0GB", "-1", "many", "1e9", "10 GiB", "1,5TB", "9" * 40])
def test_what_is_no_size_is_named_at_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"MEDIA_QUOTA_BYTES.*200GB"):
        room({"MEDIA_QUOTA_BYTES": text}, "MEDIA_QUOTA_BYTES")
