from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    label = "course_search"
