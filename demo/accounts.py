"""People to try the site as. Only ever on the demonstration's own secret, which the settings refuse elsewhere."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction

from lms.settings.environment import DEMO_SECRET


@dataclass(frozen=True)
class Account:
    """Someone who can sign in. `groups` are tried in order; the first that exists is joined. `may` are permissions."""

    username: str
    password: str
    name: str
    what: str
    groups: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    is_operator: bool = False


SCHEDULER, HEAD, LEAD = "county", "head", "lead"
ACCOUNTS = (
    Account("trainer", "trainer-demo", "李老师", "makes and publishes courses", ("Trainers", "Moderators")),
    Account("learner", "learner-demo", "小杨", "learns; progress is kept"),
    Account("mediator", "mediator-demo", "王书记", "registers people and hands out cards", ("Mediators",)),
    Account(SCHEDULER, "county-demo", "赵主任", "plans a county's paired classes", may=("schedule_county",)),
    Account(HEAD, "head-demo", "马校长", "head of a school that receives lessons"),
    Account(LEAD, "lead-demo", "陈老师", "gives lessons from a lead classroom"),
    Account("operator", "operator-demo", "站长", "may do everything in /admin/", is_operator=True),
)


def refusal() -> str | None:
    """Why the demonstration must not run here, as a sentence; None when it may."""
    if settings.SECRET_KEY != DEMO_SECRET:
        return (
            "The demonstration makes accounts with known passwords, so it only runs with its own secret key. "
            "Unset SECRET_KEY; for a real site follow docs/operations."
        )
    return None


@transaction.atomic
def ensure() -> None:
    """Make the accounts that are not there; leave the others as they are."""
    users = get_user_model()
    for account in ACCOUNTS:
        user, is_new = users.objects.get_or_create(
            username=account.username,
            defaults={
                "first_name": account.name,
                "is_staff": account.is_operator,
                "is_superuser": account.is_operator,
            },
        )
        if not is_new:
            continue
        user.set_password(account.password)
        user.save()
        groups = {group.name: group for group in Group.objects.filter(name__in=account.groups)}
        chosen = next((groups[name] for name in account.groups if name in groups), None)
        if chosen:
            user.groups.add(chosen)
        user.user_permissions.add(*Permission.objects.filter(codename__in=account.may))
