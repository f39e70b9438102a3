"""The room of what works without a link."""

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    """Static files and templates; no tables."""

    name = "lms.offline"
    label = "offline"
