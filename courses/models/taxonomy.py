"""Topics (a tree), audiences (flat) and the six-digit numbers.

Titles are two columns rather than translatable rows: staff keep one small list, and a course refers to the same topic
in every language.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

ICONS = [
    ("shop", _("Shop")),
    ("picture", _("Picture")),
    ("megaphone", _("Megaphone")),
    ("headset", _("Headset")),
    ("parcel", _("Parcel")),
    ("wallet", _("Wallet")),
    ("rules", _("Rules")),
    ("shield", _("Shield")),
    ("sprout", _("Sprout")),
    ("cow", _("Cow")),
    ("fish", _("Fish")),
    ("bug", _("Insect")),
    ("soil", _("Soil")),
    ("tag", _("Tag")),
    ("tractor", _("Tractor")),
    ("book", _("Book")),
    ("mountain", _("Mountain")),
    ("heart", _("Heart")),
    ("people", _("People")),
    ("school", _("School")),
    ("phone", _("Phone")),
]


class Titled(models.Model):
    """A word of the catalogue in the languages of the site."""

    slug = models.SlugField(pgettext_lazy("taxonomy", "slug"), max_length=60, unique=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=60)
    title_en = models.CharField(_("title in English"), max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return self.title_in(get_language() or "")

    def title_in(self, language: str) -> str:
        """The title in `language`; in Chinese where the other is missing."""
        return self.title_en if language.startswith("en") and self.title_en else self.title_zh


class Topic(Titled):
    """What a course is about; topics hang below broader ones."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("broader topic"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    icon = models.CharField(_("icon"), max_length=20, choices=ICONS, blank=True)

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ("position", "slug")
        constraints = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="courses_topic_not_its_own_parent")
        ]

    def clean(self) -> None:
        super().clean()
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen and above.pk is not None:
                raise ValidationError({"parent": _("A topic cannot hang below itself: choose another broader topic.")})
            seen.add(above.pk)
            above = above.parent


class Audience(Titled):
    """Whom a course is for."""

    class Meta:
        verbose_name = _("audience")
        verbose_name_plural = _("audiences")
        ordering = ("position", "slug")


class ShortCode(models.Model):
    """The six digits that name one course or lesson for people, the same in all its languages."""

    key = models.UUIDField(primary_key=True)  # translation_key of the pages
    code = models.CharField(max_length=6, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=r"^[1-9][0-9]{5}$"), name="courses_code_six_digits")
        ]

    def __str__(self) -> str:
        return self.code


class CatalogueRecord(models.Model):
    """A record of a catalogue that was taken over: what it came to, so that the same record changes nothing again."""

    external_id = models.CharField(max_length=200)
    language = models.CharField(max_length=10)
    key = models.UUIDField()
    digest = models.CharField(max_length=64)
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["external_id", "language"], name="courses_record_once_a_language")
        ]

    def __str__(self) -> str:
        return self.external_id
