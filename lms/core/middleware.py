"""Middleware that every request passes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

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


class EditorPolicyMiddleware:
    """Gives pages under /admin/ the editor's Content-Security-Policy; the learner's site keeps the strict one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response.headers["Content-Security-Policy"] = EDITOR_POLICY
        return response
