from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "lms.reach"
    label = "reach"
