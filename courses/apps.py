from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoursesConfig(AppConfig):
    name = "courses"
    label = "courses"
    verbose_name = "courses"

    def ready(self) -> None:
        from courses import changes, privacy, schedule, sites, voices  # noqa: F401 - they listen to signals
        from lms.core import work

        post_migrate.connect(sites.follow_public_url, sender=self)
        work.register("scheduled_pages", schedule.run)
