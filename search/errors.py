"""What search refuses."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError


class RebuildRunning(FieldschoolError):
    """Another process is building the index."""

    code = "rebuild_running"

    def __init__(self) -> None:
        super().__init__(_("The index is being built by another process. Wait until it is done."))


class EngineAway(FieldschoolError):
    """The search cluster cannot be asked now: it is away, too slow, or does not let us in."""

    code = "search_away"

    def __init__(self, reason: str) -> None:
        super().__init__(
            _("The search cluster does not answer (%(reason)s). It is asked again by itself.") % {"reason": reason}
        )
        self.reason = reason


class EntriesRefused(FieldschoolError):
    """The cluster took all entries but these. `reasons` by key."""

    code = "entries_refused"

    def __init__(self, reasons: Mapping[UUID, str]) -> None:
        example = next(iter(reasons.values()))
        super().__init__(
            _("The search cluster refused %(n)s entries (%(example)s). See what `search_doctor` says of its index.")
            % {"n": len(reasons), "example": example}
        )
        self.reasons = reasons


class IndexIncomplete(FieldschoolError):
    """A new index did not hold what was put into it; it was thrown away and the live one stays."""

    code = "index_incomplete"

    def __init__(self, wrong: int, checked: int) -> None:
        super().__init__(
            _("%(wrong)s of %(checked)s entries were not in the new index as written. The old index stays; try again.")
            % {"wrong": wrong, "checked": checked}
        )


class BackendUnknown(FieldschoolError):
    """An engine that the settings do not allow for."""

    code = "backend_unknown"

    def __init__(self, backend: str) -> None:
        super().__init__(
            _("The engine %(backend)s cannot be used. For Elasticsearch set ELASTICSEARCH_URL.") % {"backend": backend}
        )
