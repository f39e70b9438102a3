"""Addresses of the whole site (docs: the contract's table)."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from courses import urls as courses_urls
from lms.api import views as api_views
from lms.api.site import api
from lms.core import health, metrics, robots, uploads
from lms.offline import urls as offline_urls
from search import urls as search_urls

handler403 = "lms.core.refusals.forbidden"

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *courses_urls.files,
    path("media/", include("media_pipeline.urls")),
    path("api/v1/lessons/<uuid:lesson_key>/completed", api_views.completed, name="lesson_completed"),
    path("api/v1/", api.urls),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("uploads/allowed", uploads.allowed, name="uploads_allowed"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("robots.txt", robots.robots, name="robots"),
    path("favicon.ico", robots.favicon, name="favicon"),
    *offline_urls.files,
]

urlpatterns += i18n_patterns(
    *courses_urls.localized,
    path("account/", include("lms.accounts.urls")),
    path("schools/", include("lms.schools.urls")),
    *search_urls.urlpatterns,
    *offline_urls.urlpatterns,
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
