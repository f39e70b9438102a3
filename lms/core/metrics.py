"""`/metrics` for Prometheus. Rooms register what they count; it is read from rows, so every process tells the same.

Answers only who has `METRICS_TOKEN` (as `Authorization: Bearer ...`); without that setting there is no such page.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

Collect = Callable[[], Iterable[Metric]]
_sources: list[Collect] = []


def register(collect: Collect) -> None:
    """Let `/metrics` show what `collect()` gives each time it is asked."""
    _sources.append(collect)


class _Rooms(Collector):
    def collect(self) -> Iterator[Metric]:
        for collect in _sources:
            yield from collect()


_registry = CollectorRegistry()
_registry.register(_Rooms())


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format; 404 without the right token, as if there was no such page."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return HttpResponseNotFound()
    return HttpResponse(generate_latest(_registry), content_type=CONTENT_TYPE_LATEST)
