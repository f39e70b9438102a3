"""What the services of paired classes refuse."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError
from lms.schools import naming
from lms.schools.scheduling.types import BadInput
from lms.schools.sheets.types import BadFile


class BadTables(FieldschoolError):
    """The county's data cannot be used; `problems` has everything that is wrong. Nothing was stored."""

    code = "bad_tables"

    def __init__(self, problems: Sequence[BadInput]) -> None:
        super().__init__(_("Nothing was stored: put right what is listed, and bring the data in again."))
        self.problems = tuple(problems)


class BadSheets(FieldschoolError):
    """A file that is no spreadsheet that can be opened. Nothing was kept of it."""

    def __init__(self, error: BadFile) -> None:
        super().__init__(naming.bad_file(error), code=error.code)


class NotClean(FieldschoolError):
    code = "not_clean"


class BadTerm(FieldschoolError):
    code = "bad_term"


class PlanUnderWay(FieldschoolError):
    code = "plan_under_way"


class NotUnderWay(FieldschoolError):
    code = "not_under_way"


class NotPublished(FieldschoolError):
    code = "not_published"


class NotADraft(FieldschoolError):
    code = "not_a_draft"


class Clash(FieldschoolError):
    code = "clash"


class FixGone(FieldschoolError):
    """The timetable has changed since the fix was shown."""

    code = "fix_gone"
