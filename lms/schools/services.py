"""What changes a term: data in, people, a plan made, published or withdrawn, a lesson moved."""

from lms.schools.drafting.services import answer, discard_old, store, take_up
from lms.schools.importing import import_county
from lms.schools.members.services import add_member, remove_member
from lms.schools.moving.services import move_session
from lms.schools.planning import make_plan, stop_plan
from lms.schools.publishing import publish_plan, withdraw

__all__ = [
    "add_member",
    "answer",
    "discard_old",
    "import_county",
    "make_plan",
    "move_session",
    "publish_plan",
    "remove_member",
    "stop_plan",
    "store",
    "take_up",
    "withdraw",
]
