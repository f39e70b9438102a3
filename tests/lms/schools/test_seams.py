"""Where rooms of paired classes meet: what one of them changes, seen by another."""

from typing import Any

import pytest
from django.test import Client

from lms.accounts.models import User
from lms.schools.class_time import services as class_time
from lms.schools.models import Meeting, Session, Term
from lms.schools.repairing.types import SUBSTITUTE
from tests.lms.schools.repairing.places import NOW, away, on
from tests.lms.schools.repairing.test_screen import done, published
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
ROOM = "https://meet.example.org/one"


@pytest.fixture
def user() -> User:
    return person("scheduler", schedules=True)


@pytest.fixture
def client(user: User) -> Client:
    return signed_in(user)


def substituted(user: User, document: dict[str, Any] | None = None) -> tuple[Term, Session]:
    """T's lesson of the first Monday, given by V."""
    term = published(document, by=user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    done(term, away("T"), SUBSTITUTE, user)
    lesson.refresh_from_db()
    assert lesson.teacher.key == "V"
    return term, lesson


def test_a_lesson_has_one_place_of_its_own_also_when_somebody_else_gives_it(user: User) -> None:
    term = published(by=user)
    lesson = Session.objects.select_related("teacher").get(teacher__key="T", starts_at=on(1, 8))
    class_time.arrange_meeting(session=lesson, by=user, now=NOW, text=ROOM, alone=True)
    done(term, away("T"), SUBSTITUTE, user)
    lesson = Session.objects.select_related("teacher").get(pk=lesson.pk)
    class_time.arrange_meeting(session=lesson, by=user, now=NOW, text=f"{ROOM}more", alone=True)
    one = Meeting.objects.get()
    assert (one.teacher.key, one.session, one.address) == ("V", lesson, f"{ROOM}more")


def test_a_substitute_gives_nobody_elses_lessons_by_recording(user: User) -> None:
    _term, lesson = substituted(user)
    assert class_time.give(session=lesson, by_recording=True, following=True, now=NOW) == 1
    assert set(Session.objects.filter(teacher__key="T").values_list("mode", flat=True)) == {"live"}
