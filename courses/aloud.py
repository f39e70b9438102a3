"""What the simple view says of its tiles, and who has read it: phones without a voice of their own play the recording.

A recording is named by the words it says: when the words change it is not found any more, and is made anew
(`python -m scripts.recordings`).
"""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).parent / "static" / "courses" / "aloud"
WORDS = {
    "go_on": _("Begin, or continue where you stopped."),
    "find": _("Find a lesson by a word, or by the number on the poster."),
    "kept": _("Lessons kept on this phone. They play without a signal."),
}


def file_name(words: str) -> str:
    """Name of the recording of `words`, in whichever language they are."""
    return hashlib.sha256(words.encode()).hexdigest()[:12] + ".ogg"


def recording(words: str) -> str | None:
    """The recording's path among the static files; None where nobody has read these words."""
    name = file_name(words)
    return f"courses/aloud/{name}" if name in _recorded() else None


@lru_cache(maxsize=1)
def _recorded() -> frozenset[str]:
    return frozenset(path.name for path in FOLDER.glob("*.ogg"))
