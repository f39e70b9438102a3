"""Addresses of the studio, below /admin/recordings/."""

from django.urls import path

from courses.studio import sending, views

app_name = "recordings"
urlpatterns = [
    path("upload/", views.upload, name="upload"),
    path("uploads/", sending.uploads, name="uploads"),
    path("uploads/<uuid:upload_id>/", sending.one, name="one_upload"),
    path("captions/", views.captions, name="captions"),
    path("<uuid:asset_id>/", views.state, name="state"),
    path("<uuid:asset_id>/retry/", views.retry, name="retry"),
]
