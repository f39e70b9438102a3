"""Why a piece or an upload is refused: what HTTP calls it (`status`), a code, and a sentence with the way out."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError


class UploadError(FieldschoolError):
    """An upload that cannot begin, or go on so. `status` is tus's, or HTTP's where tus says nothing."""

    status = 400
    sentence_of: Promise

    def __init__(self, sentence: str | Promise | None = None) -> None:
        super().__init__(self.sentence_of if sentence is None else sentence)


class UnknownUpload(UploadError):
    code, status = "unknown_upload", 404
    sentence_of = _("This upload is not there any more. Choose the file again.")


class ExpiredUpload(UploadError):
    code, status = "upload_expired", 410
    sentence_of = _("Nobody went on with this upload in time, and what had arrived is gone. Choose the file again.")


class WrongOffset(UploadError):
    code, status = "wrong_offset", 409
    sentence_of = _("Another part is wanted next. Ask how much has arrived, and go on from there.")


class Busy(UploadError):
    code, status = "upload_busy", 423
    sentence_of = _("This upload is being written to just now. Try again in a few seconds.")


class WrongChecksum(UploadError):
    code, status = "wrong_checksum", 460
    sentence_of = _("Other bytes arrived than were sent. Send this part again.")


class TooLong(UploadError):
    code, status = "upload_too_long", 413
    sentence_of = _("This is more than the upload was to have. Choose the file again.")


class TooManyUploads(UploadError):
    code, status = "too_many_uploads", 429

    def __init__(self, limit: int) -> None:
        sentence = _(
            "{limit} of your recordings have not arrived whole. Choose the file of one of them again and it goes on, "
            "or discard one."
        )
        super().__init__(format_lazy(sentence, limit=limit))


class TooMuchWaiting(UploadError):
    code, status = "too_much_waiting", 413

    def __init__(self, limit_bytes: int) -> None:
        sentence = _(
            "Your recordings that have not arrived whole would be more than {limit} GB with this one. "
            "Go on with one of them first, or discard one."
        )
        super().__init__(format_lazy(sentence, limit=f"{limit_bytes / 1e9:.3g}"))


class BadHeader(UploadError):
    code = "bad_header"

    def __init__(self, name: str) -> None:
        super().__init__(format_lazy(_("The header {name} is missing, or cannot be read."), name=name))
