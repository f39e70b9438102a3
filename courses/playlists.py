"""A lesson for players that know HLS: every quality, every voice and all captions in one address.

By its six digits, as what is printed is: `/<six digits>/master.m3u8`. Captions are files of WebVTT beside it.
"""

from collections.abc import Iterator

from django.utils.translation import get_language_info, gettext

from courses import captions
from courses.models import LessonPage
from courses.selectors import key_for_code
from courses.tongues import own_name
from courses.types import Cue
from courses.visibility import public
from lms.core.ids import is_short_code
from media_pipeline import hls
from media_pipeline import selectors as media_pipeline


def master(code: str, language: str) -> str:
    """The playlist of the public lesson of a number, of the page in `language` where it is; empty without one."""
    page = _lesson(code, language)
    if page is None or page.asset_id is None:
        return ""
    spoken = [tongue for tongue in page.tongues if tongue.asset_id]
    media = media_pipeline.media([page.asset_id, *(tongue.asset_id for tongue in spoken if tongue.asset_id)])
    own = media.get(page.asset_id)
    if own is None:
        return ""
    native = own.sound.language if own.sound else "und"
    known = native != "und" and native not in {tongue.language for tongue in spoken}
    name = own_name(native) if known else gettext("As recorded")
    voices = [hls.Voice.of(own, native if known else "und", name)]
    for tongue in spoken:
        voice = media.get(tongue.asset_id) if tongue.asset_id else None
        if voice:
            voices.append(hls.Voice.of(voice, tongue.language, own_name(tongue.language)))
    return hls.master(own, voices=voices, words=list(_words(page)))


def _words(page: LessonPage) -> Iterator[hls.Words]:
    """Captions in every language that has some: the lesson's own, then the others in their order."""
    written = page.locale.language_code
    if page.cues:
        yield hls.Words(_tag(written), get_language_info(written)["name_local"], "captions.m3u8")
    for tongue in page.tongues:
        if tongue.cues:
            yield hls.Words(tongue.language, own_name(tongue.language), f"{tongue.language}/captions.m3u8")


def words(code: str, language: str, *, tongue: str = "") -> tuple[str, float] | None:
    """The captions of a public lesson as WebVTT, in a further language or its own, and until when they last (s)."""
    page = _lesson(code, language)
    found: tuple[Cue, ...] = ()
    if page and tongue:
        found = next((each.cues for each in page.tongues if each.language == tongue), ())
    elif page:
        found = page.cues
    return (captions.write(found), max(cue.end_s for cue in found)) if found else None


def _lesson(code: str, language: str) -> LessonPage | None:
    key = key_for_code(code) if is_short_code(code) else None
    pages = public(LessonPage.objects.filter(translation_key=key)).select_related("locale") if key else ()
    # The reader's language, else the one it was written in.
    found = sorted(pages, key=lambda page: (page.locale.language_code != language, page.alias_of_id is not None))
    return found[0] if found else None


def _tag(language: str) -> str:
    """A language of ours as BCP 47 writes it: zh-Hans."""
    spoken, dash, script = language.partition("-")
    return f"{spoken}{dash}{script.title()}"
