"""What the media pipeline refuses, and why. Every code has a sentence with the way out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError

SENTENCES: dict[str, Promise] = {
    "empty": _("The file is empty. Copy it from the phone or camera again, then upload it once more."),
    "not_found": _("There is no such file. Check the name and choose the file again."),
    "bad_name": _("The file's name or folder has characters that cannot be read. Rename it and try again."),
    "not_a_file": _("This is not an ordinary file. Choose a video or sound file."),
    "not_media": _(
        "This is not a video or sound file that can be used. Choose an MP4, MOV, MKV, WebM, MP3 or M4A file."
    ),
    "damaged": _(
        "The file is damaged and cannot be read. Copy it from the phone or camera again, or export it again as MP4."
    ),
    "truncated": _(
        "Part of the file is missing: it ends before its own length. Copy it again, whole, and upload it once more."
    ),
    "no_tracks": _("There is neither picture nor sound in this file. Choose another file, or export it again as MP4."),
    "too_short": _("The recording is shorter than half a second. Choose a longer one."),
    "too_long": _("The recording is longer than six hours. Cut it into lessons and upload them one by one."),
    "too_large": _("The picture is larger than 8192 points a side. Export it again in 1080p."),
    "too_heavy": _("Reading the file takes too much time or memory. Export it again as MP4 (H.264) in 1080p or less."),
    "encoder_failed": _("Encoding stopped with an error. Try again; if it fails again, export the file again as MP4."),
    "encoder_killed": _("Encoding was interrupted. It will be tried again by itself."),
    "encoder_stuck": _(
        "Encoding made no progress and was stopped. Try again; if it fails again, export the file again as MP4."
    ),
    "no_space": _("The disk is full. Nothing is lost: encoding goes on when there is space again."),
    "output_not_empty": _("The output folder is not empty. Name an empty or a new one."),
    "output_unusable": _("The output folder cannot be written. Name another one."),
}


class MediaError(FieldschoolError):
    """A source or a result that cannot be used. `code` is a key of `SENTENCES`; `detail` is for logs only."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(SENTENCES[code], code=code)
        self.detail = detail


class Killed(MediaError):
    """Someone else ended the program (the operator, or the system for want of memory): no fault of the file."""

    interrupted = True

    def __init__(self, detail: str = "") -> None:
        super().__init__("encoder_killed", detail)


class NoSpace(MediaError):
    """The disk is full: the step can go on later."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("no_space", detail)
