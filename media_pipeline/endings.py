"""How an attempt at a step ends, written under its lease: what was lost meanwhile changes nothing.

- done: rows, step and outbox event in one transaction, by the caller;
- interrupted (worker or ffmpeg killed): again soon;
- stopped (the worker is asked to end): put back as if never claimed;
- no room on the disk: waits and is tried again by itself, the upload is kept;
- the store of files is away, full or refuses: waits longer each time, and goes on by itself;
- failed: tried again a few times with growing pauses, then parked with its log; at once when the file is at fault.
"""

import errno
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from lms.core import outbox, work
from lms.core.clock import now as present
from lms.core.errors import FieldschoolError
from lms.core.storage_errors import StorageError
from media_pipeline.leases import NO_LEASE, LostLease, held
from media_pipeline.models import Asset, Step, step_order
from media_pipeline.sentences import in_all_languages

logger = logging.getLogger(__name__)
MAX_FAILURES = 3
# A file that kills its worker every time must not do so for ever; but machines do restart, many times in a row.
MAX_INTERRUPTIONS = 60
STOP_GRACE_S = 0.2
STORAGE_PAUSE_S, LONGEST_STORAGE_PAUSE_S = 5, 300
UNFORESEEN = _(
    "Something went wrong that was not foreseen. The upload is kept: "
    "try again, and tell the operator if it happens again."
)


def done(step: Step, now: datetime, *, ladder: int) -> None:
    """End the step well, as that version of the ladder planned it. Raises LostLease, which undoes all."""
    ended = held(step).update(
        state=Step.State.DONE,
        ladder=ladder,
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


def settle(asset: Asset) -> None:
    """Bring the asset's state in line with its steps, in their transaction and under the asset's lock.

    What is ready stays so: a step that is done once more and fails leaves what it had made in its place.
    """
    steps = list(asset.steps.exclude(kind__in=Step.EXTRA).order_by(*step_order()))
    failed = next((step for step in steps if step.state == Step.State.FAILED), None)
    if asset.state == Asset.State.READY:
        pass
    elif failed and (failed.kind == Step.Kind.EXAMINE or _none_goes_on(steps)):
        asset.state = Asset.State.FAILED
        asset.error_code, asset.error_sentences = failed.error_code, failed.error_sentences
    elif all(step.state == Step.State.DONE for step in steps):
        asset.state = Asset.State.READY
    asset.save(update_fields=["state", "error_code", "error_sentences"])
    outbox.enqueue(topic="asset_changed", subject=asset.pk)


def _none_goes_on(steps: Sequence[Step]) -> bool:
    return all(step.state in {Step.State.DONE, Step.State.FAILED} for step in steps)


def put_back(step: Step) -> int:
    return held(step).update(state=Step.State.WAITING, not_before=present(), fraction=0, **NO_LEASE)


def ended_badly(step: Step, error: Exception, log: str) -> None:
    """Decide whether the step is interrupted, waits for room, is tried again, or is parked."""
    if work.stopping.wait(STOP_GRACE_S):
        # Ctrl-C reaches ffmpeg as well as us, and its end may be seen first.
        put_back(step)
    elif _is_no_space(error):
        _wait_for_space(step)
    elif isinstance(error, StorageError):
        _wait_for_storage(step, error, log)
    elif getattr(error, "interrupted", False):
        interrupted(step, now=present())
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


def interrupted(step: Step, *, now: datetime) -> int:
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
            settle(asset)
    return parked
