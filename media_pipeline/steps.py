"""The work on a lesson, step by step: claim, encode aside, move files in by content, and say so in one transaction.

A step may be interrupted anywhere and is then done again from its start; what the interrupted attempt wrote is swept.
Once a step is done it is never claimed again. How an attempt can end:

- done: rows, step and outbox event in one transaction, under the lease;
- interrupted (worker or ffmpeg killed): again soon;
- stopped (the worker is asked to end): put back as if never claimed;
- no room on the disk: waits and is tried again by itself, the upload is kept;
- the store of files is away, full or refuses: waits longer each time, and goes on by itself;
- failed: tried again a few times with growing pauses, then parked with its log; at once when the file is at fault.
"""

import base64
import errno
import logging
import os
import shutil
import time
import traceback
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lms.core import outbox, work
from lms.core.clock import now as present
from lms.core.errors import FieldschoolError
from lms.core.storage_errors import StorageError
from media_pipeline import files, frozen, leases
from media_pipeline.adapters.storage import hash_of, sources
from media_pipeline.leases import NO_LEASE, LostLease, held
from media_pipeline.meter import metered
from media_pipeline.models import Asset, Rendition, Step, step_order
from media_pipeline.sentences import in_all_languages
from media_pipeline.types import FragmentIndex

logger = logging.getLogger(__name__)
MAX_FAILURES = 3
# A file that kills its worker every time must not do so for ever; but machines do restart, many times in a row.
MAX_INTERRUPTIONS = 60
LOG_CHARS = 8000
QUICK = (Step.Kind.EXAMINE, Step.Kind.VOICE)
SLOW = (Step.Kind.PICTURES, Step.Kind.SHARE)
STOP_GRACE_S = 0.2
STORAGE_PAUSE_S, LONGEST_STORAGE_PAUSE_S = 5, 300
UNFORESEEN = _(
    "Something went wrong that was not foreseen. The upload is kept: "
    "try again, and tell the operator if it happens again."
)


class Progress(Protocol):
    """How far an encoder is. `left_s` and `speed` are None until they can be told."""

    @property
    def fraction(self) -> float: ...
    @property
    def speed(self) -> float | None: ...
    @property
    def left_s(self) -> float | None: ...


@dataclass(frozen=True)
class Begun:
    """Progress of what an encoder does not count: fetching the source, keeping the results."""

    fraction: float = 0.0
    speed: float | None = None
    left_s: float | None = None


Watch = Callable[[Any], None]


class Encoded(Protocol):
    """A file that an encoder made (media_pipeline.encoding.Encoded)."""

    name: Any
    kind: Any
    path: Path
    mime: Any
    size_bytes: Any
    duration_s: Any
    average_bps: Any
    width: Any
    height: Any
    fps: Any
    language: Any
    index: FragmentIndex | None


class Encoder(Protocol):
    """What makes the files: the module `media_pipeline.encoding`, or a fake."""

    Examined: Any

    def encoder_version(self) -> str: ...
    def examine(self, source: Path, *, watch: Watch) -> Any: ...
    def encode_voice(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Any]: ...
    def encode_pictures(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Any]: ...
    def encode_share(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Any]: ...


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
    return sum(_interrupted(step, now=now) for step in leases.abandoned(now=now))


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
        return lambda: _put_back(step)
    except DatabaseError:
        # Nothing can be written now; the lease runs out and the step is taken up again.
        raise
    except Exception as error:  # noqa: BLE001 - the boundary of one step: whatever it met is kept in its row
        return partial(_ended_badly, step, error, traceback.format_exc()[-LOG_CHARS:])
    return None


def _work(step: Step, folder: Path) -> None:
    folder.mkdir(parents=True)
    watch = _watcher(step)
    _keep_room()
    with sources.local(step.asset.source_sha256, alive=partial(watch, Begun())) as source:
        if step.kind == Step.Kind.EXAMINE:
            _save_examined(step, encoder().examine(source, watch=watch))
            return
        encode = {
            Step.Kind.VOICE: encoder().encode_voice,
            Step.Kind.PICTURES: encoder().encode_pictures,
            Step.Kind.SHARE: encoder().encode_share,
        }[Step.Kind(step.kind)]
        made = encode(source, _plan(step.asset, source, watch), folder, watch=watch)
    _save_made(step, made, watch)


def _plan(asset: Asset, source: Path, watch: Watch) -> Any:
    """The plan of the examination; made anew when an older version of the encoder wrote it in another shape."""
    try:
        return frozen.from_json(encoder().Examined, asset.examined or {}).plan
    except TypeError:
        return encoder().examine(source, watch=watch).plan


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
        _done(step, now)
        probe = examined.probe
        asset.examined = frozen.to_json(examined)
        asset.content = examined.content
        asset.duration_s, asset.width, asset.height = probe.duration_s, probe.width, probe.height
        asset.state = Asset.State.ENCODING
        asset.save()


def _save_made(step: Step, made: Sequence[Encoded], watch: Watch) -> None:
    """Move the files into the storage and show them, as the end of the step."""
    alive = partial(watch, Begun(1.0))
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
        _done(step, now)
        default = next((file.name for file in made if file.kind == Rendition.Kind.SOUND), None)
        Rendition.objects.bulk_create(
            _row(asset, file, sha256, index, is_default=file.name == default, now=now)
            for sha256, file, index in zip(hashes, made, indexes, strict=True)
        )
        _settle(asset)


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
        average_bps=None if file.average_bps is None else round(file.average_bps),
        width=file.width,
        height=file.height,
        fps=file.fps,
        language=asset.language if file.language in (None, "und") else file.language,
        is_default=is_default,
        fragments=index,
        recipe=encoder().encoder_version()[:120],
        created_at=now,
    )


def _done(step: Step, now: datetime) -> None:
    """End the step well. Raises LostLease, which undoes the transaction around."""
    ended = held(step).update(
        state=Step.State.DONE,
        fraction=1,
        finished_at=now,
        pauses=0,
        error_code="",
        error_sentences={},
        log="",
        **NO_LEASE,
    )
    if not ended:
        raise LostLease


def _settle(asset: Asset) -> None:
    """Bring the asset's state in line with its steps, in their transaction and under the asset's lock."""
    steps = list(asset.steps.order_by(*step_order()))
    failed = next((step for step in steps if step.state == Step.State.FAILED), None)
    if failed and (failed.kind == Step.Kind.EXAMINE or _none_goes_on(steps)):
        asset.state = Asset.State.FAILED
        asset.error_code, asset.error_sentences = failed.error_code, failed.error_sentences
    elif all(step.state == Step.State.DONE for step in steps):
        asset.state = Asset.State.READY
    asset.save(update_fields=["state", "error_code", "error_sentences"])
    outbox.enqueue(topic="asset_changed", subject=asset.pk)


def _none_goes_on(steps: Sequence[Step]) -> bool:
    return all(step.state in {Step.State.DONE, Step.State.FAILED} for step in steps)


def _put_back(step: Step) -> int:
    return held(step).update(state=Step.State.WAITING, not_before=present(), fraction=0, **NO_LEASE)


def _ended_badly(step: Step, error: Exception, log: str) -> None:
    """Decide whether the step is interrupted, waits for room, is tried again, or is parked."""
    if work.stopping.wait(STOP_GRACE_S):
        # Ctrl-C reaches ffmpeg as well as us, and its end may be seen first.
        _put_back(step)
    elif _is_no_space(error):
        _wait_for_space(step)
    elif isinstance(error, StorageError):
        _wait_for_storage(step, error, log)
    elif getattr(error, "interrupted", False):
        _interrupted(step, now=present())
    else:
        _failed(step, error, log)


def _is_no_space(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(error, FieldschoolError) and error.code == "no_space"


def _wait_for_space(step: Step) -> None:
    held(step).update(
        state=Step.State.WAITING_FOR_SPACE,
        not_before=present() + timedelta(seconds=settings.MEDIA_SPACE_PAUSE_S),
        fraction=0,
        error_code="no_space",
        error_sentences=in_all_languages(
            _("The server's disk is full. The upload is kept, and encoding goes on by itself when there is room again.")
        ),
        **NO_LEASE,
    )


def _wait_for_storage(step: Step, error: StorageError, log: str) -> None:
    logger.warning("%s of %s waits: %s (%s)", step.kind, step.asset_id, error.code, error.detail)
    pause_s = min(STORAGE_PAUSE_S * 2 ** min(step.pauses, 10), LONGEST_STORAGE_PAUSE_S)
    held(step).update(
        state=Step.State.WAITING_FOR_STORAGE,
        not_before=present() + timedelta(seconds=pause_s),
        pauses=min(step.pauses + 1, 1000),
        fraction=0,
        error_code=error.code,
        error_sentences=in_all_languages(error.sentence),
        log=log,
        **NO_LEASE,
    )


def _interrupted(step: Step, *, now: datetime) -> int:
    """The worker or ffmpeg was killed: another attempt soon, a little later each time."""
    if step.interruptions + 1 >= MAX_INTERRUPTIONS:
        return _park(step, "interrupted", _("Encoding was interrupted too often. It can be started again."), step.log)
    return held(step).update(
        state=Step.State.WAITING,
        interruptions=F("interruptions") + 1,
        not_before=now + timedelta(seconds=min(0.2 * step.interruptions, 5)),
        fraction=0,
        **NO_LEASE,
    )


def _failed(step: Step, error: Exception, log: str) -> None:
    known = isinstance(error, FieldschoolError)
    code = error.code if isinstance(error, FieldschoolError) else "unexpected"
    sentence = error.sentence if isinstance(error, FieldschoolError) else UNFORESEEN
    logger.warning("%s of %s failed (%s), attempt %s", step.kind, step.asset_id, code, step.attempt)
    if (known and step.kind == Step.Kind.EXAMINE) or step.failures + 1 >= MAX_FAILURES:
        _park(step, code, sentence, log)
        return
    held(step).update(
        state=Step.State.WAITING,
        failures=F("failures") + 1,
        not_before=present() + timedelta(seconds=5 * 4**step.failures),
        fraction=0,
        error_code=code,
        error_sentences=in_all_languages(sentence),
        log=log,
        **NO_LEASE,
    )


def _park(step: Step, code: str, sentence: object, log: str) -> int:
    """Give up on a step until someone asks for it again."""
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=step.asset_id)
        parked = held(step).update(
            state=Step.State.FAILED,
            failures=F("failures") + 1,
            fraction=0,
            error_code=code,
            error_sentences=in_all_languages(sentence),
            log=log,
            **NO_LEASE,
        )
        if parked:
            _settle(asset)
    return parked
