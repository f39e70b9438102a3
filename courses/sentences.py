"""Sentences that more than one door of the room says."""

from django.utils.translation import gettext_lazy as _

NOT_ON_PRIVATE_PAGES = _(
    "This page is private, and private pages cannot show a recording yet. Take the video out of the lesson, or make "
    "the page public (Status, Visibility)."
)
NOT_BELOW_PRIVATE_PAGES = _(
    "The place is private, and private pages cannot show a recording yet. Choose a public place, or take the videos "
    "out of the lessons first. Nothing was changed."
)
HAS_RECORDINGS = _(
    "Lessons at or below this page have a recording, and private pages cannot show one yet. Take the videos out of the "
    "lessons first, published and draft. Nothing was changed."
)
NOT_A_RECORDING_OF_YOURS = _(
    "A recording named here was not sent by you, or is not there any more. Choose the file again: the same file is not "
    "encoded twice."
)
VOICE_OF_ANOTHER_LESSON = _(
    "A recording named here is heard with another lesson already, and cannot be as long as both. Choose the voice that "
    "was spoken for this lesson, or take it out of the other one first."
)
