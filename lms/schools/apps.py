import os

from django.apps import AppConfig
from django.conf import settings


class SchoolsConfig(AppConfig):
    name = "lms.schools"
    label = "schools"

    def ready(self) -> None:
        # Where the program's own folder may not be written to (deploy/), compiled loops are kept with the data.
        os.environ.setdefault("NUMBA_CACHE_DIR", str(settings.DATA_DIR / "compiled"))

        from lms.core import outbox, work
        from lms.schools import planning
        from lms.schools.drafting import services as drafting
        from lms.schools.notices import noting
        from lms.schools.notices import services as notices
        from lms.schools.pairings import services as pairings

        work.register("plans", planning.run_next)
        work.register("drafts", drafting.discard_old)
        work.register("pairings", pairings.settle_pairings)
        outbox.register_batch(noting.TOPIC, notices.send_waiting)
