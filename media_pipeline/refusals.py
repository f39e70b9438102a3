"""Why an upload can be refused, each with a code and a sentence with the way out."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError


class EmptyFile(FieldschoolError):
    code = "empty_file"

    def __init__(self) -> None:
        super().__init__(_("The file is empty. Save the recording again on the phone and choose it once more."))


class TooLarge(FieldschoolError):
    code = "file_too_large"

    def __init__(self, limit_bytes: int) -> None:
        sentence = _("The file is larger than {limit} GB. Cut it into two lessons and upload each.")
        super().__init__(format_lazy(sentence, limit=f"{limit_bytes / 1e9:.3g}"))


class UnknownName(FieldschoolError):
    code = "unknown_file_name"

    def __init__(self, suffix: str) -> None:
        sentence = _(
            "A “.{suffix}” file is not a recording. "
            "Choose a video or sound file: mp4, mov, mkv, webm, avi, mp3, m4a or wav."
        )
        super().__init__(format_lazy(sentence, suffix=suffix[:12]))


class UnknownContent(FieldschoolError):
    code = "unknown_content"

    def __init__(self) -> None:
        super().__init__(
            _(
                "What is in this file is neither video nor sound, whatever its name says. "
                "Choose the recording itself, not a link, a playlist or a renamed file."
            )
        )


class NoSpaceForUpload(FieldschoolError):
    code = "no_space"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The server's disk is full, so the file could not be kept. Nothing else is lost: "
                "ask the operator to make room, then upload it again."
            )
        )


class UnknownAsset(FieldschoolError):
    code = "unknown_asset"

    def __init__(self) -> None:
        super().__init__(_("This recording is not there any more. Upload it again."))
