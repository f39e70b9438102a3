"""What the learner's templates say and show: sizes, times, words of the design, icons, critical styles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, override
from django.utils.translation import gettext as _

from lms.core import ids, saving, sizes
from lms.core.carried import carried, carry
from lms.core.icons import ICONS, TURNING
from lms.core.languages import content_language as language_of_pages
from lms.core.pages import keep_fresh
from lms.core.qr import qr as drawn_qr
from lms.core.words import first_words

register = template.Library()

# Where room is short.
SHORT_NAMES = {"zh-hans": "简体", "zh-hant": "繁體"}

register.filter("data_size", sizes.data_size)
register.filter("duration", sizes.duration)
register.filter("clock_time", sizes.clock_time)
register.filter("quality_label", sizes.quality_label)
register.filter("data_amount", sizes.data_amount)
register.filter("first_words", first_words)


@register.filter
def data_tag(size_bytes: int | None, duration_s: float | None) -> str:
    """The words of a data tag: "8 minutes · about 3 MB of data"."""
    return sizes.data_tag(size_bytes=size_bytes, duration_s=duration_s)


@register.filter
def saves_data(request: HttpRequest | None) -> bool:
    """True where who asks wants few bytes; False in a preview without a request."""
    return request is not None and saving.saves_data(request)


@register.filter
def percent(fraction: float) -> str:
    """A fraction 0..1 as whole per cent, never 100 before it is done."""
    return f"{int(fraction * 100)}%"


@register.filter
def is_number(path: str | None) -> bool:
    """True for the address of a lesson number, right or wrong: six digits and nothing else."""
    return bool(re.fullmatch(r"(?:[a-z]{2}(?:-[a-z]+)?/)?[0-9]{6}/?", (path or "").strip("/") + "/"))


@register.filter
def looks_like_number(text: str) -> bool:
    """True for a whole lesson number whose check digit is right."""
    return ids.is_short_code(text)


@register.filter
def card_number(number: str) -> str:
    """A learner's card number as it is read aloud and typed: 1234 567 890."""
    return f"{number[:4]} {number[4:7]} {number[7:]}"


@register.filter
def marked(text: str, spans: Iterable[tuple[int, int]]) -> SafeString:
    """The text as written, escaped, with its (start, end) spans in `<mark>`."""
    pieces: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if start < at or end <= start:
            continue
        pieces += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    pieces.append(escape(text[at:]))
    return mark_safe("".join(pieces))  # noqa: S308 - every piece is escaped above


@register.filter
def absolute(address: str | None) -> str:
    """The address with the site's own host, for link previews; those of other hosts stay."""
    if not address:
        return ""
    return address if urlsplit(address).netloc else f"{settings.PUBLIC_URL}{address}"


@register.simple_tag(takes_context=True)
def critical_css(context: Context, name: str) -> SafeString:
    """A `<style>` with the bundle `name`; the Content-Security-Policy carries its hash."""
    bundle = settings.CRITICAL_STYLES[name]
    carry(getattr(context, "request", None), "style-src", bundle.source)
    return mark_safe(f"<style>{bundle.text}</style>")  # noqa: S308 - our own file


@register.simple_tag(takes_context=True)
def critical_js(context: Context, name: str) -> SafeString:
    """A `<script>` with the bundle `name`; the Content-Security-Policy carries its hash."""
    bundle = settings.CRITICAL_SCRIPTS[name]
    carry(getattr(context, "request", None), "script-src", bundle.source)
    return mark_safe(f"<script>{bundle.text}</script>")  # noqa: S308 - our own file


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str) -> SafeString:
    """A picture of the sprite, for the eye only: a word always stands beside it."""
    carry(getattr(context, "request", None), "icons", name)
    turns = " turns" if name in TURNING else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true"><use href="#i-{}"/></svg>', turns, name
    )


@register.simple_tag(takes_context=True)
def sprite(context: Context, *names: str) -> SafeString:
    """The drawings of the icons above it, or of those named. Stands last in the body."""
    shown = names or carried(getattr(context, "request", None), "icons") or ()
    paths = [format_html('<path id="i-{}" d="{}"/>', name, ICONS[name]) for name in shown if name in ICONS]
    return mark_safe(f"<svg hidden><defs>{''.join(paths)}</defs></svg>")  # noqa: S308 - each path is escaped


@register.simple_tag
def qr(path: str) -> SafeString:
    """The QR code of an address of this site."""
    return mark_safe(drawn_qr(path))  # noqa: S308 - drawn by a library from our own addresses


@register.simple_tag
def site_path(path: str = "", language: str | None = None) -> str:
    """An address of the learner's site in a language (the present one unless named): /search/ or /en/search/."""
    code = language or get_language() or settings.LANGUAGE_CODE
    return f"/{path}" if code == settings.LANGUAGE_CODE else f"/{code}/{path}"


@dataclass(frozen=True)
class Translation:
    """The same page in a language. `is_original` is False where it only shows another language's text."""

    code: str
    tag: str  # BCP 47, for `lang` and `hreflang`
    label: str
    url: str
    is_current: bool
    is_original: bool = True


def language_tag(code: str) -> str:
    """BCP 47 with the usual capitals: zh-hans is zh-Hans."""
    first, _dash, rest = code.partition("-")
    return f"{first}-{rest.capitalize()}" if rest else first


register.filter("language_tag", language_tag)


@register.simple_tag(takes_context=True)
def translations(context: Context) -> list[Translation]:
    """This page in every language of the site: its Wagtail translation, or the same address under the other prefix."""
    current = get_language() or settings.LANGUAGE_CODE
    page: Any = context.get("page") if hasattr(context.get("page"), "get_translations") else None
    request: Any = context.get("request")
    known: dict[str, Any] = {}
    if page is not None:
        found = page.get_translations(inclusive=True).live().select_related("locale")
        known = {other.locale.language_code: other for other in found}
    found_here = []
    for code, _name in settings.LANGUAGES:
        other = known.get(language_of_pages(code))
        with override(code):  # a page that readers of several languages are shown has an address for each
            url = _under_prefix(request, code) if other is None else other.get_url(request) or site_path("", code)
        found_here.append(
            Translation(
                code=code,
                tag=language_tag(code),
                label=SHORT_NAMES.get(code) or get_language_info(code)["name_local"],
                url=url,
                is_current=code == current,
                is_original=other is not None and other.alias_of_id is None and other.locale.language_code == code,
            )
        )
    return found_here


def _under_prefix(request: Any, code: str) -> str:
    """The request's own address in another language; the home page where the address names nothing."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.url_name == "wagtail_serve":
        return site_path("", code)
    path = request.path
    for other, _name in settings.LANGUAGES:
        path = path.removeprefix(f"/{other}") if path.startswith(f"/{other}/") else path
    query = request.META.get("QUERY_STRING", "")
    return site_path(path.removeprefix("/"), code) + (f"?{query}" if query else "")


@register.simple_tag(takes_context=True)
def original_language(context: Context) -> str:
    """Name of the language whose text this page shows instead of its own; empty when it is its own.

    Simplified Chinese is no other language for readers of Traditional: a notice on every page would tell them nothing.
    """
    written, reader = _written_in(context), get_language() or settings.LANGUAGE_CODE
    if written == reader or (language_of_pages(reader) == written and reader.startswith("zh-")):
        return ""
    return _(get_language_info(written)["name"])


@register.simple_tag(takes_context=True)
def content_language(context: Context) -> str:
    """BCP 47 of the text of the page, which is another one's where the page only shows it."""
    return language_tag(_written_in(context))


def _written_in(context: Context) -> str:
    page: Any = context.get("page")
    locale = getattr(getattr(page, "alias_of", None) or page, "locale", None)
    return locale.language_code if locale else get_language() or settings.LANGUAGE_CODE


@register.filter
def direction(tag: str) -> str:
    """Which way a language is written, for `dir`."""
    return "rtl" if get_language_info(tag.lower())["bidi"] else "ltr"


@register.filter
def whole_seconds(position_s: float) -> int:
    """A position for `#t=`: whole seconds, rounded down so that nothing said is missed."""
    return int(position_s)


@register.filter
def result_icon(kind: str) -> str:
    """The picture beside a result."""
    return "list" if kind == "course" else "play"


@register.simple_tag
def course_lessons(modules: Iterable[Any]) -> list[Any]:
    """The lessons of all modules in their order."""
    return [lesson for module in modules for lesson in module.lessons]


@register.simple_tag
def preview_words(item: Any) -> str:
    """What a chat group shows of a course or lesson: its length and data, then its summary."""
    words = sizes.data_tag(size_bytes=item.size_bytes, duration_s=item.duration_s)
    return " — ".join(part for part in (words, item.summary) if part)


@dataclass(frozen=True)
class ResultGroup:
    """Results of one course, in the order found. `title` is empty when the course itself leads them."""

    title: str
    url: str
    results: list[Any]


@register.simple_tag
def by_course(results: Iterable[Any]) -> list[ResultGroup]:
    """Results grouped by course; a course stands where its best result stood."""
    groups: dict[Any, ResultGroup] = {}
    for result in results:
        group = groups.setdefault(
            result.course_key, ResultGroup(title=result.course_title, url=result.course_url, results=[])
        )
        group.results.append(result)
    return list(groups.values())


@register.simple_tag
def keep_query(**words: Any) -> str:
    """The part of an address that the pages of a list share: what is empty is left out."""
    kept = urlencode({name: word for name, word in words.items() if word})
    return f"{kept}&" if kept else ""


@register.simple_tag
def topic_title(topics: Iterable[Any], slug: str) -> str:
    """The title of the topic with this slug, empty when there is none."""
    return next((topic.title for topic in topics if topic.slug == slug), "")


@register.simple_tag(takes_context=True)
def fresh(context: Context) -> str:
    """For pages that will soon say something else (results, lessons being prepared): browsers ask each time."""
    keep_fresh(getattr(context, "request", None))
    return ""
