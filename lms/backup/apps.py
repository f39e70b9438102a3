from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "lms.backup"
    label = "backup"
