import errno
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import override_settings

from lms.core import outbox, work
from lms.core.clock import now
from media_pipeline import endings, files, leases, selectors, services, signals, steps, testing
from media_pipeline.adapters import storage
from media_pipeline.encoder import Progress
from media_pipeline.models import Asset, Rendition, Step, StoredFile
from tests.media_pipeline.places import files_in

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=30)


def _claimed_long_ago(kinds: Collection[str]) -> Step | None:
    """A step of a worker that has not been heard of since."""
    then = now() - LATER
    Step.objects.filter(state="waiting").update(not_before=then)
    return leases.claim(worker="silent", kinds=kinds, now=then)


def test_a_recording_becomes_a_lesson_with_voice_pictures_share_and_poster(tmp_path: Path) -> None:
    asset_id = testing.ready_asset(duration_s=60)
    media = selectors.media([asset_id])[asset_id]
    assert media.state == "ready"
    assert media.sound is not None
    assert [rendition.name for rendition in media.renditions] == ["slides", "v100"]
    assert media.share is not None
    assert media.poster_url is not None
    assert media.fraction == 1
    assert files_in(tmp_path / "renditions") == set(Rendition.objects.values_list("file_id", flat=True))
    assert not files_in(tmp_path / "work")


def test_sound_alone_and_pictures_alone_become_lessons_too() -> None:
    sound, silent = testing.ready_asset(content="audio"), testing.ready_asset(name="silent.mp4", sound=False)
    media = selectors.media([sound, silent])
    assert [media[sound].state, media[silent].state] == ["ready", "ready"]
    assert not media[sound].renditions
    assert not media[silent].sounds
    assert media[silent].renditions[0].size_with_sound_bytes == media[silent].renditions[0].size_bytes


def test_the_voice_of_a_new_lesson_goes_before_the_pictures_of_older_ones() -> None:
    old, new = testing.received_asset(name="old.mp4"), testing.received_asset(name="new.mp4")
    order = []
    while testing.work_off(steps=1):
        done = Step.objects.filter(state="done").order_by("finished_at")
        order += list(done.values_list("asset", "kind"))[-1:]
    assert order == [
        (old, "examine"), (new, "examine"), (old, "voice"), (new, "voice"),
        (old, "pictures"), (old, "share"), (new, "pictures"), (new, "share"),
        (old, "slides"), (old, "plain"), (old, "storyboard"), (new, "slides"), (new, "plain"), (new, "storyboard"),
    ]  # fmt: skip


def test_voices_do_not_wait_behind_pictures_that_are_running() -> None:
    testing.playable_asset(name="old.mp4")
    assert leases.claim(worker="other", kinds=steps.SLOW, now=now()) is not None
    new = testing.received_asset(name="new.mp4")
    with override_settings(MEDIA_ENCODER="media_pipeline.testing"):
        while steps.run_next_quick(now=now()):
            pass
    assert selectors.media([new])[new].playable


def test_everyone_is_told_when_a_lesson_became_playable_and_ready() -> None:
    told = []

    def note(sender: object, asset_id: object, **more: object) -> None:
        told.append((asset_id, Asset.objects.get(pk=asset_id).state, Rendition.objects.count()))

    signals.asset_changed.connect(note)
    try:
        asset_id = testing.playable_asset()
        while outbox.handle_next(now=now()):
            pass
        testing.work_off()
        while outbox.handle_next(now=now()):
            pass
    finally:
        signals.asset_changed.disconnect(note)
    assert told == [(asset_id, "encoding", 1), (asset_id, "ready", 12)]


def test_a_file_at_fault_is_refused_at_once_with_its_sentence() -> None:
    asset_id = testing.failed_asset(code="damaged")
    media = selectors.media([asset_id])[asset_id]
    assert media.error_code == "damaged"
    assert "damaged" in media.error_sentence
    assert Step.objects.get(asset=asset_id, kind="examine").attempt == 1
    assert testing.work_off(now=now() + LATER) == 0


def test_an_encoder_that_fails_is_tried_again_with_growing_pauses_and_then_parked(tmp_path: Path) -> None:
    asset_id = testing.received_asset(fail={"pictures": "bug"})
    testing.work_off()
    step = Step.objects.get(asset=asset_id, kind="pictures")
    assert step.state == "waiting"
    assert step.not_before > now()
    assert selectors.media([asset_id])[asset_id].state == "encoding"
    moment = now()
    for _ in range(endings.MAX_FAILURES):
        moment += LATER
        testing.work_off(now=moment)
    step.refresh_from_db()
    assert step.state == "failed"
    assert step.attempt == endings.MAX_FAILURES
    assert "ZeroDivisionError" in step.log
    media = selectors.media([asset_id])[asset_id]
    assert (media.state, media.error_code) == ("failed", "unexpected")
    assert media.playable  # what worked stays
    assert media.share is not None
    assert testing.work_off(now=moment + LATER) == 0
    assert not files_in(tmp_path / "work")


def test_a_killed_ffmpeg_does_not_count_as_a_failure_of_the_file() -> None:
    asset_id = testing.received_asset(fail={"voice": "killed"})
    moment = now()
    for _ in range(endings.MAX_FAILURES + 8):
        testing.work_off(steps=1, now=moment)
        moment += LATER
    step = Step.objects.get(asset=asset_id, kind="voice")
    assert step.state == "waiting"
    assert step.failures == 0
    assert step.interruptions > endings.MAX_FAILURES


def test_a_file_that_kills_its_workers_for_ever_is_parked() -> None:
    asset_id = testing.received_asset(fail={"voice": "killed"})
    moment = now()
    Step.objects.filter(kind="voice").update(interruptions=endings.MAX_INTERRUPTIONS - 2)
    for _ in range(4):
        testing.work_off(now=moment)
        moment += LATER
    assert Step.objects.get(asset=asset_id, kind="voice").state == "failed"
    assert Asset.objects.get(pk=asset_id).state == "failed"


def test_a_step_waits_for_room_on_the_disk_says_so_and_goes_on_by_itself(tmp_path: Path) -> None:
    asset_id = testing.received_asset()
    with override_settings(MEDIA_ROOM_KEPT_BYTES=1 << 60):
        testing.work_off()
    media = selectors.media([asset_id])[asset_id]
    assert media.steps[0].state == "waiting_for_space"
    assert media.steps[0].sentence
    assert media.state == "received"
    assert len(files_in(tmp_path / "sources")) == 1
    assert testing.work_off() == 0
    testing.work_off(now=now() + LATER)
    assert selectors.media([asset_id])[asset_id].state == "ready"


def test_a_disk_that_fills_up_while_files_are_moved_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = testing.playable_asset()
    whole = storage.Blobs.put
    left = [1]

    def put(self: storage.Blobs, source: Path, sha256: str, **about: Any) -> None:
        if not left.pop():
            raise OSError(errno.ENOSPC, "No space left on device")
        left.append(0)
        whole(self, source, sha256, **about)

    with monkeypatch.context() as patched:
        patched.setattr(storage.Blobs, "put", put)
        testing.work_off(steps=1)
    assert Step.objects.get(asset=asset_id, kind="pictures").state == "waiting_for_space"
    assert files_in(tmp_path / "renditions") == set(StoredFile.objects.values_list("sha256", flat=True))
    assert StoredFile.objects.count() == 1
    testing.work_off(now=now() + LATER)
    assert Asset.objects.get(pk=asset_id).state == "ready"


def test_no_space_in_the_encoder_waits_too() -> None:
    asset_id = testing.received_asset(fail={"share": "no_space"})
    testing.work_off()
    assert Step.objects.get(asset=asset_id, kind="share").state == "waiting_for_space"


def test_a_worker_that_lost_its_lease_writes_nothing(tmp_path: Path) -> None:
    asset_id = testing.received_asset()
    testing.work_off(steps=1)
    slow = _claimed_long_ago(steps.QUICK)
    assert slow is not None
    testing.work_off()  # the lease ran out: another worker takes the step over and finishes everything
    before = list(Rendition.objects.order_by("id").values())
    with override_settings(MEDIA_ENCODER="media_pipeline.testing"):
        steps._attempt(slow)
    assert list(Rendition.objects.order_by("id").values()) == before
    assert Step.objects.get(asset=asset_id, kind="voice").attempt == 2
    assert files_in(tmp_path / "renditions") == set(Rendition.objects.values_list("file_id", flat=True))


def test_a_cancelled_step_stops_at_its_next_report(monkeypatch: pytest.MonkeyPatch) -> None:
    asset_id = testing.received_asset()
    testing.work_off(steps=1)
    step = leases.claim(worker="w", kinds=steps.QUICK, now=now())
    assert step is not None
    services.cancel(asset_id=asset_id, now=now())
    monkeypatch.setattr(leases, "REPORT", timedelta(0))
    with pytest.raises(leases.LostLease):
        steps._watcher(step)(Progress(0.5))


def test_progress_is_written_for_the_editor_to_show(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asset_id = testing.received_asset()
    step = leases.claim(worker="w", kinds=steps.QUICK, now=now())
    assert step is not None
    (tmp_path / "work").mkdir()
    monkeypatch.setattr(leases, "REPORT", timedelta(0))
    steps._watcher(step)(Progress(0.25, 8.0, 12.5))
    seen = selectors.media([asset_id])[asset_id].steps[0]
    assert (seen.state, seen.fraction, seen.speed, seen.left_s) == ("running", 0.25, 8.0, 12.5)


def test_a_worker_asked_to_stop_puts_its_step_back_as_if_never_claimed(tmp_path: Path) -> None:
    asset_id = testing.received_asset()
    work.stopping.set()
    testing.work_off(steps=1)
    work.stopping.clear()
    step = Step.objects.get(asset=asset_id, kind="examine")
    assert (step.state, step.failures, step.interruptions, step.worker) == ("waiting", 0, 0, "")
    assert not files_in(tmp_path / "work")
    testing.work_off()
    assert Asset.objects.get(pk=asset_id).state == "ready"


def test_what_a_dead_worker_left_is_swept_when_its_step_is_taken_over(tmp_path: Path) -> None:
    testing.playable_asset()
    dead = _claimed_long_ago(steps.SLOW)
    assert dead is not None
    folder = tmp_path / "work" / f"{dead.pk}-{dead.attempt}"
    folder.mkdir(parents=True)
    (folder / "v48.mp4").write_bytes(b"half of it")
    (folder / "moved.mp4").write_bytes(b"other bytes than the next attempt will make")
    sha256 = storage.hash_of(folder / "moved.mp4")
    files.hold(dead, {sha256: 43}, now=now())
    storage.renditions.put(folder / "moved.mp4", sha256)
    testing.work_off()
    assert files_in(tmp_path / "renditions") == set(Rendition.objects.values_list("file_id", flat=True))
    assert not StoredFile.objects.filter(sha256=sha256).exists()
    assert not files_in(tmp_path / "work")


def test_files_being_written_are_not_swept(tmp_path: Path) -> None:
    testing.playable_asset()
    alive = leases.claim(worker="alive", kinds=steps.SLOW, now=now())
    assert alive is not None
    file = tmp_path / "new"
    file.write_bytes(b"on its way")
    sha256 = storage.hash_of(file)
    files.hold(alive, {sha256: 10}, now=now())
    storage.renditions.put(file, sha256)
    assert files.sweep() == 0
    assert storage.renditions.exists(sha256)


def test_a_database_that_does_not_answer_ends_the_attempt_and_the_lease_runs_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asset_id = testing.received_asset()

    def away(*args: object, **more: object) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(steps, "_save_examined", away)
        with pytest.raises(OperationalError):
            testing.work_off()
    assert Step.objects.get(asset=asset_id, kind="examine").state == "running"
    testing.work_off(now=now() + LATER)
    testing.work_off(now=now() + LATER)
    assert Asset.objects.get(pk=asset_id).state == "ready"


def test_a_plan_of_an_older_shape_is_examined_again() -> None:
    asset_id = testing.received_asset()
    testing.work_off(steps=1)
    Asset.objects.filter(pk=asset_id).update(examined={"plan": {"of": "another version"}})
    testing.work_off()
    assert Asset.objects.get(pk=asset_id).state == "ready"


def test_work_is_pending_while_a_step_only_pauses() -> None:
    assert not steps.is_pending(now=now())
    testing.received_asset(fail={"voice": "encoder_failed"})
    testing.work_off()
    assert steps.is_pending(now=now())
