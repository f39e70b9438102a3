"""What the services of paired classes refuse."""

from collections.abc import Sequence
from typing import Any

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


class Outdated(FieldschoolError):
    code = "outdated"


class BadRow(FieldschoolError):
    """A correction that the data cannot have. `problems` has all that would be wrong, with the list and id it is of."""

    code = "bad_row"

    def __init__(self, problems: Sequence[tuple[BadInput, tuple[str, str]]]) -> None:
        super().__init__(_("Nothing was stored: put right what is marked."))
        self.problems = tuple(problems)


class ChangedMeanwhile(FieldschoolError):
    code = "changed_meanwhile"


class StillNeeded(FieldschoolError):
    code = "still_needed"


class AlreadyThere(FieldschoolError):
    code = "already_there"


class NotAMember(FieldschoolError):
    code = "not_a_member"


class LastScheduler(FieldschoolError):
    code = "last_scheduler"


class BadPairing(FieldschoolError):
    code = "bad_pairing"


class Clash(FieldschoolError):
    code = "clash"


class NoMeetingServer(FieldschoolError):
    """The county's server for meetings does not answer, or does not want to."""

    code = "no_meeting_server"

    def __init__(self) -> None:
        super().__init__(_("The county's meeting server does not answer: go on by telephone, and tell the operator."))


class BadMeeting(FieldschoolError):
    code = "bad_meeting"


class NoSuchLesson(FieldschoolError):
    code = "no_such_lesson"


class NotRecordable(FieldschoolError):
    """Nothing can be said of what has not begun, or was cancelled."""

    code = "not_recordable"


class BadRecord(FieldschoolError):
    code = "bad_record"


class NotMovable(FieldschoolError):
    """A lesson stays where it is; `barriers` (lms.schools.moving.options) say what is in the way then."""

    code = "not_movable"

    def __init__(self, sentence: str, barriers: Sequence[Any] = ()) -> None:
        super().__init__(sentence)
        self.barriers = tuple(barriers)


class BadChannel(FieldschoolError):
    code = "bad_channel"


class FixGone(FieldschoolError):
    """The timetable has changed since the fix was shown."""

    code = "fix_gone"
