"""Class time in words: what plan B is, what a record says, what is wrong with a link."""

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

HOW: dict[str, Any] = {
    "picture": gettext_lazy("With picture and voice"),
    "slides": gettext_lazy("With slides and voice"),
    "voice": gettext_lazy("With voice alone"),
    "telephone": gettext_lazy("By telephone"),
    "recording": gettext_lazy("By recording"),
}
CAUSES: dict[str, Any] = {
    "link": gettext_lazy("No link, and no plan B"),
    "power": gettext_lazy("No power"),
    "equipment": gettext_lazy("The equipment failed"),
    "teacher": gettext_lazy("The teacher was not there"),
    "school": gettext_lazy("The school had something else"),
    "other": pgettext_lazy("cause", "Something else"),
}
# What is done when the step before does not hold; in this order.
STEPS: dict[str, Any] = {
    "picture": gettext_lazy("As planned: both sides see and hear each other."),
    "slides": gettext_lazy("All cameras off. The teacher shows slides and speaks."),
    "voice": gettext_lazy("Sharing ends. Open the lesson here, and listen to the teacher."),
    "telephone": gettext_lazy("Call the teacher. Put the telephone, loud, in front of the class."),
    "recording": gettext_lazy("Play the recording that was fetched beforehand."),
}
assert list(STEPS) == list(HOW)
BAD_LINKS: dict[str, Any] = {
    "too_long": gettext_lazy("The text is longer than 2,000 letters: paste the invitation alone."),
    "no_link": gettext_lazy("There is no link in this text: copy the whole invitation from the meeting program."),
    "not_https": gettext_lazy("The link must begin with https://: copy it anew from the meeting program."),
    "bad_link": gettext_lazy("This link cannot be opened: copy it anew from the meeting program."),
}
