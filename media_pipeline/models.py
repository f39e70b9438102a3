"""Rows that hold the truth about uploaded lessons: what was uploaded, what is being done, what was made of it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.core.ids import uuid7
from media_pipeline.types import FragmentIndex


class Asset(models.Model):
    """One uploaded lesson. Its bytes never change: another file is another asset."""

    class State(models.TextChoices):
        RECEIVED = "received"  # kept, not looked at yet
        ENCODING = "encoding"  # usable; steps are waiting or running
        READY = "ready"
        FAILED = "failed"  # nothing more will happen by itself

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_sha256 = models.CharField(max_length=64)
    source_size_bytes = models.BigIntegerField()
    name = models.CharField(max_length=255)
    language = models.CharField(max_length=35, default="und")  # BCP 47
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    examined = models.JSONField(null=True)  # what the examination found, the plan included
    content = models.CharField(max_length=12, blank=True)
    duration_s = models.FloatField(null=True)
    # A further voice is made as long as the recording it is heard with; null: as long as it is.
    fitted_s = models.FloatField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_sentences = models.JSONField(default=dict)  # language code -> sentence
    # Everyone who has sent these bytes: each may put the recording into lessons.
    senders = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    created_at = models.DateTimeField()
    wanted_at = models.DateTimeField()  # when it was last uploaded: the same bytes again are the same asset

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source_sha256", "language"], name="media_asset_one_per_source"),
            models.CheckConstraint(condition=Q(source_size_bytes__gt=0), name="media_asset_not_empty"),
            models.CheckConstraint(
                condition=Q(fitted_s=None) | Q(fitted_s__gt=0), name="media_asset_fitted_to_a_length"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "encoding", "ready", "failed"]), name="media_asset_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="failed") ^ Q(error_code=""), name="media_asset_error_only_when_failed"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["encoding", "ready"]) | Q(examined__isnull=False),
                name="media_asset_encoded_after_examined",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Step(models.Model):
    """One piece of work on an asset. `attempt` counts claims: a worker may write only under the attempt it claimed."""

    class Kind(models.TextChoices):
        EXAMINE = "examine"
        VOICE = "voice"
        PICTURES = "pictures"
        SHARE = "share"
        SLIDES = "slides"  # pictures to read
        PLAIN = "plain"  # for devices without AV1
        STORYBOARD = "storyboard"  # small pictures for finding a place

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        WAITING_FOR_SPACE = "waiting_for_space"
        WAITING_FOR_STORAGE = "waiting_for_storage"

    # What a lesson is ready without: made afterwards, and for lessons that are on line already.
    EXTRA = (Kind.SLIDES, Kind.PLAIN, Kind.STORYBOARD)
    # States in which a step is claimed once its time has come.
    WANTED = (State.WAITING, State.WAITING_FOR_SPACE, State.WAITING_FOR_STORAGE)

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    ladder = models.PositiveSmallIntegerField(default=0)  # the version that planned what it made; 0 before it is done
    failures = models.PositiveSmallIntegerField(default=0)  # attempts that ended in an error
    interruptions = models.PositiveSmallIntegerField(default=0)  # attempts whose worker or ffmpeg was killed
    pauses = models.PositiveSmallIntegerField(default=0)  # times in a row that the store of files was away
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField()
    fraction = models.FloatField(default=0)
    speed = models.FloatField(null=True)  # seconds of lesson a second of work
    left_s = models.FloatField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_sentences = models.JSONField(default=dict)  # language code -> sentence
    log = models.TextField(blank=True)  # of the last error, for an operator
    cpu_s = models.FloatField(default=0)  # of all attempts that were not killed with their worker
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "kind"], name="media_step_one_per_asset_and_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=["examine", "voice", "pictures", "share", "slides", "plain", "storyboard"]),
                name="media_step_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["waiting", "running", "done", "failed", "waiting_for_space", "waiting_for_storage"]
                ),
                name="media_step_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False, heartbeat_at__isnull=False) & ~Q(worker="")
                | ~Q(state="running") & Q(lease_until__isnull=True, worker=""),
                name="media_step_running_under_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False, fraction=1)
                | ~Q(state="done") & Q(finished_at__isnull=True),
                name="media_step_done_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(fraction__gte=0, fraction__lte=1), name="media_step_fraction_between_0_and_1"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["failed", "waiting_for_space", "waiting_for_storage"]) | ~Q(error_code=""),
                name="media_step_says_why_it_stopped",
            ),
        ]
        indexes = [models.Index(fields=["state", "not_before"], name="media_step_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.asset_id}"


class StoredFile(models.Model):
    """A file of the `renditions` storage, named by its content.

    The row is written before the file and goes in the transaction that removes it: no file is ever without a row. Until
    a rendition shows it, it is held by the attempt that is writing it; a file that nothing shows or holds is removed.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    size_bytes = models.BigIntegerField()
    held_by = models.ForeignKey(Step, null=True, on_delete=models.SET_NULL, related_name="+")
    held_attempt = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(size_bytes__gt=0), name="media_file_not_empty")]

    def __str__(self) -> str:
        return self.sha256


class Rendition(models.Model):
    """One file made of an asset: a sound, pictures, the file to share, a poster, a storyboard, a slide to read."""

    class Kind(models.TextChoices):
        SOUND = "sound"
        SLIDES = "slides"
        VIDEO = "video"
        SHARE = "share"
        POSTER = "poster"
        STILL = "still"  # a slide to read, from `start_s` on
        STORYBOARD = "storyboard"  # a sheet of pictures of `width` x `height`, `fps` of them a second

    asset = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="renditions", db_column="sha256")
    file_name = models.CharField(max_length=60)  # the last part of its address
    mime = models.CharField(max_length=120)
    duration_s = models.FloatField(null=True)
    average_bps = models.PositiveIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    fps = models.FloatField(null=True)
    start_s = models.FloatField(null=True)
    language = models.CharField(max_length=35, default="und")
    is_default = models.BooleanField(default=False)
    fragments = models.JSONField(null=True)  # {"starts_s": [...], "offsets": [...], "init": base64}
    recipe = models.CharField(max_length=120)  # what made it: encoder, version
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asset", "name"], name="media_rendition_unique_name"),
            models.UniqueConstraint(
                fields=["asset"], condition=Q(is_default=True), name="media_rendition_one_default_sound"
            ),
            models.CheckConstraint(
                condition=Q(kind="sound") | Q(is_default=False), name="media_rendition_only_sounds_are_default"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["share", "poster"])
                | Q(kind="storyboard", fps__gt=0, duration_s__isnull=False)
                | Q(kind="still", start_s__isnull=False)
                | Q(kind__in=["sound", "slides", "video"], fragments__isnull=False, duration_s__isnull=False),
                name="media_rendition_tracks_have_an_index",
            ),
            models.UniqueConstraint(
                fields=["asset", "kind"],
                condition=Q(kind__in=["share", "poster"]),
                name="media_rendition_one_share_and_one_poster",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.asset_id}"

    @property
    def made_by(self) -> str:
        """The kind of the step that makes it."""
        if self.is_plain:
            return Step.Kind.PLAIN.value
        kind = Step.Kind
        kinds = {
            "sound": kind.VOICE,
            "share": kind.SHARE,
            "poster": kind.SHARE,
            "still": kind.SLIDES,
            "storyboard": kind.STORYBOARD,
        }
        return kinds.get(self.kind, kind.PICTURES).value

    @property
    def is_plain(self) -> bool:
        """True for the tracks that only devices without AV1 or Opus play."""
        return self.kind != self.Kind.SHARE and any(codec in self.mime for codec in ("avc1", "mp4a"))

    @property
    def index(self) -> FragmentIndex:
        """Where the track can be entered. Only sounds, slides and videos have one."""
        assert self.fragments is not None
        return FragmentIndex(
            tuple(self.fragments["starts_s"]), tuple(self.fragments["offsets"]), self.fragments.get("init", "")
        )


class Upload(models.Model):
    """A recording on its way in: `offset_bytes` of it are on the disk. When whole it becomes an asset.

    One request at a time writes to it: its `holder`, until `lease_until`, which each byte that arrives puts off.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=255)
    language = models.CharField(max_length=35, default="und")  # BCP 47
    mark = models.CharField(max_length=64, blank=True)  # by which a browser knows the file again
    length_bytes = models.BigIntegerField()
    offset_bytes = models.BigIntegerField(default=0)
    stored = models.JSONField(default=dict)  # where they are, as the store of pieces says
    holder = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    asset = models.ForeignKey(Asset, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(length_bytes__gt=0), name="media_upload_not_empty"),
            models.CheckConstraint(
                condition=Q(offset_bytes__gte=0, offset_bytes__lte=F("length_bytes")), name="media_upload_within_length"
            ),
            models.CheckConstraint(
                condition=Q(asset=None) | Q(offset_bytes=F("length_bytes")), name="media_upload_whole_before_asset"
            ),
            models.CheckConstraint(
                condition=Q(holder="") ^ Q(lease_until__isnull=False), name="media_upload_held_under_a_lease"
            ),
        ]

    def __str__(self) -> str:
        return self.name


# Steps in the order in which they are wanted: who uploads learns first whether the file can be used, every lesson has
# its voice before any has pictures, and then lessons are finished one after the other; what a lesson is ready without
# comes last of all.
def step_order() -> tuple[models.Case, models.F, models.Case]:
    """Ordering of steps for a worker."""
    return (
        models.Case(
            models.When(kind="examine", then=0),
            models.When(kind="voice", then=1),
            models.When(kind__in=Step.EXTRA, then=3),
            default=2,
        ),
        F("created_at"),
        models.Case(
            models.When(kind__in=["pictures", "slides"], then=0), models.When(kind="storyboard", then=2), default=1
        ),
    )
