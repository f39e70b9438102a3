"""What programs ask for without being told: /sitemap.xml, /robots.txt, /favicon.ico."""

from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from wagtail.contrib.sitemaps import Sitemap
from wagtail.contrib.sitemaps.views import sitemap as wagtail_sitemap
from wagtail.models import Page

from lms.core.templatetags.fieldschool import site_path


class PublicSitemap(Sitemap):
    """Every public page in the language it was written in; pages that only show another language's are left out."""

    def items(self) -> Any:
        homes = self.get_wagtail_site().root_page.get_translations(inclusive=True)
        below = reduce(or_, (Q(path__startswith=home.path) for home in homes))
        pages = Page.objects.filter(below, alias_of=None).live().public()
        return pages.select_related("locale").order_by("path").defer_streamfields().specific()

    def _urls(self, page: Any, protocol: Any, domain: Any) -> list[dict[str, Any]]:
        # Wagtail's own row of the site knows no address but the one it was made with: localhost.
        urls = super()._urls(page, protocol, domain)
        return [{**url, "location": settings.PUBLIC_URL + urlsplit(url["location"]).path} for url in urls]


@cache_control(public=True, max_age=3600)
def sitemap(request: HttpRequest) -> HttpResponse:
    """/sitemap.xml"""
    response: HttpResponse = wagtail_sitemap(request, sitemaps={"pages": PublicSitemap})
    return response


@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt"""
    closed = [
        "/admin/",
        "/api/",
        "/account/",
        "/schools/",
        *(site_path("search/", code) for code, _ in settings.LANGUAGES),
    ]
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {settings.PUBLIC_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", "text/plain; charset=utf-8")


@cache_control(public=True, max_age=604_800)
def favicon(request: HttpRequest) -> HttpResponse:
    """/favicon.ico, for programs that ask without reading the page."""
    return HttpResponseRedirect(static("site/icon-32.png"))
