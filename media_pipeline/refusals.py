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


class QuotaReached(FieldschoolError):
    """There would be room on the disk, but not for this site or person (`media_pipeline.quotas`)."""


class PersonQuotaReached(QuotaReached):
    code = "person_quota_reached"

    def __init__(self, used_bytes: int, quota_bytes: int) -> None:
        sentence = _(
            "Your recordings take {used} of the {quota} GB that each person has, and this one has no room beside them. "
            "Delete lessons that nobody needs any more (their recordings are gone two days later), discard what has "
            "not arrived whole, or ask the operator for more room."
        )
        used, quota = f"{used_bytes / 1e9:.3g}", f"{quota_bytes / 1e9:.3g}"
        super().__init__(format_lazy(sentence, used=used, quota=quota))


class SiteQuotaReached(QuotaReached):
    code = "site_quota_reached"

    def __init__(self, quota_bytes: int) -> None:
        sentence = _(
            "The {quota} GB that the site has for recordings are used up. Nothing else is lost: ask the operator for "
            "more room, or to delete lessons that nobody needs, then send it again."
        )
        super().__init__(format_lazy(sentence, quota=f"{quota_bytes / 1e9:.3g}"))


class UnknownAsset(FieldschoolError):
    code = "unknown_asset"

    def __init__(self) -> None:
        super().__init__(_("This recording is not there any more. Upload it again."))
