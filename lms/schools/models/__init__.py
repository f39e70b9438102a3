"""Rows of paired classes: who asks for lessons, who gives them, plans, dated lessons of published plans, drafts."""

from lms.schools.models.drafts import Draft, Headings
from lms.schools.models.lessons import Attendance, LessonSeries, Record, SeriesReceiver, Session
from lms.schools.models.members import Member
from lms.schools.models.places import County, LeadSite, LeadTeacher, LessonRequest, School, SchoolClass
from lms.schools.models.plans import Plan
from lms.schools.models.repairs import Repair
from lms.schools.models.terms import Term

__all__ = [
    "Attendance",
    "County",
    "Draft",
    "Headings",
    "LeadSite",
    "LeadTeacher",
    "LessonRequest",
    "LessonSeries",
    "Member",
    "Plan",
    "Record",
    "Repair",
    "School",
    "SchoolClass",
    "SeriesReceiver",
    "Session",
    "Term",
]
