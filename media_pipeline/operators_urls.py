"""Addresses of the operators' page, below /admin/queue/."""

from django.urls import path

from media_pipeline import operators

app_name = "queue"
urlpatterns = [
    path("", operators.queue, name="index"),
    path("<uuid:asset_id>/", operators.cost, name="cost"),
    path("<uuid:asset_id>/retry/", operators.retry, name="retry"),
    path("<uuid:asset_id>/cancel/", operators.cancel, name="cancel"),
]
