"""Reads: what a page needs to know of media, as frozen values."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Case, Count, Min, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.utils.translation import gettext as _
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from lms.core.clock import now as present
from media_pipeline import addresses, storyboards
from media_pipeline.ladder import READ
from media_pipeline.models import Asset, Rendition, Step, StoredFile, step_order
from media_pipeline.sentences import in_this_language
from media_pipeline.types import (
    AssetState,
    Content,
    FragmentIndex,
    Media,
    PictureKind,
    Plain,
    Share,
    Size,
    Sound,
    StepProgress,
    StepState,
    Still,
    Storyboard,
)
from media_pipeline.types import Rendition as Picture

NEVER = Q(state=Step.State.WAITING, asset__state=Asset.State.FAILED)  # steps of failed recordings that do not begin
SOUND = Rendition.Kind.SOUND
_TRACKS = {Rendition.Kind.SLIDES, Rendition.Kind.VIDEO}


def media(asset_ids: Collection[UUID], *, private: bool = False) -> dict[UUID, Media]:
    """The assets that exist, by id, in three queries whatever their number.

    With `private` the addresses are signed ones: for people who may see what is not published.
    """
    assets = {asset.id: asset for asset in Asset.objects.defer("examined").filter(id__in=set(asset_ids))}
    if not assets:
        return {}
    renditions: defaultdict[UUID, list[Rendition]] = defaultdict(list)
    rows = Rendition.objects.filter(asset__in=assets).exclude(kind=Rendition.Kind.STILL)
    for rendition in rows.select_related("file").order_by("file__size_bytes"):
        renditions[rendition.asset_id].append(rendition)
    steps: defaultdict[UUID, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(asset__in=assets).defer("log").order_by(*step_order()):
        steps[step.asset_id].append(step)
    return {
        asset_id: _media(asset, renditions[asset_id], steps[asset_id], private=private)
        for asset_id, asset in assets.items()
    }


def sizes(asset_ids: Collection[UUID]) -> dict[UUID, Size]:
    """What `media` says of length and data, in one query that makes no objects: for totals over many lessons."""
    size = "renditions__file__size_bytes"
    plain = Q(renditions__mime__contains="avc1") | Q(renditions__mime__contains="mp4a")  # Rendition.is_plain
    rows = Asset.objects.filter(id__in=set(asset_ids)).annotate(
        picture=Min(size, filter=Q(renditions__kind__in=_TRACKS) & ~plain),
        sound=Min(size, filter=Q(renditions__is_default=True)),
        share=Min(size, filter=Q(renditions__kind=Rendition.Kind.SHARE)),
    )
    return {
        asset_id: Size(duration_s, picture + (sound or 0) if picture else sound or share)
        for asset_id, duration_s, picture, sound, share in rows.values_list(
            "id", "duration_s", "picture", "sound", "share"
        )
    }


def uploaded_by(person_id: int, asset_ids: Collection[UUID]) -> set[UUID]:
    """Those of `asset_ids` that a person has sent."""
    return set(Asset.objects.filter(id__in=set(asset_ids), senders=person_id).values_list("id", flat=True))


def stills(recording: Media) -> tuple[Still, ...]:
    """The slides to read of a recording, in order; none for filmed ones."""
    if recording.content not in READ:
        return ()
    rows = Rendition.objects.filter(asset=recording.asset_id, kind=Rendition.Kind.STILL).select_related("file")
    return tuple(
        Still(
            start_s=row.start_s or 0.0,
            url=addresses.address(row.file_id, row.file_name, private=False),
            size_bytes=row.file.size_bytes,
            width=row.width or 0,
            height=row.height or 0,
        )
        for row in rows.order_by("start_s")
    )


def track(sha256: str, file_name: str) -> tuple[FragmentIndex, float] | None:
    """Where a file of one track can be entered, and its length in seconds; None for files without an index."""
    rows = Rendition.objects.filter(file=sha256, file_name=file_name, fragments__isnull=False)
    row = rows.defer("asset").order_by("id").first()
    return (row.index, row.duration_s or 0.0) if row else None


def _media(asset: Asset, renditions: Sequence[Rendition], steps: Sequence[Step], *, private: bool) -> Media:
    default = next((row for row in renditions if row.is_default), None)
    sound_bytes = default.file.size_bytes if default else 0
    share = next((row for row in renditions if row.kind == Rendition.Kind.SHARE), None)
    poster = next((row for row in renditions if row.kind == Rendition.Kind.POSTER), None)

    def address(row: Rendition) -> str:
        return addresses.address(row.file_id, row.file_name, private=private)

    return Media(
        asset_id=asset.id,
        state=cast(AssetState, asset.state),
        name=asset.name,
        content=cast(Content, asset.content) if asset.content else None,
        duration_s=asset.duration_s,
        width=asset.width,
        height=asset.height,
        sounds=tuple(_sound(row, address(row)) for row in renditions if row.kind == SOUND and not row.is_plain),
        renditions=tuple(
            _picture(row, address(row), sound_bytes) for row in renditions if row.kind in _TRACKS and not row.is_plain
        ),
        plain=_plain([row for row in renditions if row.is_plain], address),
        share=Share(address(share), share.mime, share.file.size_bytes) if share else None,
        poster_url=address(poster) if poster else None,
        poster_width=poster.width if poster else None,
        poster_height=poster.height if poster else None,
        storyboard=_storyboard(renditions, address),
        steps=tuple(_progress(step) for step in steps),
        error_code=asset.error_code,
        error_sentence=in_this_language(asset.error_sentences),
        source_size_bytes=asset.source_size_bytes,
        private=private,
    )


def _plain(rows: Sequence[Rendition], address: Callable[[Rendition], str]) -> Plain:
    sound = next((row for row in rows if row.kind == SOUND), None)
    sound_bytes = sound.file.size_bytes if sound else 0
    return Plain(
        sound=replace(_sound(sound, address(sound)), is_default=True) if sound else None,
        renditions=tuple(_picture(row, address(row), sound_bytes) for row in rows if row.kind in _TRACKS),
    )


def _storyboard(rows: Sequence[Rendition], address: Callable[[Rendition], str]) -> Storyboard | None:
    row = next((row for row in rows if row.kind == Rendition.Kind.STORYBOARD), None)
    if row is None:
        return None
    url = address(row)
    return Storyboard(url, f"{url.rpartition('.')[0]}.vtt", row.file.size_bytes)


def storyboard(sha256: str, file_name: str) -> str:
    """The list of the pictures of a sheet, as WebVTT; empty for other files."""
    rows = Rendition.objects.filter(file=sha256, file_name=file_name, kind=Rendition.Kind.STORYBOARD)
    row = rows.order_by("id").first()
    if row is None or not row.fps:
        return ""
    size = row.width or 0, row.height or 0
    return storyboards.webvtt(file_name, duration_s=row.duration_s or 0.0, every_s=1 / row.fps, size=size)


def _sound(row: Rendition, url: str) -> Sound:
    return Sound(
        name=row.name,
        language=row.language,
        url=url,
        mime=row.mime,
        size_bytes=row.file.size_bytes,
        duration_s=row.duration_s or 0.0,
        average_bps=row.average_bps or 0,
        is_default=row.is_default,
        index=row.index,
    )


def _picture(row: Rendition, url: str, sound_bytes: int) -> Picture:
    return Picture(
        name=row.name,
        kind=cast(PictureKind, row.kind),
        url=url,
        mime=row.mime,
        size_bytes=row.file.size_bytes,
        size_with_sound_bytes=row.file.size_bytes + sound_bytes,
        duration_s=row.duration_s or 0.0,
        average_bps=row.average_bps or 0,
        width=row.width or 0,
        height=row.height or 0,
        fps=row.fps or 0.0,
        index=row.index,
    )


def _progress(step: Step) -> StepProgress:
    return StepProgress(
        kind=step.kind,
        state=cast(StepState, step.state),
        fraction=step.fraction,
        speed=step.speed,
        left_s=step.left_s,
        sentence=_sentence(step),
    )


def _sentence(step: Step) -> str:
    if step.state == Step.State.WAITING and step.error_code:
        return _("Did not work, will be tried again by itself. %(reason)s") % {
            "reason": in_this_language(step.error_sentences)
        }
    return in_this_language(step.error_sentences)


@dataclass(frozen=True)
class Queue:
    """How much there is to do and what it has cost, for an operator. Times in seconds, `cpu_s` by kind of step."""

    states: dict[tuple[str, str], int]  # (kind, state) -> steps; those of failed lessons that never begin left out
    oldest_waiting_at: datetime | None
    cpu_s: dict[str, float]
    stored_bytes: int
    source_bytes: int

    def count(self, state: str) -> int:
        """Steps in a state."""
        return sum(number for (_, is_in), number in self.states.items() if is_in == state)

    @property
    def waiting(self) -> int:
        """Steps that nobody works on yet."""
        return self.count(Step.State.WAITING)

    @property
    def running(self) -> int:
        """Steps that a worker holds."""
        return self.count(Step.State.RUNNING)

    @property
    def failed(self) -> int:
        """Steps that are parked."""
        return self.count(Step.State.FAILED)

    @property
    def waiting_for_space(self) -> int:
        """Steps that wait for room on a disk."""
        return self.count(Step.State.WAITING_FOR_SPACE)

    @property
    def waiting_for_storage(self) -> int:
        """Steps that wait for the store of files to answer."""
        return self.count(Step.State.WAITING_FOR_STORAGE)

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.cpu_s.values())


@dataclass(frozen=True)
class Way:
    """One way to take a lesson: what it costs whoever takes it once."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class Cost:
    """What a lesson costs: its learners, the store, and the machines that made it."""

    name: str
    duration_s: float | None
    source_size_bytes: int
    ways: tuple[Way, ...]  # fewest bytes first
    files: tuple[tuple[str, str, int], ...]  # name, what it is (its MIME type), bytes
    cpu_s: dict[str, float]  # by kind of step

    @property
    def stored_bytes(self) -> int:
        """All files made of it."""
        return sum(size for _, _, size in self.files)

    @property
    def total_cpu_s(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.cpu_s.values())


def cost(asset_id: UUID) -> Cost | None:
    """What a recording costs; None when there is none of this id."""
    known = media([asset_id]).get(asset_id)
    if known is None:
        return None
    rows = Rendition.objects.filter(asset=asset_id).select_related("file").order_by("-file__size_bytes", "name")
    files = tuple((row.name, row.mime, row.file.size_bytes) for row in rows)
    ways = [Way(sound.name, sound.size_bytes) for sound in known.sounds]
    ways += [Way(one.name, one.size_with_sound_bytes) for one in (*known.renditions, *known.plain.renditions)]
    read = sum(row.file.size_bytes for row in rows if row.kind == Rendition.Kind.STILL)
    ways += [Way("read", read)] if read else []
    ways += [Way("share", known.share.size_bytes)] if known.share else []
    return Cost(
        name=known.name,
        duration_s=known.duration_s,
        source_size_bytes=known.source_size_bytes,
        ways=tuple(sorted(ways, key=lambda way: way.size_bytes)),
        files=files,
        cpu_s=dict(Step.objects.filter(asset=asset_id).order_by().values_list("kind", "cpu_s")),
    )


def queue() -> Queue:
    """The steps by state and their cost, in five queries."""
    counted = Step.objects.exclude(NEVER).values_list("kind", "state").order_by().annotate(Count("pk"))
    oldest = Step.objects.filter(state=Step.State.WAITING).exclude(asset__state=Asset.State.FAILED)
    return Queue(
        states={(kind, state): number for kind, state, number in counted},
        oldest_waiting_at=oldest.order_by("created_at").values_list("created_at", flat=True).first(),
        cpu_s=dict(Step.objects.values_list("kind").order_by().annotate(Sum("cpu_s"))),
        stored_bytes=StoredFile.objects.aggregate(Sum("size_bytes"))["size_bytes__sum"] or 0,
        source_bytes=Asset.objects.aggregate(Sum("source_size_bytes"))["source_size_bytes__sum"] or 0,
    )


def steps(shown: str) -> QuerySet[Step]:
    """Steps for an operator, the most wanted first: "open" are those not done, else those of one state.

    Each has `stored_bytes`, the size of all files made of its recording; None when there are none.
    """
    made = Rendition.objects.filter(asset=OuterRef("asset")).order_by().values("asset")
    found = Step.objects.annotate(stored_bytes=Subquery(made.annotate(size=Sum("file__size_bytes")).values("size")))
    found = found.select_related("asset").exclude(NEVER)
    if shown == "open":
        running_first = Case(When(state=Step.State.RUNNING, then=0), When(state=Step.State.FAILED, then=2), default=1)
        return found.exclude(state=Step.State.DONE).order_by(running_first, *step_order())
    if shown == "waiting":
        return found.filter(state__in=Step.WANTED).order_by(*step_order())
    if shown == "done":
        return found.filter(state=shown).order_by("-finished_at")
    return found.filter(state=shown).order_by(*step_order())


def metrics() -> Iterator[Metric]:
    """The queue for Prometheus."""
    now, seen = present(), queue()
    steps = GaugeMetricFamily("fieldschool_media_steps", "Steps of encoding", labels=["kind", "state"])
    for labels, number in seen.states.items():
        steps.add_metric(labels, number)
    cpu = CounterMetricFamily("fieldschool_media_cpu_seconds", "CPU time of encoding", labels=["kind"])
    for kind, cpu_s in seen.cpu_s.items():
        cpu.add_metric([kind], cpu_s)
    age_s = (now - seen.oldest_waiting_at).total_seconds() if seen.oldest_waiting_at else 0.0
    yield from (
        steps,
        cpu,
        GaugeMetricFamily("fieldschool_media_oldest_waiting_seconds", "Age of the oldest step", max(0.0, age_s)),
        GaugeMetricFamily("fieldschool_media_stored_bytes", "Bytes of all renditions", seen.stored_bytes),
        GaugeMetricFamily("fieldschool_media_source_bytes", "Bytes of all uploads", seen.source_bytes),
    )


@dataclass(frozen=True)
class KeptFile:
    """A file that rows name, and what it must hold."""

    sha256: str
    size_bytes: int
    mime: str


def kept_files(store: str, *, database: str) -> Iterator[KeptFile]:
    """The files that must be in a store ("sources" or "renditions"), by their SHA-256."""
    if store == "sources":
        assets = Asset.objects.using(database).order_by("source_sha256")
        for sha256, size in assets.values_list("source_sha256", "source_size_bytes").distinct().iterator():
            yield KeptFile(sha256, size, "application/octet-stream")
        return
    # One that a worker is only about to write is not shown by a rendition yet.
    shown = StoredFile.objects.using(database).filter(renditions__isnull=False)
    files = shown.values_list("sha256", "size_bytes").annotate(Min("renditions__mime")).order_by("sha256")
    for sha256, size, mime in files.iterator():
        yield KeptFile(sha256, size, mime)
