"""Wagtail's own note of where the site is, kept equal to the setting."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site


def follow_public_url(**signal: Any) -> None:
    """Let the default site have the host and port of PUBLIC_URL: previews and full addresses are made from it."""
    parts = urlsplit(settings.PUBLIC_URL)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    site = Site.objects.filter(is_default_site=True).exclude(hostname=parts.hostname, port=port).first()
    if site is not None:
        site.hostname, site.port = str(parts.hostname), port
        site.save()  # not update(): saving also drops Wagtail's cached root paths
