"""Rows of paired classes: who asks for lessons, who gives them, plans, dated lessons of published plans, drafts."""

from lms.schools.models.class_time import EarlierRecord, Material, Meeting
from lms.schools.models.drafts import Draft, Headings
from lms.schools.models.feeds import Feed
from lms.schools.models.lessons import Attendance, LessonSeries, Record, SeriesReceiver, Session, changed
from lms.schools.models.members import Member
from lms.schools.models.notices import Channel, Delivery, Notice
from lms.schools.models.pairings import Pairing, PairingStep
from lms.schools.models.places import County, LeadSite, LeadTeacher, LessonRequest, School, SchoolClass
from lms.schools.models.plans import Plan
from lms.schools.models.repairs import Repair
from lms.schools.models.terms import Term

__all__ = [
    "Attendance",
    "Channel",
    "County",
    "Delivery",
    "Draft",
    "EarlierRecord",
    "Feed",
    "Headings",
    "LeadSite",
    "LeadTeacher",
    "LessonRequest",
    "LessonSeries",
    "Material",
    "Meeting",
    "Member",
    "Notice",
    "Pairing",
    "PairingStep",
    "Plan",
    "Record",
    "Repair",
    "School",
    "SchoolClass",
    "SeriesReceiver",
    "Session",
    "Term",
    "changed",
]
