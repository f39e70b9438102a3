import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import override_settings

from lms.core.clock import now
from media_pipeline import testing
from media_pipeline.models import Asset

pytestmark = pytest.mark.django_db


def nothing_is_kept() -> set[UUID]:
    return set()


def status(*arguments: str) -> str:
    out = io.StringIO()
    call_command("media_status", *arguments, stdout=out)
    return out.getvalue()


def test_the_status_shows_every_upload_and_why_one_failed() -> None:
    testing.ready_asset(name="good.mp4")
    testing.failed_asset(name="bad.mp4", code="damaged")
    table = status()
    assert "good.mp4" in table
    assert "1 failed" in table
    assert "The recording says: damaged." in table


def test_the_status_is_one_document_for_programs() -> None:
    asset_id = testing.playable_asset()
    document = json.loads(status("--json"))
    assert document["queue"]["waiting"] == 5
    assert document["assets"][0]["id"] == str(asset_id)
    assert document["assets"][0]["sizes"].keys() == {"voice"}
    assert [step["state"] for step in document["assets"][0]["steps"]] == ["done", "done", *["waiting"] * 5]


def test_an_empty_status() -> None:
    assert "0 steps wait" in status()
    assert json.loads(status("--json"))["assets"] == []


@override_settings(MEDIA_KEPT_ASSETS="tests.media_pipeline.test_commands.nothing_is_kept")
def test_garbage_is_collected_by_a_command() -> None:
    old, new = testing.received_asset(name="old.mp4"), testing.received_asset(name="new.mp4")
    Asset.objects.filter(id=old).update(wanted_at=now() - timedelta(days=3))
    out = io.StringIO()
    call_command("collect_media_garbage", "--verbose-ids", stdout=out)
    assert out.getvalue().splitlines() == ["1 uploads removed", str(old)]
    assert list(Asset.objects.values_list("id", flat=True)) == [new]
