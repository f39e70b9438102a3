from uuid import UUID

from django.apps import AppConfig


class MediaPipelineConfig(AppConfig):
    name = "media_pipeline"
    label = "media_pipeline"

    def ready(self) -> None:
        from django.conf import settings

        from lms.core import metrics, outbox, work
        from media_pipeline import checks, selectors, steps  # noqa: F401 - checks register themselves

        if settings.CELERY_BROKER_URL:
            from media_pipeline import tasks

            work.register("announcements", tasks.announce_due, is_pending=steps.is_pending)
        else:
            work.register("voices", steps.run_next_quick, is_pending=steps.is_pending)
            work.register("pictures", steps.run_next_slow)
        outbox.register("asset_changed", _tell)
        metrics.register(selectors.metrics)


def _tell(asset_id: UUID) -> None:
    from media_pipeline.signals import asset_changed

    asset_changed.send(sender=MediaPipelineConfig, asset_id=asset_id)
