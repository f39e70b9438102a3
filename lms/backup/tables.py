"""The tables of the site, in an order in which a row comes after those it refers to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

# What no archive has, and why.
LEFT_OUT = {
    "axes.AccessAttempt": "who tried to sign in lately, and from where",
    "axes.AccessAttemptExpiration": "until when they may not",
    "axes.AccessFailureLog": "who tried to sign in, and from where",
    "axes.AccessLog": "who signed in, and from where",
    "core.SiteVersion": "how often pages changed here; goes on counting",
    "media_pipeline.Upload": "what has arrived of it is not in the archive either: it is sent again",
    "schools.Channel": "secret: whoever has a robot's address writes to its group",
    "schools.Delivery": "what is on its way to them",
    "schools.Draft": "spreadsheets that somebody is looking through; they go by themselves",
    "sessions.Session": "secret: whoever holds one is signed in",
    "wagtailadmin.EditingSession": "who has an editor open just now",
    "wagtailsearch.IndexEntry": "made again from the pages",
    "wagtailsearch.SQLiteFTSIndexEntry": "made again from the pages",
}
# What a restore leaves as it is: pages kept under a number must not find it again.
STAYS = {"core.SiteVersion"}
# What a migrated database has before anyone used it.
FILLED_BY_MIGRATIONS = {
    "auth.Group",
    "auth.Group_permissions",
    "auth.Permission",
    "contenttypes.ContentType",
    "courses.Audience",
    "courses.CourseIndexPage",
    "courses.HomePage",
    "courses.Topic",
    "wagtailcore.Collection",
    "wagtailcore.GroupApprovalTask",
    "wagtailcore.GroupApprovalTask_groups",
    "wagtailcore.GroupCollectionPermission",
    "wagtailcore.GroupPagePermission",
    "wagtailcore.GroupSitePermission",
    "wagtailcore.Locale",
    "wagtailcore.Page",
    "wagtailcore.ReferenceIndex",
    "wagtailcore.Site",
    "wagtailcore.Task",
    "wagtailcore.Workflow",
    "wagtailcore.WorkflowPage",
    "wagtailcore.WorkflowTask",
}
_NUMBERED = {
    "AutoField": "IntegerField",
    "BigAutoField": "BigIntegerField",
    "SmallAutoField": "SmallIntegerField",
}
# Kept as the text that the database has: a JSON null is something else than no value.
_AS_TEXT = {"JSONField": "TextField", "SlugField": "CharField", "FileField": "CharField", "FilePathField": "CharField"}
_OPTIONS = ("max_digits", "decimal_places")


@dataclass(frozen=True)
class Column:
    """A column and what its values are, without what a model makes of them."""

    name: str
    plain: Any  # a field of Django itself
    is_json: bool
    is_file: bool


@dataclass(frozen=True)
class Table:
    """One table. `key` orders its rows; `numbered` says that the database gives out its numbers."""

    label: str
    name: str
    columns: tuple[Column, ...]
    key: str
    numbered: bool


def archived() -> list[Table]:
    """The tables that an archive has."""
    return [table for table in every() if table.label not in LEFT_OUT]


def every() -> list[Table]:
    """All tables of the site's models."""
    return [_table(model) for model in _ordered()]


def existing(connection: BaseDatabaseWrapper) -> list[Table]:
    """All tables that this database has: some are made on one kind of database only."""
    there = set(connection.introspection.table_names())
    return [table for table in every() if table.name in there]


def _ordered() -> list[type[models.Model]]:
    """The models that have a table, those that others refer to first."""
    ordered: dict[type[models.Model], None] = {}
    begun: set[type[models.Model]] = set()

    def add(model: type[models.Model]) -> None:
        if model in begun:  # also where references go round in a circle: they are checked when all rows are there
            return
        begun.add(model)
        for field in model._meta.local_concrete_fields:
            if isinstance(field, models.ForeignKey):
                add(field.related_model._meta.concrete_model or field.related_model)
        ordered[model] = None

    for model in sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label):
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped:
            add(model)
    return list(ordered)


def _table(model: type[models.Model]) -> Table:
    meta = model._meta
    assert meta.pk is not None
    return Table(
        label=meta.label,
        name=meta.db_table,
        # Of those left out only the names matter, and some have columns that only one kind of database knows.
        columns=() if meta.label in LEFT_OUT else tuple(_columns(model)),
        key=str(meta.pk.column),
        numbered=meta.pk.get_internal_type() in _NUMBERED,
    )


def _columns(model: type[models.Model]) -> Iterator[Column]:
    for field in model._meta.local_concrete_fields:
        kind = _kind(field)
        plain = getattr(models, _NUMBERED.get(kind, _AS_TEXT.get(kind, kind)))
        options = {name: getattr(field, name) for name in _OPTIONS if hasattr(field, name)}
        yield Column(str(field.column), plain(**options), kind == "JSONField", kind == "FileField")


def _kind(field: Any) -> str:
    """Django's name of what a column holds; of a reference, of what it refers to."""
    while field.remote_field is not None:
        field = field.target_field
    return str(field.get_internal_type())
