"""Who has to do with a term: taken in, and let go."""

from django.db import transaction
from django.utils.translation import gettext as _

from lms.accounts.models import User
from lms.accounts.selectors import username_for
from lms.schools.access import may_bring_in
from lms.schools.errors import LastScheduler, NotAMember
from lms.schools.models import LeadTeacher, Member, School, Term

_OF = {"head": School, "helper": School, "teacher": LeadTeacher}


@transaction.atomic
def add_member(*, term: Term, who: str, role: str, key: str) -> Member:
    """Take somebody in, by user name, phone or card number. `key` is the school, or the lead teacher.

    Who is that already stays it. Raises NotAMember.
    """
    user = User.objects.filter(username=username_for(who), is_active=True).first()
    if user is None:
        user = User.objects.filter(card__number=username_for(who), is_active=True).first()
    if user is None:
        raise NotAMember(_("Nobody signs in by “%(who)s”: look at the name or the number.") % {"who": who[:60]})
    if role not in Member.Role:
        raise NotAMember(_("Choose what this person is: scheduler, head or teacher."))
    if role == Member.Role.SCHEDULER:
        key = ""
        if not may_bring_in(user):
            raise NotAMember(
                _("“%(who)s” may not schedule yet: an operator gives that permission first.") % {"who": who[:60]}
            )
    elif not _OF[role]._default_manager.filter(term=term, key=key, removed=False).exists():
        if _OF[role] is School:
            raise NotAMember(_("There is no school “%(key)s” in this term.") % {"key": key[:60]})
        raise NotAMember(_("There is no lead teacher “%(key)s” in this term.") % {"key": key[:60]})
    return Member.objects.get_or_create(term=term, user=user, role=role, key=key)[0]


@transaction.atomic
def remove_member(*, member: Member) -> None:
    """Let somebody go. Raises LastScheduler: a term that nobody schedules would be lost to all."""
    Term.objects.select_for_update().get(pk=member.term_id)
    others = Member.objects.filter(term=member.term_id, role=Member.Role.SCHEDULER).exclude(pk=member.pk)
    if member.role == Member.Role.SCHEDULER and not others.exists():
        raise LastScheduler(_("The last scheduler stays: add another one first."))
    Member.objects.filter(pk=member.pk).delete()
