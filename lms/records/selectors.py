"""Reading what learners did."""

from uuid import UUID

from lms.records.models import LessonProgress
from lms.records.types import Learner, Progress


def progress(learner: Learner) -> list[Progress]:
    """The learner's lessons, the one they were in last first."""
    return [
        Progress(row.lesson_key, row.position_s, row.fraction, row.completed_at is not None, row.at)
        for row in LessonProgress.objects.filter(**learner.owner).order_by("-at")[:500]
    ]


def has_completed(learner: Learner, lesson_key: UUID) -> bool:
    """True when the learner has completed the lesson."""
    rows = LessonProgress.objects.filter(**learner.owner, lesson_key=lesson_key)
    return rows.filter(completed_at__isnull=False).exists()
