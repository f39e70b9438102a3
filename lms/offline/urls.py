"""Addresses of what works without a link."""

from django.urls import path

from lms.offline import views

# At the root: a worker serves what lies below its own address.
files = [
    path("worker.js", views.worker, name="worker"),
    path("scripts/keeping-<slug:digest>.js", views.keeping_script, name="keeping_script"),
]
urlpatterns = [
    path("kept/", views.kept, name="kept"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
]
