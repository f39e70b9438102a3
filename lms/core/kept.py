"""Public pages kept as they were sent, and the number that says whether they still hold.

Making a page anew costs some twenty queries and a compression: 40 ms and more, which a learner waits for on top of the
link. `SiteVersion` counts the changes that pages can show, in every process that writes; a page kept under an older
number is made anew. It is counted after the commit, so that nobody keeps an old page under the new number, and in a
transaction of its own, so that writers do not wait for each other.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.db.models.signals import m2m_changed, post_delete, post_save

from lms.core.models import SiteVersion

MOST_PAGES = 512


@dataclass(frozen=True)
class KeptPage:
    """A page as it was sent. `kept_at` is the monotonic clock's."""

    version: int
    kept_at: float
    headers: dict[str, str]
    parts: tuple[bytes, ...]


class Shelf:
    """The pages of one process; the one that was asked for longest ago goes first."""

    def __init__(self, most: int = MOST_PAGES) -> None:
        self._pages: OrderedDict[tuple[str, ...], KeptPage] = OrderedDict()
        self._lock = threading.Lock()
        self._most = most

    def get(self, key: tuple[str, ...], *, version: int, not_before: float) -> KeptPage | None:
        """The page under `key`, if nothing has changed since and it is no older than `not_before`."""
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.version != version or page.kept_at < not_before:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: KeptPage) -> None:
        """Keep the page under `key`."""
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
                self._pages.popitem(last=False)


def version() -> int:
    """How many changes there were that pages can show."""
    return SiteVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def in_transaction() -> bool:
    """True where what is seen may never be committed."""
    return transaction.get_connection().in_atomic_block


def changed() -> None:
    """Note that pages may look different once the current transaction is committed."""
    waiting: list[Any] = transaction.get_connection().run_on_commit
    if not any(entry[1] is _count for entry in waiting):
        transaction.on_commit(_count, robust=True)  # counted a little late is better than a change that fails


def _count() -> None:
    if not SiteVersion.objects.filter(pk=1).update(number=F("number") + 1):
        SiteVersion.objects.bulk_create([SiteVersion(pk=1, number=1)], ignore_conflicts=True)


def _model_changed(sender: type[Model], raw: bool = False, **kwargs: Any) -> None:
    if not raw and sender._meta.app_label in settings.PAGES_SHOW:
        changed()


def watch() -> None:
    """Follow the models that pages show. Changes in bulk send no signal: their services call `changed` themselves."""
    for signal in (post_save, post_delete, m2m_changed):
        signal.connect(_model_changed, dispatch_uid="lms.core.kept")
    unknown = set(settings.PAGES_SHOW) - set(apps.app_configs)
    if unknown:
        raise LookupError(f"PAGES_SHOW names no app: {', '.join(sorted(unknown))}")
