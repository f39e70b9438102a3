"""What makes the site an app that works without a link: its worker, its manifest, and the page of what is kept."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language, get_language_bidi, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lms.core.templatetags.fieldschool import language_tag, site_path
from lms.offline import scripts

FOREVER_S = 31_536_000
JAVASCRIPT = "text/javascript; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=3600)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because it serves all of the site; another text whenever its parts change."""
    pages = {_prefix(code): _kept_page(code) for code, _name in settings.LANGUAGES}
    site = {
        # What stands in for a page that cannot be had; the rest comes when it is used, or with what is kept.
        "ahead": [pages[""], static("site/site.js"), static("site/icon.svg")],
        "languages": [code for code in pages if code],
        "offline": pages,
    }
    return HttpResponse(scripts.worker(site), content_type=JAVASCRIPT)


def _prefix(code: str) -> str:
    return "" if code == settings.LANGUAGE_CODE else code


def _kept_page(code: str) -> str:
    with override(code):
        return reverse("kept")


def keeping_address() -> str:
    """Where the script of the buttons that keep is fetched from."""
    return reverse("keeping_script", args=[scripts.keeping().digest])


@require_safe
def keeping_script(request: HttpRequest, digest: str) -> HttpResponse:
    """The script of the buttons that keep, for ever under the digest of its text.

    A page from before an upgrade asks by the old digest, and gets the present one: once, not to be kept.
    """
    script = scripts.keeping()
    response = HttpResponse(script.text, content_type=JAVASCRIPT)
    if digest == script.digest:
        patch_cache_control(response, public=True, max_age=FOREVER_S, immutable=True)
    else:
        patch_cache_control(response, no_store=True)
    return response


@require_safe
def kept(request: HttpRequest) -> HttpResponse:
    """What this phone keeps; also what is shown for a page that cannot be had without a link."""
    return render(request, "offline/kept.html", {})


@require_safe
@cache_control(public=True, max_age=86_400)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app's manifest (W3C Web Application Manifest) in the page's language."""
    code = get_language() or settings.LANGUAGE_CODE

    def icon(name: str, size: int, purpose: str = "any") -> dict[str, str]:
        return {"src": static(f"site/{name}"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}

    def shortcut(name: str, url: str) -> dict[str, Any]:
        return {"name": name, "url": url, "icons": [icon("icon-192.png", 192)]}

    told: dict[str, Any] = {
        "id": "/",
        "name": _("Fieldschool"),
        "short_name": _("Fieldschool"),
        "description": _("Lessons that play on a slow link"),
        "lang": language_tag(code),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": site_path(),
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf5",
        "theme_color": "#1f6b3b",
        "categories": ["education"],
        "icons": [
            icon("icon-192.png", 192),
            icon("icon-512.png", 512),
            icon("icon-maskable-512.png", 512, "maskable"),
        ],
        "shortcuts": [
            shortcut(_("Lessons kept on this phone"), reverse("kept")),
            shortcut(_("Search"), site_path("search/")),
            shortcut(_("Courses"), site_path("courses/")),
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
