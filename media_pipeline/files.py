"""Files of renditions and their rows: a file is held by an attempt until rows show it, and goes with its row."""

import logging
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from lms.core.storage_errors import StorageError
from media_pipeline.adapters import copies
from media_pipeline.adapters.storage import renditions
from media_pipeline.models import Rendition, Step, StoredFile

logger = logging.getLogger(__name__)


def hold(step: Step, files: dict[str, int], *, now: datetime) -> None:
    """Announce the files (SHA-256 -> size in bytes) that this attempt is about to move into the storage."""
    StoredFile.objects.bulk_create(
        [
            StoredFile(sha256=sha256, size_bytes=size, held_by=step, held_attempt=step.attempt, created_at=now)
            for sha256, size in files.items()
        ],
        update_conflicts=True,
        unique_fields=["sha256"],
        update_fields=["held_by", "held_attempt"],
    )


def keep(path: Path, sha256: str, *, mime: str, alive: Callable[[], None]) -> None:
    """Move a file into the storage, waiting for one that is away: encoding again would cost more.

    `alive` keeps the lease meanwhile. Raises StorageError when it was away too long, or refuses.
    """
    until = time.monotonic() + settings.MEDIA_STORAGE_PATIENCE_S
    pause_s = 1.0
    while True:
        try:
            renditions.put(path, sha256, mime=mime, alive=alive)
            return
        except StorageError as error:
            if error.code not in {"storage_away", "storage_damaged"} or time.monotonic() + pause_s > until:
                raise
            logger.warning("%s waits for the store: %s (%s)", sha256, error.code, error.detail)
        _wait(pause_s, alive)
        pause_s = min(pause_s * 2, 30)


def _wait(seconds: float, alive: Callable[[], None]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        alive()
        time.sleep(0.2)


def work_folder(step: Step) -> Path:
    """Where this attempt may write: to be made by it, on the file system of the storage."""
    return Path(settings.MEDIA_WORK_DIR) / f"{step.pk}-{step.attempt}"


def sweep() -> int:
    """Remove files that nothing shows or holds, and the folders of attempts that ended. Returns how many files went."""
    gone = 0
    for sha256 in list(_forsaken().values_list("sha256", flat=True)):
        with transaction.atomic():
            # Under the row's lock: whoever wants these bytes announces them first, and finds the file or its absence.
            if _forsaken().select_for_update(of=("self",)).filter(sha256=sha256).exists():
                try:
                    renditions.delete(sha256)
                except StorageError as error:
                    # Its row stays, and so it is swept another time.
                    logger.warning("%s could not be removed: %s (%s)", sha256, error.code, error.detail)
                    break
                StoredFile.objects.filter(sha256=sha256).delete()
                gone += 1
    _sweep_work_folders()
    _sweep_copies()
    return gone


def sweep_strays(*, before: datetime) -> None:
    """Remove files without any row: left by a worker that went on writing long after it had lost its lease."""
    for sha256, written in renditions.listing():
        if written < before:
            with transaction.atomic():
                if not StoredFile.objects.filter(sha256=sha256).exists():
                    renditions.delete(sha256)


def _forsaken() -> QuerySet[StoredFile]:
    shown = Rendition.objects.filter(file=OuterRef("pk"))
    held = Step.objects.filter(pk=OuterRef("held_by"), attempt=OuterRef("held_attempt"), state=Step.State.RUNNING)
    return StoredFile.objects.filter(~Exists(shown), ~Exists(held))


def _sweep_work_folders() -> None:
    folder = Path(settings.MEDIA_WORK_DIR)
    # Listed before the steps are read: a folder seen here belongs to an attempt that was running by then.
    paths = list(folder.iterdir()) if folder.is_dir() else []
    if not paths:
        return
    running = Step.objects.filter(state=Step.State.RUNNING).values_list("pk", "attempt")
    names = {f"{pk}-{attempt}" for pk, attempt in running}
    for path in paths:
        if path.name not in names and path.name != copies.FOLDER:
            shutil.rmtree(path, ignore_errors=True)


def _sweep_copies() -> None:
    """Copies of sources go when no step wants them any more."""
    kept = copies.Copies(Path(settings.MEDIA_WORK_DIR))
    if kept.folder.is_dir():
        wanted = Step.objects.filter(state__in=[*Step.WANTED, Step.State.RUNNING])
        kept.keep_only(set(wanted.values_list("asset__source_sha256", flat=True)))
