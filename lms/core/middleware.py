"""Middleware that every request passes."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import render

from lms.core.carried import carried
from lms.core.storage_errors import StorageError

logger = logging.getLogger(__name__)

HEARD_OUT = 128 << 20  # bytes: the largest form, and room
AT_ONCE = 1 << 18

# Wagtail's editor carries inline scripts and styles, and shows previews in frames: it has a policy of its own.
EDITOR_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)


def _editor_policy() -> str:
    """The editor's policy, with where media come from when that is S3 itself."""
    origins = " ".join(settings.MEDIA_ORIGINS)
    if not origins:
        return EDITOR_POLICY
    policy = EDITOR_POLICY.replace("img-src 'self'", f"img-src 'self' {origins}")
    policy = policy.replace("media-src 'self'", f"media-src 'self' {origins}")
    return f"{policy}; connect-src 'self' {origins}"


class HeardOutMiddleware:
    """Reads what a request still holds before its answer is given.

    A server that answers and closes with a body unread resets the connection: nginx, still sending, tells the person
    that the site is away (502) in place of what the site said. nginx holds bodies whole, so reading one takes no time;
    only what it passes on as it arrives is left, lest a slow sender hold a thread: views marked `as_it_arrives`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        view = request.resolver_match.func if request.resolver_match else None
        if request.method not in {"GET", "HEAD"} and not getattr(view, "as_it_arrives", False):
            _hear_out(request)
        return response


def _hear_out(request: HttpRequest) -> None:
    left = HEARD_OUT
    try:
        while left > 0 and (piece := request.read(AT_ONCE)):
            left -= len(piece)
    except UnreadablePostError:
        logger.info("A request broke off before its end.")


class EditorPolicyMiddleware:
    """Gives pages under /admin/ the editor's Content-Security-Policy; the learner's site keeps the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response.headers["Content-Security-Policy"] = _editor_policy()
        return response


class CarriedMiddleware:
    """Narrows a page's policy to the styles and scripts it carries: shorter headers, and no more allowed than used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        styles, scripts = carried(request, "style-src"), carried(request, "script-src")
        # The page of a failure is made without the request: what was noted there is of the page that failed.
        if styles and response.status_code < 500:
            own = {"style-src": ["'self'", *styles], "script-src": ["'self'", *(scripts)]}
            response._csp_replace = own  # type: ignore[attr-defined]
        return response


class AtomicWritesMiddleware:
    """One transaction for each request that may write; none for those that only read.

    Django's ATOMIC_REQUESTS cannot tell them apart, and a transaction takes SQLite's one write lock when it begins:
    every page view would wait for every other and for the worker. Stands last, so that nothing between it and the
    view is left out; views marked `non_atomic_requests` are left alone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer writing requests inside a transaction; leave the others to Django.

        A store of files that is away undoes the transaction and is said; it is no fault of the site.
        """
        alone: set[str] = getattr(view, "_non_atomic_requests", set())
        if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"} or DEFAULT_DB_ALIAS in alone:
            return None
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except StorageError as error:
            return _not_kept(request, error)


def _not_kept(request: HttpRequest, error: StorageError) -> HttpResponse:
    """What somebody sees whose picture or document the store of files did not take: 503, and the way out."""
    logger.warning("%s was refused: %s (%s)", request.path, error.code, error.detail)
    response = render(request, "store_away.html", {"sentence": str(error)}, status=503)
    response["Retry-After"] = "60"
    response["Cache-Control"] = "no-store"
    return response
