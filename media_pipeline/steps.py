"""The work on a lesson, step by step: claim, encode aside, move files in by content, and say so in one transaction.

A step may be interrupted anywhere and is then done again from its start; what the interrupted attempt wrote is swept.
Once a step is done it is never claimed again. How else an attempt can end: media_pipeline.endings.
"""

import base64
import errno
import logging
import os
import shutil
import time
import traceback
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F

from lms.core import work
from lms.core.clock import now as present
from media_pipeline import endings, files, frozen, leases
from media_pipeline.adapters.storage import hash_of, sources
from media_pipeline.encoder import Encoded, Encoder, Progress, Watch
from media_pipeline.leases import LostLease
from media_pipeline.meter import metered
from media_pipeline.models import Asset, Rendition, Step

logger = logging.getLogger(__name__)
LOG_CHARS = 8000
QUICK = (Step.Kind.EXAMINE, Step.Kind.VOICE)
SLOW = (Step.Kind.PICTURES, Step.Kind.SHARE, *Step.EXTRA)


class Stopped(Exception):
    """The worker is asked to end."""


@cache
def _module(path: str) -> Encoder:
    return cast(Encoder, import_module(path))


def encoder() -> Encoder:
    """The encoder of the settings, imported only by processes that encode."""
    return _module(settings.MEDIA_ENCODER)


def run_next(*, now: datetime, kinds: Collection[str] = tuple(Step.Kind.values)) -> bool:
    """Do the step of `kinds` that is wanted most. Returns False when there is none."""
    if recover(now=now) or _is_first_call():
        files.sweep()
    step = leases.claim(worker=leases.worker_name(), kinds=kinds, now=now)
    if step is None:
        return False
    _attempt(step)
    return True


def run_next_quick(*, now: datetime) -> bool:
    """As `run_next`, for steps that take seconds and make a lesson playable: they never wait behind pictures."""
    return run_next(now=now, kinds=QUICK)


def run_next_slow(*, now: datetime) -> bool:
    """As `run_next`, for pictures and the file for sharing."""
    return run_next(now=now, kinds=SLOW)


def is_pending(*, now: datetime) -> bool:
    """True when a step will be wanted soon, so that a worker that stops when idle stays."""
    return (
        Step.objects.filter(
            state__in=[Step.State.WAITING, Step.State.WAITING_FOR_STORAGE], not_before__lte=now + timedelta(minutes=1)
        )
        .exclude(asset__state=Asset.State.FAILED)
        .exists()
    )


def recover(*, now: datetime) -> int:
    """Take steps from workers that died. Returns how many."""
    return sum(endings.interrupted(step, now=now) for step in leases.abandoned(now=now))


@cache
def _first_call() -> list[bool]:
    return [True]


def _is_first_call() -> bool:
    """True once in a process: what an earlier one left is swept when work begins."""
    return bool(_first_call()) and _first_call().pop()


def _attempt(step: Step) -> None:
    """One attempt, whatever comes of it."""
    folder = files.work_folder(step)
    with metered() as meter:
        try:
            outcome = _try(step, folder)
        finally:
            # Before anything is written: on a full disk this is what makes room for it.
            shutil.rmtree(folder, ignore_errors=True)
    # Also when the lease was lost: the work was done, whatever came of it.
    Step.objects.filter(pk=step.pk).update(cpu_s=F("cpu_s") + meter.cpu_s)
    if outcome is not None:
        outcome()
        files.sweep()


def _try(step: Step, folder: Path) -> Callable[[], object] | None:
    """Do the work and save it. Returns what is still to be written when that did not end well."""
    try:
        _work(step, folder)
    except LostLease:
        return lambda: None
    except Stopped:
        return lambda: endings.put_back(step)
    except DatabaseError:
        # Nothing can be written now; the lease runs out and the step is taken up again.
        raise
    except Exception as error:  # noqa: BLE001 - the boundary of one step: whatever it met is kept in its row
        return partial(endings.ended_badly, step, error, traceback.format_exc()[-LOG_CHARS:])
    return None


def _work(step: Step, folder: Path) -> None:
    folder.mkdir(parents=True)
    watch = _watcher(step)
    _keep_room()
    with sources.local(step.asset.source_sha256, alive=partial(watch, Progress(0))) as source:
        if step.kind == Step.Kind.EXAMINE:
            _save_examined(step, encoder().examine(source, watch=watch))
            return
        encode = {
            Step.Kind.VOICE: encoder().encode_voice,
            Step.Kind.PICTURES: encoder().encode_pictures,
            Step.Kind.SHARE: encoder().encode_share,
            Step.Kind.SLIDES: encoder().encode_slides,
            Step.Kind.PLAIN: encoder().encode_plain,
            Step.Kind.STORYBOARD: encoder().encode_storyboard,
        }[Step.Kind(step.kind)]
        made = encode(source, _plan(step.asset, source, watch), folder, watch=watch)
    _save_made(step, made, watch)


def _plan(asset: Asset, source: Path, watch: Watch) -> Any:
    """The plan of the examination; made anew when it is of an older ladder, or written in another shape."""
    try:
        examined = frozen.from_json(encoder().Examined, asset.examined or {})
    except TypeError:
        examined = None
    if examined is None or examined.ladder != encoder().ladder_version():
        examined = encoder().examine(source, watch=watch)
        Asset.objects.filter(pk=asset.pk).update(examined=frozen.to_json(examined))
    return encoder().fitted(examined.plan, asset.fitted_s) if asset.fitted_s else examined.plan


def _watcher(step: Step) -> Watch:
    """Called by the encoder about every second: keeps the lease and the progress bar, and stops what should end."""
    written_at = time.monotonic()

    def watch(progress: Progress) -> None:
        nonlocal written_at
        if work.stopping.is_set():
            raise Stopped
        if time.monotonic() - written_at >= leases.REPORT.total_seconds():
            fraction = min(max(progress.fraction, 0.0), 1.0)
            leases.beat(step, now=present(), fraction=fraction, speed=progress.speed, left_s=progress.left_s)
            _keep_room()
            written_at = time.monotonic()

    return watch


def _keep_room() -> None:
    """Stop before the disk is full to the brim: the database lives there too. Raises OSError (ENOSPC)."""
    if shutil.disk_usage(settings.MEDIA_WORK_DIR).free < settings.MEDIA_ROOM_KEPT_BYTES:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _save_examined(step: Step, examined: Any) -> None:
    now = present()
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=step.asset_id)
        endings.done(step, now, ladder=encoder().ladder_version())
        probe = examined.probe
        asset.examined = frozen.to_json(examined)
        asset.content = examined.content
        asset.duration_s, asset.width, asset.height = probe.duration_s, probe.width, probe.height
        asset.state = Asset.State.ENCODING
        asset.save()


def _save_made(step: Step, made: Sequence[Encoded], watch: Watch) -> None:
    """Move the files into the storage and show them, as the end of the step."""
    alive = partial(watch, Progress(1))
    hashes = [hash_of(file.path, alive=alive) for file in made]
    sizes = {sha256: file.path.stat().st_size for sha256, file in zip(hashes, made, strict=True)}
    indexes = [_fragments(file) for file in made]
    with transaction.atomic():
        leases.beat(step, now=present(), fraction=1)
        files.hold(step, sizes, now=present())
    for sha256, file in zip(hashes, made, strict=True):
        files.keep(file.path, sha256, mime=file.mime.partition(";")[0], alive=alive)
    now = present()
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=step.asset_id)
        endings.done(step, now, ladder=encoder().ladder_version())
        default = made[0].name if made and step.kind == Step.Kind.VOICE else None
        # What the same step made before was shown until now, with what an older ladder had besides.
        before = [row.pk for row in asset.renditions.all() if row.made_by == step.kind]
        asset.renditions.filter(pk__in=before).delete()
        Rendition.objects.bulk_create(
            _row(asset, file, sha256, index, is_default=file.name == default, now=now)
            for sha256, file, index in zip(hashes, made, indexes, strict=True)
        )
        endings.settle(asset)


def _fragments(file: Encoded) -> dict[str, Any] | None:
    """The index as it is kept, with the initialization segment: pages carry it, and need not ask the storage for it."""
    if file.index is None:
        return None
    with file.path.open("rb") as opened:
        init = opened.read(file.index.offsets[0])
    offsets = list(file.index.offsets)
    return {"starts_s": list(file.index.starts_s), "offsets": offsets, "init": base64.b64encode(init).decode()}


def _row(
    asset: Asset, file: Encoded, sha256: str, index: dict[str, Any] | None, *, is_default: bool, now: datetime
) -> Rendition:
    return Rendition(
        asset=asset,
        name=file.name,
        kind=file.kind,
        file_id=sha256,
        file_name=f"{file.name}{file.path.suffix}",
        mime=file.mime,
        duration_s=file.duration_s,
        average_bps=file.average_bps,
        width=file.width,
        height=file.height,
        fps=file.fps,
        start_s=file.start_s,
        language=asset.language if file.language in (None, "und") else file.language,
        is_default=is_default,
        fragments=index,
        recipe=encoder().encoder_version()[:120],
        created_at=now,
    )
