"""Interface and content: a reader of every language is shown pages, though not every language has pages of its own."""

from django.conf import settings
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant


def content_language(code: str | None = None) -> str:
    """The language of the pages that a reader of `code` is shown (the present reader when None).

    Traditional and Simplified Chinese are one language for pages and search; Wagtail's own addresses agree.
    """
    try:
        return str(get_supported_content_language_variant(code or get_language() or settings.LANGUAGE_CODE))
    except LookupError:
        return str(settings.LANGUAGE_CODE)


def readers_address(address: str, language: str) -> str:
    """An address of a page in `language`, under the prefix of a reader who is shown that language's pages."""
    reader = get_language() or settings.LANGUAGE_CODE
    if reader == language or content_language(reader) != language or not address.startswith("/"):
        return address
    path = address if language == settings.LANGUAGE_CODE else address.removeprefix(f"/{language}")
    return path if reader == settings.LANGUAGE_CODE else f"/{reader}{path}"
