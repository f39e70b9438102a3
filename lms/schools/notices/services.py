"""Channels of a term: entered, tried, taken away; and what waits for them sent, many notices in one message.

Robots take 20 messages a minute. So what has gathered for a channel goes as one, and the next not before some seconds
later; what comes meanwhile waits in the outbox.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from lms.core.clock import now as present
from lms.schools.errors import BadChannel
from lms.schools.models import Channel, Delivery, Notice, Term
from lms.schools.notices import noting, texts
from lms.schools.notices.senders import SENDERS, SPACING, Address, DingTalk, NotTaken, Sender, WeCom

MOST_CHANNELS = 20
MOST_MAILBOXES = 50
LEASE = timedelta(seconds=60)  # nobody else sends to a channel meanwhile
STALE = timedelta(days=2)  # what could not be told by then is no news any more
_ROBOTS = {"dingtalk": DingTalk, "wecom": WeCom}
_KEY = re.compile("[0-9A-Za-z-]{8,128}")


def add_channel(
    *,
    term: Term,
    kind: str,
    name: str,
    address: str,
    signing: str = "",
    keyword: str = "",
    language: str,
    by: AbstractBaseUser,
    now: datetime,
) -> Channel:
    """Let notices of a term go to the robot of that address, or to these mailboxes. Raises BadChannel."""
    secret = _mailboxes(address) if kind == Channel.Kind.EMAIL else _key(kind, address)
    if Channel.objects.filter(term=term).count() >= MOST_CHANNELS:
        raise BadChannel(_("There are 20 already: take one away first."))
    channel = Channel(term=term, kind=kind, name=name, secret=secret, signing=signing, keyword=keyword)
    channel.language, channel.made_by_id, channel.made_at = language, by.pk, now
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError as error:
        raise BadChannel(_("There is one of that name already: choose another.")) from error
    return channel


def remove_channel(*, channel: Channel) -> None:
    """Forget where it was, with all that waits for it."""
    channel.delete()


@transaction.atomic
def try_channel(*, channel: Channel, now: datetime) -> Notice:
    """Send a word to one channel, to see that it works."""
    return noting.note_trial(channel=channel, now=now)


def _key(kind: str, address: str) -> str:
    """The key in a robot's address, which must be that of the service and nothing else."""
    robot = _ROBOTS.get(kind)
    if robot is None:
        raise BadChannel(_("Choose where notices go."))
    try:
        parts = urlsplit(address.strip())
        known = (parts.scheme, parts.netloc, parts.path) == ("https", robot.host, robot.path)
        (key,) = parse_qs(parts.query).get(robot.key, [""])
    except ValueError:
        known, key = False, ""
    if not known or not _KEY.fullmatch(key):
        told = f"https://{robot.host}{robot.path}?{robot.key}=…"
        raise BadChannel(_("The address must be the robot's own, as the group shows it: %(form)s") % {"form": told})
    return key


def _mailboxes(text: str) -> str:
    if not settings.EMAIL_HOST:
        raise BadChannel(_("The site sends no e-mail: an operator sets EMAIL_URL first."))
    found = re.split(r"[\s,;，；、]+", text.strip())
    try:
        for one in found:
            validate_email(one)
    except ValidationError as error:
        raise BadChannel(_("“%(text)s” is no e-mail address.") % {"text": one[:60]}) from error
    if len(found) > MOST_MAILBOXES:
        raise BadChannel(_("At most 50 e-mail addresses in one."))
    return "\n".join(dict.fromkeys(found))


def send_waiting(subjects: Mapping[UUID, int]) -> Collection[UUID]:
    """Send what waits for these channels (an outbox's batch handler). Returns those to be asked again later."""
    return [pk for pk in subjects if not deliver(pk, now=present(), senders=SENDERS)]


def deliver(pk: UUID, *, now: datetime, senders: Mapping[str, Sender]) -> bool:
    """Send what waits for a channel, as one message; False when something still waits."""
    waiting = Delivery.objects.filter(channel=pk, sent_at=None)
    waiting.filter(notice__made_at__lt=now - STALE).delete()
    held = list(waiting.select_related("notice__term").order_by("notice__made_at", "pk"))
    channel = Channel.objects.filter(pk=pk).first()
    if channel is None or not held:
        return True
    free = Q(not_before=None) | Q(not_before__lte=now)
    if not Channel.objects.filter(free, pk=pk).update(not_before=now + LEASE):
        return False
    sender = senders[channel.kind]
    with override(channel.language):
        message = _message([one.notice for one in held], channel, sender.most_bytes)
        subject = _("Timetable: %(term)s") % {"term": " ".join(held[0].notice.term.name.split())}
    try:
        sender.send(Address(channel.secret, channel.signing, channel.keyword), subject, message, now)
    except NotTaken as error:
        pause = max(error.pause, SPACING)
        Channel.objects.filter(pk=pk).update(problem=error.told[:500], not_before=now + pause)
        return False
    Channel.objects.filter(pk=pk).update(problem="", not_before=now + SPACING)
    Delivery.objects.filter(pk__in=[one.pk for one in held]).update(sent_at=now)
    return True


def _message(notices: list[Notice], channel: Channel, most_bytes: int) -> str:
    """All notices in one text, the service's keyword with them; the oldest fall away where it would be too long."""
    foot = f"{settings.PUBLIC_URL}/schools/{channel.term_id}/"
    head = [channel.keyword] if channel.keyword else []
    parts = [texts.text(notice) for notice in notices]
    for left_out in range(len(parts)):
        more = [_("and %(n)s more, on the site") % {"n": left_out}] if left_out else []
        message = "\n\n".join([*head, *parts[left_out:], *more, foot])
        if len(message.encode()) <= most_bytes:
            return message
    return "\n\n".join([*head, _("Much has changed: look at the site."), foot])
