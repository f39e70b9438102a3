"""Which lead site is proposed to which school: by what its classes ask for, by who is near, by who has lessons left.

County data have no places on a map. Near is the lead site of the own county, then one of the cluster, then any; among
these one that the school has already, so that it has few partners, then the one with most of its lessons left.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.schools.scheduling.types import Instance, LeadSite, Teacher

SCOPES = ("county", "cluster", "national")


@dataclass(frozen=True)
class Proposal:
    """Lessons a week by subject, of a school by a lead site."""

    school: str
    site: str
    lessons: Mapping[str, int]


@dataclass
class _Hand:
    """What has been given out so far."""

    lessons: dict[tuple[str, str], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    left: dict[tuple[str, str], int] = field(default_factory=dict)  # of a site and subject


def propose(
    instance: Instance, *, refused: Collection[tuple[str, str]] = (), kept: Collection[Proposal] = ()
) -> tuple[list[Proposal], dict[tuple[str, str], int]]:
    """Pairings for all that classes ask for, besides those `kept`; and the lessons of a school and subject without any.

    `refused` are pairs of a school and a lead site that are not to be proposed.
    """
    hand = _Hand()
    teachers: dict[str, list[Teacher]] = defaultdict(list)
    for teacher in instance.teachers.values():
        teachers[teacher.subject].append(teacher)
        places = teacher.max_weekly_lessons * teacher.max_receivers
        hand.left[teacher.site, teacher.subject] = hand.left.get((teacher.site, teacher.subject), 0) + places
    covered: dict[tuple[str, str], int] = defaultdict(int)
    partners: dict[str, set[str]] = defaultdict(set)
    for one in kept:
        partners[one.school].add(one.site)
        for subject, lessons in one.lessons.items():
            covered[one.school, subject] += lessons
            hand.left[one.site, subject] = hand.left.get((one.site, subject), 0) - lessons
    without: dict[tuple[str, str], int] = defaultdict(int)
    for school, subject, level, lessons in _needs(instance):
        taken = min(lessons, covered[school, subject])
        covered[school, subject] -= taken
        if taken == lessons:
            continue
        near = [
            site
            for site in {one.site for one in teachers[subject] if level in _levels(one)}
            if (school, site) not in refused and _serves(instance, instance.lead_sites[site], school)
        ]
        if not near:
            without[school, subject] += lessons - taken
            continue
        site = min(
            near,
            key=lambda site: (
                SCOPES.index(instance.lead_sites[site].scope),
                hand.left[site, subject] < lessons - taken,
                site not in partners[school],
                -hand.left[site, subject],
                site,
            ),
        )
        partners[school].add(site)
        hand.left[site, subject] -= lessons - taken
        given = hand.lessons[school, site]
        given[subject] = given.get(subject, 0) + lessons - taken
    proposals = [Proposal(school, site, given) for (school, site), given in sorted(hand.lessons.items())]
    return proposals, dict(without)


def _needs(instance: Instance) -> list[tuple[str, str, str, int]]:
    """School, subject, level and lessons a week: who asks for most comes first."""
    needs: dict[tuple[str, str, str], int] = defaultdict(int)
    of_school: dict[str, int] = defaultdict(int)
    for one in instance.requests.values():
        school = instance.classes[one.school_class].school
        needs[school, one.subject, one.level] += one.lessons_per_week
        of_school[school] += one.lessons_per_week
    rows = [(*which, lessons) for which, lessons in needs.items()]
    return sorted(rows, key=lambda row: (-of_school[row[0]], row))


def _levels(teacher: Teacher) -> set[str]:
    return {*teacher.levels, *(one.level for one in teacher.fixed_streams)}


def _serves(instance: Instance, site: LeadSite, school: str) -> bool:
    return site.reaches(instance.counties[instance.schools[school].county])


def as_lessons(value: Any) -> dict[str, int]:
    """Lessons by subject as a row keeps them."""
    return {str(subject): int(lessons) for subject, lessons in value.items()}
