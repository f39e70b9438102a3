"""Sentences kept in rows: written once in every language of the site, read in the reader's."""

from collections.abc import Mapping

from django.conf import settings
from django.utils import translation


def in_all_languages(sentence: object) -> dict[str, str]:
    """A translatable sentence as text in each language of the site, to be kept in a row."""
    texts = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts[language] = str(sentence)
    return texts


def in_this_language(texts: Mapping[str, str]) -> str:
    """The kept text for the reader's language, or for the site's."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return texts.get(language) or texts.get(settings.LANGUAGE_CODE) or next(iter(texts.values()), "")
