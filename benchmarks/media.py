"""What the village gets: bytes, quality and work of every rung on real clips, beside what peers serve.

`python -m benchmarks.media [--seconds 20] [--clips NAME ...]` (also `make bench`) encodes the clips of
`$SHARED_DIR/data/clips` and a narrated-slides lesson made here with our pipeline and, in the same run, with the 240p
settings of MediaCMS and PeerTube; measures VMAF on every frame at the source's size and rate, reads slides with
tesseract, and writes `benchmarks/results/media.md` and `media.png`.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
django.setup()

from benchmarks.slides import PAGE_S, PAGES, narrated_slides  # noqa: E402
from media_pipeline import encoding  # noqa: E402
from media_pipeline.adapters import fragments  # noqa: E402
from media_pipeline.adapters.ffmpeg import program  # noqa: E402
from media_pipeline.encoding import Encoded, Examined, Plan  # noqa: E402

RESULTS = Path(__file__).with_name("results")
CLIPS = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "clips"
CAPTION = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Row:
    """One encoded file of one clip. `bytes` count the sound."""

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


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run([program(), "-hide_banner", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def measured(work: Callable[[], object]) -> float:
    """CPU seconds that `work` and its children used."""

    def used() -> float:
        both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in both)

    before = used()
    work()
    return used() - before


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


def ours(source: Path, examined: Examined, folder: Path) -> Iterator[Row]:
    """Our rungs; the work of all pictures is one decode, so it is told as a whole on every row."""
    made: list[Encoded] = []
    sound: list[Encoded] = []
    plan = examined.plan
    sound += encoding.encode_voice(source, plan, folder, watch=lambda now: None)
    cpu = measured(lambda: made.extend(encoding.encode_pictures(source, plan, folder, watch=lambda now: None)))
    share: list[Encoded] = []
    share_cpu = measured(lambda: share.extend(encoding.encode_share(source, plan, folder, watch=lambda now: None)))
    sound_bytes = sum(one.size_bytes for one in sound)
    duration_s = plan.duration_s
    for one in made:
        size_bytes = one.size_bytes + sound_bytes
        yield Row(
            source.stem,
            one.name,
            f"{one.width}x{one.height}@{one.fps:.3g}",
            size_bytes,
            size_bytes * 8 / duration_s / 1000,
            vmaf(source, one.path, examined),
            cpu / duration_s,
            *first_bytes(one.path),
            readable(one.path, source, examined, folder) if one.kind == "slides" else None,
        )
    yield from older(source, plan, folder, examined, sound_bytes)
    file = next(one for one in share if one.kind == "share")
    kbps = file.size_bytes * 8 / duration_s / 1000
    size = f"{file.width}x{file.height}@{file.fps or 0:.3g}"
    quality = vmaf(source, file.path, examined)
    yield Row(source.stem, "share.mp4", size, file.size_bytes, kbps, quality, share_cpu / duration_s)


def older(source: Path, plan: Plan, folder: Path, examined: Examined, sound_bytes: int) -> Iterator[Row]:
    """What is made besides: H.264 for devices without AV1 (with its AAC), and the slides to read (with the voice)."""
    plain: list[Encoded] = []
    cpu = measured(lambda: plain.extend(encoding.encode_plain(source, plan, folder, watch=lambda now: None)))
    aac_bytes = sum(one.size_bytes for one in plain if one.kind == "sound")
    for one in plain:
        if one.kind != "sound":
            size_bytes = one.size_bytes + aac_bytes
            kbps, quality = size_bytes * 8 / plan.duration_s / 1000, vmaf(source, one.path, examined)
            size = f"{one.width}x{one.height}@{one.fps:.3g}"
            yield Row(source.stem, one.name, size, size_bytes, kbps, quality, cpu / plan.duration_s)
    stills: list[Encoded] = []
    cpu = measured(lambda: stills.extend(encoding.encode_slides(source, plan, folder, watch=lambda now: None)))
    if stills:
        size_bytes = sum(one.size_bytes for one in stills) + sound_bytes
        kbps = size_bytes * 8 / plan.duration_s / 1000
        size = f"{len(stills)} of {stills[0].width}x{stills[0].height}"
        yield Row(source.stem, "to read", size, size_bytes, kbps, 0.0, cpu / plan.duration_s)


def peers(source: Path, examined: Examined, folder: Path) -> Iterator[Row]:
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
        command = ("-i", source, *arguments, "-pix_fmt", "yuv420p", "-movflags", "+faststart", target)
        cpu = measured(lambda command=command: ffmpeg(*command))  # type: ignore[misc]
        size_bytes = target.stat().st_size
        kbps = size_bytes * 8 / probe.duration_s / 1000
        share = readable(target, source, examined, folder)
        quality = vmaf(source, target, examined)
        yield Row(source.stem, who, f"{fps} fps", size_bytes, kbps, quality, cpu / probe.duration_s, recall=share)


def at_equal_quality(rows: list[Row], peer: Row) -> float | None:
    """How many times fewer bytes we need for the peer's VMAF: log bytes interpolated between our rungs."""
    curve = sorted(
        (row.vmaf, math.log(row.bytes)) for row in rows if row.who[0] == "v" or row.who in ("slides", "high")
    )
    if len(curve) < 2:
        return peer.bytes / math.exp(curve[0][1]) if curve and curve[0][0] >= peer.vmaf else None
    below = [point for point in curve if point[0] <= peer.vmaf]
    if not below:  # even our smallest rung is better: its bytes are an upper bound
        return peer.bytes / math.exp(curve[0][1])
    low = min(len(below) - 1, len(curve) - 2)
    (x0, y0), (x1, y1) = curve[low], curve[low + 1]
    if x1 - x0 < 0.01:
        return None
    return peer.bytes / math.exp(y0 + (y1 - y0) * (peer.vmaf - x0) / (x1 - x0))


def table(rows: list[Row]) -> str:
    lines = [
        "| clip | file | picture | bytes with sound | kbit/s | VMAF | CPU s/s | first picture, first second (bytes) "
        "| words read |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        first = f"{row.first_picture:,} / {row.first_second:,}" if row.first_picture else ""
        read = "" if row.recall is None else f"{row.recall:.0%}"
        lines.append(
            f"| {row.clip} | {row.who} | {row.size} | {row.bytes:,} | {row.kbps:.1f} "
            f"| {row.vmaf or math.nan:.1f} | {row.cpu:.2f} | {first} | {read} |"
        )
    return "\n".join(lines)


def ratios(rows: list[Row]) -> str:
    lines = ["| fewer bytes at equal VMAF than | " + " | ".join(sorted({row.clip for row in rows})) + " | geomean |"]
    lines.append("|---|" + "---:|" * (len({row.clip for row in rows}) + 1))
    for who in ("MediaCMS 240p", "PeerTube 240p"):
        found = []
        for clip in sorted({row.clip for row in rows}):
            of_clip = [row for row in rows if row.clip == clip]
            peer = next((row for row in of_clip if row.who == who), None)
            found.append(at_equal_quality(of_clip, peer) if peer else None)
        known = [ratio for ratio in found if ratio]
        cells = " | ".join(f"{ratio:.1f}x" if ratio else "-" for ratio in found)
        lines.append(f"| {who} | {cells} | {geometric_mean(known):.1f}x |" if known else f"| {who} | {cells} | |")
    return "\n".join(lines)


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
        mine = sorted((row.kbps, row.vmaf, row.who) for row in of_clip if row.who[0] == "v" or row.who == "slides")
        place.plot([point[0] for point in mine], [point[1] for point in mine], "o-", color="#1F6B3B", label="ours")
        for who, colour in (("MediaCMS 240p", "#A4361C"), ("PeerTube 240p", "#B86E0A"), ("share.mp4", "#1B5E8C")):
            points = [(row.kbps, row.vmaf) for row in of_clip if row.who == who]
            place.plot([point[0] for point in points], [point[1] for point in points], "s", color=colour, label=who)
        place.set(title=clip[:34], xlabel="kbit/s with sound", ylabel="VMAF", xscale="log")
        place.grid(alpha=0.3)
    axes.flat[0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=80)


def sources(folder: Path, seconds: float, names: list[str]) -> Iterator[Path]:
    """The clips with a picture, cut to `seconds` without encoding them again, and narrated slides made here."""
    narrated = narrated_slides(folder, CLIPS / "speech-lecture-67s-16k.flac")
    for path in [narrated, *sorted(CLIPS.glob("*"))]:
        if path.suffix in (".md", ".flac") or (names and not any(name in path.name for name in names)):
            continue
        if path is narrated:
            yield path
            continue
        cut = folder / path.name
        ffmpeg("-i", path, "-t", str(seconds), "-map", "0:v", "-map", "0:a?", "-c", "copy", cut)
        yield cut


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clips", nargs="*", default=[])
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    if not CLIPS.is_dir():
        raise SystemExit(f"no clips in {CLIPS}: set SHARED_DIR")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-media-") as name:
        folder = Path(name)
        for source in sources(folder, options.seconds, options.clips):
            examined = encoding.examine(source, watch=lambda now: None)
            work = folder / "work"
            work.mkdir()
            for row in (*ours(source, examined, work), *peers(source, examined, work)):
                rows.append(row)
                print(f"{row.clip[:28]:<28} {row.who:<14} {row.size:<14} {row.kbps:7.1f} kbit/s VMAF {row.vmaf:5.1f} "
                      f"{row.cpu:5.2f} CPU s/s {row.first_second:>7} B {row.recall or 0:.0%}", flush=True)  # fmt: skip
            shutil.rmtree(work)
    options.results.mkdir(parents=True, exist_ok=True)
    head = (
        f"# Media: what the village gets\n\n{encoding.encoder_version()}, first {options.seconds:g} s of each clip.\n"
    )
    parts = [head, ratios(rows), table(rows), "![rate and quality](media.png)"]
    (options.results / "media.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    plot(rows, options.results / "media.png")
    print("\n" + ratios(rows))


if __name__ == "__main__":
    main()
