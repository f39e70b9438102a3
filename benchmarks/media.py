"""What the village gets: bytes, quality and work of every rung on real clips, beside what peers serve.

`python -m benchmarks.media [--seconds 20] [--clips NAME ... [--keep]]` (also `make bench`) encodes the clips of
`$SHARED_DIR/data/clips` and a narrated-slides lesson made here with our pipeline and, in the same run, with the 240p
settings of MediaCMS and PeerTube; measures VMAF on every frame at the source's size and rate, reads slides with
tesseract, and writes `benchmarks/results/media.md` and `media.png`.

Most of the clips are silent, and lessons are not: recorded speech is added to those, so that ours and the peers' sound
count alike. The table of ratios is told both ways: so, and with the added speech counted on neither side.
"""

import argparse
import json
import math
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import geometric_mean, median
from typing import TypeVar

import av
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
django.setup()

from benchmarks.slides import PAGE_S, PAGES, narrated_slides  # noqa: E402
from media_pipeline import encoding  # noqa: E402
from media_pipeline.adapters import fragments  # noqa: E402
from media_pipeline.adapters.ffmpeg import program  # noqa: E402
from media_pipeline.encoding import Encoded, Examined  # noqa: E402

RESULTS = Path(__file__).with_name("results")
CLIPS = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "clips"
CAPTION = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]")
AV1, H264, WITH_AAC = re.compile(r"v\d+|slides|high"), re.compile(r"h\d+"), re.compile(r"h\d+ AAC")
WHOLE = "whole ladder"
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One encoded file of one clip, or the whole ladder of it. `bytes` count the sound."""

    clip: str
    who: str
    size: str
    bytes: int
    kbps: float
    vmaf: float
    cpu: float  # seconds a second of lesson
    first_picture: int = 0
    first_second: int = 0
    recall: float | None = None
    added_bytes: int = 0  # of `bytes`: speech of our own under a silent clip
    wall: float = 0.0  # seconds on the clock a second of lesson


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([program(), "-hide_banner", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


@dataclass
class Spent:
    """What work took: seconds of processors and on the clock."""

    cpu: float = 0.0
    wall: float = 0.0

    def on(self, work: Callable[[], T]) -> T:
        """Do `work` and count it."""
        cpu, wall = used_cpu(), time.monotonic()
        done = work()
        self.cpu, self.wall = self.cpu + used_cpu() - cpu, self.wall + time.monotonic() - wall
        return done


def used_cpu() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def unwatched(now: object) -> None:
    """Nobody looks at the progress."""


def vmaf(source: Path, made: Path, examined: Examined) -> float:
    """VMAF (libvmaf's default model) of every frame, at the source's size and rate."""
    probe = examined.probe
    assert probe.fps
    # Still pictures are the same frame over and over: five looks a second see every one of them.
    rate = f"fps={min(probe.fps, 5.0) if examined.content == 'slides' else probe.fps:.5f}:start_time=0"
    ours = f"[0:v]{rate},scale={probe.width}:{probe.height}:flags=bicubic,setsar=1,format=yuv420p[a]"
    theirs = f"[1:v]{rate},scale={probe.width}:{probe.height},setsar=1,format=yuv420p[b]"
    with tempfile.NamedTemporaryFile(suffix=".json") as log:
        judge = f"[a][b]libvmaf=log_fmt=json:log_path={log.name}:n_threads=2:n_subsample=1:shortest=1"
        ffmpeg("-i", made, "-i", source, "-lavfi", f"{ours};{theirs};{judge}", "-f", "null", "-")
        return float(json.loads(Path(log.name).read_text())["pooled_metrics"]["vmaf"]["mean"])


def first_bytes(path: Path) -> tuple[int, int]:
    """Bytes from the start of the file to the end of the first picture, and of the first second."""
    track = fragments.read(path.read_bytes())
    second = [one.offset + one.size for one in track.samples if track.time_s(one.start) < 1]
    return track.samples[0].offset + track.samples[0].size, max(second)


def text_of(path: Path, at_s: float, folder: Path, language: str) -> list[str]:
    """The words and Chinese characters that tesseract reads in a frame, shown at twice 480p."""
    frame = folder / "frame.png"
    ffmpeg("-ss", f"{at_s}", "-i", path, "-frames:v", "1", "-vf", "scale=-2:960:flags=lanczos", "-update", "1", frame)
    command = ["tesseract", str(frame), "-", "-l", language, "--psm", "6"]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return CAPTION.findall(read.lower())


def recall(read: list[str], wanted: list[str]) -> float:
    """The share of the wanted words that were read."""
    left = list(read)
    found = 0
    for word in wanted:
        if word in left:
            left.remove(word)
            found += 1
    return found / len(wanted) if wanted else 0.0


def readable(path: Path, source: Path, examined: Examined, folder: Path) -> float | None:
    """The share of the words read in the source that are also read here; on drawn pages only words truly there."""
    if examined.content != "slides" or not shutil.which("tesseract"):
        return None
    if source.name.startswith("narrated"):
        texts = [(PAGE_S * page + 8.0, CAPTION.findall(" ".join(lines).lower())) for page, lines in enumerate(PAGES)]
        language = "chi_sim+eng"
    else:
        texts, language = [(examined.probe.duration_s * 0.6, [])], "eng"
    shares = []
    for at_s, drawn in texts:
        # What tesseract cannot read in the source either says nothing about the rung.
        wanted = text_of(source, at_s, folder, language)
        wanted = [word for word in wanted if word in drawn] if drawn else wanted
        shares.append(recall(text_of(path, at_s, folder, language), wanted))
    return sum(shares) / len(shares)


def ours(source: Path, folder: Path, *, added: bool) -> Iterator[Row]:
    """Our files; the work of all pictures is one, so it is told as a whole on every row. The last row is the whole."""
    every = {name: Spent() for name in ("examine", "voice", "pictures", "share", "plain", "slides")}
    examined = every["examine"].on(lambda: encoding.examine(source, watch=unwatched))
    plan = examined.plan

    def made(step: str, encode: Callable[..., list[Encoded]]) -> list[Encoded]:
        return every[step].on(lambda: encode(source, plan, folder, watch=unwatched))

    def row(one: Encoded, step: str, sound_bytes: int) -> Row:
        size_bytes = one.size_bytes + sound_bytes
        return Row(
            clip=source.stem,
            who=one.name if one.kind != "share" else "share.mp4",
            size=f"{one.width}x{one.height}@{one.fps or 0:.3g}",
            bytes=size_bytes,
            kbps=size_bytes * 8 / plan.duration_s / 1000,
            vmaf=vmaf(source, one.path, examined),
            cpu=every[step].cpu / plan.duration_s,
            added_bytes=sound_bytes if added else 0,
        )

    voice = sum(one.size_bytes for one in made("voice", encoding.encode_voice))
    for one in made("pictures", encoding.encode_pictures):
        first_picture, first_second = first_bytes(one.path)
        yield replace(
            row(one, "pictures", voice),
            first_picture=first_picture,
            first_second=first_second,
            recall=readable(one.path, source, examined, folder) if one.kind == "slides" else None,
        )
    plain = made("plain", encoding.encode_plain)
    aac = sum(one.size_bytes for one in plain if one.kind == "sound")
    for one in plain:
        if one.kind != "sound":
            with_voice = row(one, "plain", voice)
            size_bytes = one.size_bytes + aac
            kbps, added_bytes = size_bytes * 8 / plan.duration_s / 1000, aac if added else 0
            yield with_voice
            yield replace(with_voice, who=f"{one.name} AAC", bytes=size_bytes, kbps=kbps, added_bytes=added_bytes)
    stills = made("slides", encoding.encode_slides)
    if stills:
        size_bytes = sum(one.size_bytes for one in stills) + voice
        size, kbps = f"{len(stills)} of {stills[0].width}x{stills[0].height}", size_bytes * 8 / plan.duration_s / 1000
        yield Row(source.stem, "to read", size, size_bytes, kbps, 0.0, every["slides"].cpu / plan.duration_s)
    yield from (row(one, "share", 0) for one in made("share", encoding.encode_share) if one.kind == "share")
    cpu, wall = (sum(getattr(spent, name) for spent in every.values()) / plan.duration_s for name in ("cpu", "wall"))
    yield Row(source.stem, WHOLE, "", 0, 0.0, 0.0, cpu, wall=wall)


def peers(source: Path, examined: Examined, folder: Path, *, added: bool) -> Iterator[Row]:
    """240p as MediaCMS (H.264 at CRF 23, AAC 128k) and PeerTube (bits per pixel as a ceiling, AAC kept) make it."""
    probe = examined.probe
    assert probe.width and probe.height and probe.fps  # noqa: PT018
    fps = max(1, int(probe.fps))
    sound = ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    keys = f"expr:gte(t,n_forced*{4})"
    mediacms = ["-vf", f"scale=-2:240,fps={fps}", "-c:v", "libx264", "-preset", "medium", "-profile:v", "main", "-crf",
                "23", "-maxrate", "450k", "-bufsize", "450k", "-force_key_frames", keys, *sound]  # fmt: skip
    source_bps = probe.size_bytes * 8 / probe.duration_s
    ceiling = int(min(240 * 240 * probe.width / probe.height * probe.fps * 0.17, source_bps * 1.3))
    kept = ["-c:a", "copy"] if probe.audio_codec == "aac" else ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    peertube = ["-vf", "scale=-2:240", "-c:v", "libx264", "-preset", "veryfast", "-maxrate", str(ceiling), "-bufsize",
                str(ceiling * 2), "-b_strategy", "1", "-bf", "16", *kept]  # fmt: skip
    for who, arguments in (("MediaCMS 240p", mediacms), ("PeerTube 240p", peertube)):
        target = folder / "peer.mp4"
        command: list[str | Path] = ["-i", source, *arguments]
        spent = Spent()
        spent.on(partial(ffmpeg, *command, "-pix_fmt", "yuv420p", "-movflags", "+faststart", target))
        size_bytes = target.stat().st_size
        kbps = size_bytes * 8 / probe.duration_s / 1000
        share = readable(target, source, examined, folder)
        quality = vmaf(source, target, examined)
        cpu, sound_bytes = spent.cpu / probe.duration_s, bytes_of_sound(target) if added else 0
        yield Row(source.stem, who, f"{fps} fps", size_bytes, kbps, quality, cpu, recall=share, added_bytes=sound_bytes)


def bytes_of_sound(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(packet.size for packet in container.demux(audio=0))


def at_equal_quality(rows: list[Row], peer: Row, *, with_added: bool) -> float | None:
    """How many times fewer bytes we need for the peer's VMAF: log bytes interpolated between our rungs."""

    def paid(row: Row) -> int:
        return row.bytes if with_added else row.bytes - row.added_bytes

    curve = sorted((row.vmaf, math.log(paid(row))) for row in rows)
    if len(curve) < 2:
        return paid(peer) / math.exp(curve[0][1]) if curve and curve[0][0] >= peer.vmaf else None
    below = [point for point in curve if point[0] <= peer.vmaf]
    if not below:  # even our smallest rung is better: its bytes are an upper bound
        return paid(peer) / math.exp(curve[0][1])
    low = min(len(below) - 1, len(curve) - 2)
    (x0, y0), (x1, y1) = curve[low], curve[low + 1]
    if x1 - x0 < 0.01:
        return None
    return paid(peer) / math.exp(y0 + (y1 - y0) * (peer.vmaf - x0) / (x1 - x0))


def table(rows: list[Row]) -> str:
    lines = [
        "| clip | file | picture | bytes with sound | kbit/s | VMAF | CPU s/s | first picture, first second (bytes) "
        "| words read |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        first = f"{row.first_picture:,} / {row.first_second:,}" if row.first_picture else ""
        read = "" if row.recall is None else f"{row.recall:.0%}"
        if row.who == WHOLE:
            lines.append(f"| {row.clip} | {row.who} | {row.wall:.2f} s/s on the clock | | | | {row.cpu:.2f} | | |")
            continue
        lines.append(
            f"| {row.clip} | {row.who} | {row.size} | {row.bytes:,} | {row.kbps:.1f} "
            f"| {row.vmaf or math.nan:.1f} | {row.cpu:.2f} | {first} | {read} |"
        )
    return "\n".join(lines)


def ratios(rows: list[Row]) -> str:
    clips = sorted({row.clip for row in rows})
    lines = ["| fewer bytes at equal VMAF than | " + " | ".join(clips) + " | geomean | worst |"]
    lines.append("|---|" + "---:|" * (len(clips) + 2))
    for ours_are, pattern in (("AV1", AV1), ("H.264", H264), ("H.264 with AAC", WITH_AAC)):
        for sound, with_added in (("speech added where there was none", True), ("silent where they were", False)):
            for who in ("MediaCMS 240p", "PeerTube 240p"):
                found = []
                for clip in clips:
                    mine = [row for row in rows if row.clip == clip and pattern.fullmatch(row.who)]
                    peer = next(row for row in rows if row.clip == clip and row.who == who)
                    found.append(at_equal_quality(mine, peer, with_added=with_added))
                known = [ratio for ratio in found if ratio]
                cells = " | ".join(f"{ratio:.1f}x" if ratio else "-" for ratio in found)
                means = f"{geometric_mean(known):.2f}x | {min(known):.1f}x" if known else " | "
                lines.append(f"| {who}: {ours_are}, {sound} | {cells} | {means} |")
    return "\n".join(lines)


def work(rows: list[Row]) -> str:
    """The time of whole ladders."""
    whole = [row.wall for row in rows if row.who == WHOLE]
    return (
        f"Everything of a lesson takes {median(whole):.2f} times its length on {os.cpu_count()} processors "
        f"(median of the clips; from {min(whole):.2f} to {max(whole):.2f})."
    )


def plot(rows: list[Row], target: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    clips = sorted({row.clip for row in rows})
    columns = min(3, len(clips))
    lines = math.ceil(len(clips) / columns)
    figure, axes = pyplot.subplots(lines, columns, figsize=(5 * columns, 3.6 * lines), squeeze=False)
    for place, clip in zip(axes.flat, clips, strict=False):
        of_clip = [row for row in rows if row.clip == clip]
        mine = sorted((row.kbps, row.vmaf, row.who) for row in of_clip if AV1.fullmatch(row.who))
        place.plot([point[0] for point in mine], [point[1] for point in mine], "o-", color="#1F6B3B", label="ours")
        for who, colour in (("MediaCMS 240p", "#A4361C"), ("PeerTube 240p", "#B86E0A"), ("share.mp4", "#1B5E8C")):
            points = [(row.kbps, row.vmaf) for row in of_clip if row.who == who]
            place.plot([point[0] for point in points], [point[1] for point in points], "s", color=colour, label=who)
        place.set(title=clip[:34], xlabel="kbit/s with sound", ylabel="VMAF", xscale="log")
        place.grid(alpha=0.3)
    axes.flat[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=80)


def sources(folder: Path, seconds: float, names: list[str]) -> Iterator[tuple[Path, bool]]:
    """The clips with a picture, cut to `seconds` without encoding them again, and narrated slides made here.

    With each: whether it was silent, so that speech was added.
    """
    speech = CLIPS / "speech-lecture-67s-16k.flac"
    narrated = narrated_slides(folder, speech)
    for path in [narrated, *sorted(CLIPS.glob("*"))]:
        if path.suffix in (".md", ".flac") or (names and not any(name in path.name for name in names)):
            continue
        if path is narrated:
            yield path, False
            continue
        with av.open(str(path)) as container:
            silent = not container.streams.audio
        # WebM holds no AAC. Its times are in milliseconds like those of the Matroska file that the speech is put into.
        cut = folder / (f"{path.stem}.mkv" if silent and path.suffix == ".webm" else path.name)
        sound = ["-stream_loop", "-1", "-i", speech, "-map", "0:v", "-map", "1:a", "-c:a", "aac", "-b:a", "96k"]
        tracks = sound if silent else ["-map", "0:v", "-map", "0:a?", "-c:a", "copy"]
        ffmpeg("-i", path, *tracks, "-c:v", "copy", "-t", str(seconds), cut)
        yield cut, silent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clips", nargs="*", default=[])
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--keep", action="store_true", help="go on with the rows of other clips in media.json")
    options = parser.parse_args()
    if not CLIPS.is_dir():
        raise SystemExit(f"no clips in {CLIPS}: set SHARED_DIR")
    options.results.mkdir(parents=True, exist_ok=True)
    kept = options.results / "media.json"
    rows = [Row(**row) for row in json.loads(kept.read_text())] if options.keep and kept.exists() else []
    with tempfile.TemporaryDirectory(prefix="bench-media-") as name:
        folder = Path(name)
        for source, added in sources(folder, options.seconds, options.clips):
            examined = encoding.examine(source, watch=unwatched)
            aside = folder / "work"
            aside.mkdir()
            rows = [row for row in rows if row.clip != source.stem]
            for row in (*ours(source, aside, added=added), *peers(source, examined, aside, added=added)):
                rows.append(row)
                print(f"{row.clip[:28]:<28} {row.who:<14} {row.size:<14} {row.kbps:7.1f} kbit/s VMAF {row.vmaf:5.1f} "
                      f"{row.cpu:5.2f} CPU s/s {row.first_second:>7} B {row.recall or 0:.0%}", flush=True)  # fmt: skip
            shutil.rmtree(aside)
            kept.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    head = (
        f"# Media: what the village gets\n\n{encoding.encoder_version()}, first {options.seconds:g} s of each clip.\n"
    )
    parts = [head, ratios(rows), work(rows), table(rows), "![rate and quality](media.png)"]
    (options.results / "media.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    plot(rows, options.results / "media.png")
    print("\n" + ratios(rows) + "\n\n" + work(rows))


if __name__ == "__main__":
    main()
