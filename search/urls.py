"""Addresses of search; inside i18n_patterns."""

from django.urls import path

from search import views

urlpatterns = [path("search/", views.results, name="search")]
