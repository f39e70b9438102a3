"""What search refuses."""

from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError


class RebuildRunning(FieldschoolError):
    """Another process is building the index."""

    code = "rebuild_running"

    def __init__(self) -> None:
        super().__init__(_("The index is being built by another process. Wait until it is done."))
