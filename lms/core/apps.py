from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "lms.core"
    label = "core"

    def ready(self) -> None:
        from lms.core import checks, database, kept, metrics, outbox, work  # noqa: F401 - checks register themselves

        kept.watch()
        work.register("outbox", outbox.handle_next)
        metrics.register(outbox.metrics)
