from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
    label = "course_search"

    def ready(self) -> None:
        from lms.core import outbox, work
        from search import checks, services  # noqa: F401 - the check registers itself
        from search.work import build_if_missing

        outbox.register(services.PAGE_CHANGED, services.update)
        outbox.register_batch(services.CLUSTER_CHANGED, services.update_cluster)
        work.register("search", build_if_missing)
