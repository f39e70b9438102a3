"""The trees of all languages alike: a page missing in a language is shown by an alias of the original."""

from typing import Any

from wagtail.models import Locale, Page


def mirror(page: Page) -> list[Page]:
    """Let `page` stand in for itself in every language that lacks it; parents too. Returns the new aliases."""
    made = []
    for locale in Locale.objects.exclude(pk=page.locale_id):
        if not page.has_translation(locale):
            made.append(page.specific.copy_for_translation(locale, copy_parents=True, alias=True))
    return made


def mirror_below(page: Page) -> None:
    """The same for a whole subtree, parents first."""
    below: Any = Page.objects.descendant_of(page, inclusive=True).filter(alias_of=None).order_by("path")
    for each in below.specific():
        mirror(each)
