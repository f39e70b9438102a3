"""Addresses under /media/."""

from django.urls import path, register_converter

from media_pipeline import playlists, state, views


class Sha256:
    """64 lower-case hex digits."""

    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256, "sha256")

urlpatterns = [
    path("r/<sha256:sha256>/<slug:name>.m3u8", playlists.public_list, {"form": "m3u8"}),
    path("p/<str:signature>/<sha256:sha256>/<slug:name>.m3u8", playlists.private_list, {"form": "m3u8"}),
    path("r/<sha256:sha256>/<slug:name>.vtt", playlists.public_list, {"form": "vtt"}),
    path("p/<str:signature>/<sha256:sha256>/<slug:name>.vtt", playlists.private_list, {"form": "vtt"}),
    path("hls/<uuid:asset_id>/master.m3u8", playlists.public_master, name="media_public_master"),
    path("p/<str:signature>/<uuid:asset_id>/master.m3u8", playlists.private_master, name="media_private_master"),
    path("r/<sha256:sha256>/<str:name>", views.public, name="media_public"),
    path("state/<uuid:asset_id>", state.state, name="media_state"),
    path("p/<str:signature>/<sha256:sha256>/<str:name>", views.private, name="media_private"),
]
