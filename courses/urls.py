"""Addresses of courses besides their pages."""

from django.urls import path, re_path

from courses import views

files = [path("files/images/<path:name>", views.picture_file, name="picture_file")]
localized = [
    path("simple/", views.simple, name="simple"),
    re_path(r"^(?P<code>[0-9]{6})/$", views.by_number, name="by_number"),
    re_path(r"^(?P<code>[0-9]{6})/(?P<form>poster|cards)/$", views.handout, name="handout"),
    re_path(r"^(?P<code>[0-9]{6})/master\.m3u8$", views.lesson_playlist, name="lesson_playlist"),
    re_path(r"^(?P<code>[0-9]{6})/(?:(?P<tongue>[A-Za-z-]{2,35})/)?captions\.m3u8$", views.captions_playlist),
    re_path(r"^(?P<code>[0-9]{6})/(?:(?P<tongue>[A-Za-z-]{2,35})/)?captions\.vtt$", views.captions_file),
]
