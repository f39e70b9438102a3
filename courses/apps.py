from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "courses"
    label = "courses"
    verbose_name = "courses"

    def ready(self) -> None:
        from courses import changes, privacy, schedule  # noqa: F401 - they listen to signals
        from lms.core import work

        work.register("scheduled_pages", schedule.run)
