"""What changes paired classes: a county's data in, a plan made, a plan published or withdrawn."""

from lms.schools.importing import import_county
from lms.schools.planning import make_plan, stop_plan
from lms.schools.publishing import publish_plan, withdraw

__all__ = ["import_county", "make_plan", "publish_plan", "stop_plan", "withdraw"]
