"""The page of results."""

import unicodedata

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from courses import selectors as courses
from lms.core.ids import is_short_code
from lms.core.languages import content_language
from search import selectors
from search.errors import EngineAway
from search.queries import LONGEST
from search.types import SearchResults

PAGE_SIZE = 10
LAST_PAGE = 50


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Results for `q`, ten a page. A lesson number leads straight to its lesson; any text is answered with 200."""
    language = content_language()
    query = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:LONGEST]
    topic = request.GET.get("topic", "")[:100] or None
    if url := _numbered(query, language):
        return redirect(url)
    try:
        context = _found(query, language, topic, _page(request.GET.get("page", "")))
    except EngineAway:
        # Courses, topics and numbers need no search.
        context = {"query": query, "away": True, "language": language, "topics": courses.topics(language)}
    response = render(request, "search/results.html", context)
    # A lesson is found the moment it is published.
    response.headers["Cache-Control"] = "no-cache"
    return response


def _found(query: str, language: str, topic: str | None, page: int) -> dict[str, object]:
    """What the page of results shows. Raises EngineAway."""
    found = selectors.search(query, language=language, topic=topic, page=page, limit=PAGE_SIZE)
    page_count = min(-(-found.total // PAGE_SIZE), LAST_PAGE)
    if page > max(page_count, 1):
        # The list has become shorter, or somebody typed a page: show the last one.
        page = max(page_count, 1)
        found = selectors.search(query, language=language, topic=topic, page=page, limit=PAGE_SIZE)
    return _context(found, query, language, topic, page, page_count)


def _context(
    found: SearchResults, query: str, language: str, topic: str | None, page: int, page_count: int
) -> dict[str, object]:
    nothing = not found.results
    return {
        "query": query,
        "results": found,
        "page": page,
        "page_count": page_count,
        "topic": topic,
        "language": language,
        "near": selectors.near(query, language=language) if query and nothing and topic is None else (),
        "topics": courses.topics(language) if nothing else (),
    }


def _numbered(query: str, language: str) -> str | None:
    """The address of the lesson whose number was typed, in digits of any width, with spaces or dashes."""
    digits = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in query
        if letter not in " -–·．."
    )
    return courses.url_for_code(digits, language) if is_short_code(digits) else None


def _page(text: str) -> int:
    """A page number from 1; what is no number is the first page."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        return 1
    return min(max(int(digits[:6]), 1), LAST_PAGE)
