"""The one place that knows ffmpeg's filters and flags. ffmpeg-python builds commands, our own runner runs them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from media_pipeline.adapters.ffmpeg import program
from media_pipeline.adapters.probe import FORMATS
from media_pipeline.hull import TRIAL_PRESET, Shape, Trial
from media_pipeline.ladder import (
    PEAK,
    PLAIN_SOUND_BPS,
    SHARE_SOUND_BPS,
    VOICE_BPS,
    VOICE_TO_HZ,
    Effort,
    PictureRung,
    PlainRung,
    Plan,
    Probe,
    TrackRung,
    fit,
)
from media_pipeline.stills import GRID, LOOKS_A_SECOND
from media_pipeline.storyboards import EVERY_S

POSTER_CANDIDATES = 5
TONED_AREA = 1280 * 720
WHITE_NITS = 203  # of a page in high dynamic range (ITU-R BT.2408)
UNBOUNDED_BPS = 10_000_000  # at ten times this and a picture a second the encoder overflows and spoils all
H264_PRESETS: dict[Effort, str] = {"fast": "medium", "default": "slow", "best": "veryslow"}
FRAGMENTED = "+empty_moov+delay_moov+default_base_moof+skip_trailer+frag_every_frame"
ALWAYS = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-progress", "pipe:1", "-stats_period", "0.5")


def voice(source: Path, plan: Plan, target: Path) -> list[str]:
    """Sound alone: Opus, mono, in packets of 60 ms, exactly as long as the lesson."""
    return _command(
        _sound(_input(source), plan).output(
            str(target),
            format="mp4",
            movflags=FRAGMENTED,
            acodec="libopus",
            ar=48_000,
            ac=1,
            audio_bitrate=VOICE_BPS,
            cutoff=VOICE_TO_HZ,
            frame_duration=60,
            map_metadata=-1,
        )
    )


def pictures(source: Path, plan: Plan, rungs: Sequence[tuple[PictureRung, Path]]) -> list[str]:
    """Every rung's picture from one decode."""
    return _together(_tracks(_input(source), plan, [(rung, target, _av1(rung)) for rung, target in rungs]))


def plain(source: Path, plan: Plan, rungs: Sequence[tuple[PlainRung, Path]], sound: Path | None) -> list[str]:
    """What devices without AV1 or Opus play: H.264 pictures from one decode, and AAC beside them."""
    inputs = _input(source)
    outputs = _tracks(inputs, plan, [(rung, target, _h264(rung, plan.effort)) for rung, target in rungs])
    if sound:
        aac = {"acodec": "aac", "ar": 32_000, "ac": 1, "audio_bitrate": PLAIN_SOUND_BPS}
        options = {"format": "mp4", "movflags": FRAGMENTED, "map_metadata": -1}
        outputs.append(_sound(inputs, plan).output(str(sound), **options, **aac))
    return _together(outputs)


def share(source: Path, plan: Plan, target: Path, poster: tuple[Path, float] | None) -> list[str]:
    """The file that plays anywhere, and beside it some frames for the poster (a pattern, and from which second on)."""
    streams, options = [], {"format": "mp4", "movflags": "+faststart", "map_metadata": -1}
    inputs = _input(source)
    outputs = []
    if plan.share:
        picture = _picture(inputs, plan.probe)
        if poster:
            parts = picture.filter_multi_output("split", 2)
            picture = parts[0]
            outputs.append(_poster(parts[1], plan, *poster))
        rung = plan.share
        streams.append(_sized(picture, rung.width, rung.height, rung.fps, plan.duration_s))
        options |= {
            "vcodec": "libx264",
            "preset": "medium",
            "profile:v": "high",
            "pix_fmt": "yuv420p",
            "crf": rung.crf,
            "maxrate": rung.ceiling_bps,
            "bufsize": rung.ceiling_bps * 4,
            "g": max(1, round(rung.fps * 10)),
        }
    if plan.voice:
        streams.append(_sound(inputs, plan))
        options |= {"acodec": "aac", "ar": 32_000, "ac": 1, "audio_bitrate": SHARE_SOUND_BPS}
    outputs.insert(0, ffmpeg.output(*streams, str(target), **options))
    return _together(outputs)


def storyboard(source: Path, plan: Plan, folder: Path, size: tuple[int, int]) -> list[str]:
    """A picture of each stretch of the lesson, out of its middle: `story-0001.png` and so on."""
    # The last stretch is filled with its last picture: of less than half a stretch nothing would be taken.
    whole_s = math.ceil(plan.duration_s / EVERY_S) * EVERY_S
    taken = (
        _picture(_input(source), plan.probe)
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", end=_seconds(whole_s))
        .filter("fps", _rate(1 / EVERY_S), start_time=0)
        .filter("scale", *size, flags="lanczos")
        .filter("format", "rgb24")
    )
    return _command(taken.output(str(folder / "story-%04d.png"), format="image2", fps_mode="passthrough"))


def looks(source: Path, plan: Plan, target: Path) -> list[str]:
    """Small grey grids of the picture, one after the other, `LOOKS_A_SECOND` times a second."""
    grids = _at_looks(source, plan).filter("scale", *GRID, flags="area").filter("format", "gray")
    return _command(grids.output(str(target), format="rawvideo"))


def stills(source: Path, plan: Plan, folder: Path, wanted: Sequence[int], size: tuple[int, int]) -> list[str]:
    """The pictures at the looks `wanted`, in order: `still-0001.png` and so on."""
    chosen = "+".join(f"eq(n,{look})" for look in wanted)
    taken = (
        _at_looks(source, plan)
        .filter("select", chosen)
        .filter("scale", *size, flags="lanczos")
        .filter("format", "rgb24")
    )
    return _command(taken.output(str(folder / "still-%04d.png"), format="image2", fps_mode="passthrough"))


def _at_looks(source: Path, plan: Plan) -> Any:
    return _picture(_input(source), plan.probe).filter("fps", LOOKS_A_SECOND, start_time=0, eof_action="pass")


def pieces(
    source: Path, plan: Plan, target: Path, shape: Shape, begins_s: Sequence[float], length_s: float
) -> list[str]:
    """Pieces of the picture one after the other, each `length_s` long, as they are: what trials are made of."""
    parts = [
        _sized(
            _picture(_input(source, ss=_seconds(begin_s), t=_seconds(length_s)), plan.probe),
            shape.width,
            shape.height,
            shape.fps,
            length_s,
        )
        for begin_s in begins_s
    ]
    joined = ffmpeg.concat(*parts) if len(parts) > 1 else parts[0]
    exact = {"vcodec": "libx264", "preset": "ultrafast", "qp": 0, "pix_fmt": "yuv420p"}
    return _command(joined.output(str(target), format="mp4", map_metadata=-1, **exact))


def trial(
    pieces: Path, target: Path, trial: Trial, rung: PictureRung, begins_s: Sequence[float], end_s: float
) -> list[str]:
    """The pieces in one shape at one CRF, each with a keyframe; otherwise like `rung`."""
    tried = replace(rung, crf=trial.crf, preset=TRIAL_PRESET, keyframes_s=tuple(begins_s), ceiling_bps=UNBOUNDED_BPS)
    shape = trial.shape
    picture = _sized(_input(pieces)["v"], shape.width, shape.height, shape.fps, end_s)
    return _command(picture.output(str(target), format="mp4", movflags=FRAGMENTED, map_metadata=-1, **_av1(tried)))


def judged(tried: Path, pieces: Path, log: Path, shape: Shape) -> list[str]:
    """VMAF of every picture of `pieces` (which are in `shape`): what was tried is brought to its size and rate.

    Both go through the same `fps`: containers round times, and pictures that are a frame off are judged as bad ones.
    """
    ours, theirs = (
        _input(path)["v"]
        .filter("fps", _rate(shape.fps), start_time=0)
        .filter("scale", shape.width, shape.height, flags="bicubic")
        .filter("setsar", 1)
        .filter("format", "yuv420p")
        for path in (tried, pieces)
    )
    options = {"log_fmt": "json", "log_path": str(log), "n_threads": 2, "n_subsample": 1, "shortest": 1}
    return _command(ffmpeg.filter([ours, theirs], "libvmaf", **options).output("-", format="null"))


def _command(output: Any) -> list[str]:
    command: list[str] = output.global_args(*ALWAYS).compile(cmd=program(), overwrite_output=True)
    return command


def _together(outputs: Sequence[Any]) -> list[str]:
    """One command that writes all of them."""
    return _command(outputs[0] if len(outputs) == 1 else ffmpeg.merge_outputs(*outputs))


def _tracks(inputs: Any, plan: Plan, rungs: Sequence[tuple[TrackRung, Path, dict[str, Any]]]) -> list[Any]:
    """The picture of each rung, coded by its options, from one decode."""
    if not rungs:
        return []
    whole = _picture(inputs, plan.probe)
    parts = whole.filter_multi_output("split", len(rungs)) if len(rungs) > 1 else [whole]
    return [
        _sized(parts[at], rung.width, rung.height, rung.fps, plan.duration_s).output(
            str(target), format="mp4", movflags=FRAGMENTED, map_metadata=-1, **options
        )
        for at, (rung, target, options) in enumerate(rungs)
    ]


def _input(source: Path, **options: Any) -> Any:
    # No protocol but files, no demuxer that follows names in a file, and broken stretches do not end the run.
    return ffmpeg.input(
        f"file:{source}",
        protocol_whitelist="file,pipe",
        format_whitelist=FORMATS,
        fflags="+genpts+discardcorrupt",
        **options,
    )


def _sound(source: Any, plan: Plan) -> Any:
    """The sound from second 0 to the end of the lesson: gaps and a late start become silence."""
    return (
        source[str(plan.probe.audio_index)]
        .filter("aresample", 48_000, **{"async": 1, "first_pts": 0})
        .filter("apad", whole_dur=_seconds(plan.duration_s))
        .filter("atrim", end=_seconds(plan.duration_s))
    )


def _picture(source: Any, probe: Probe) -> Any:
    picture = source[str(probe.video_index)]
    if probe.interlaced:
        picture = picture.filter("bwdif", deint="interlaced")
    return _toned_down(picture, probe) if probe.bright else picture


def _toned_down(picture: Any, probe: Probe) -> Any:
    """High dynamic range for screens without it: white of a page stays white, what is brighter is pressed together.

    Smaller first, as it is slow. Some phones tell what it is in the container alone: it is said of the frames anew.
    """
    transfer = "smpte2084" if probe.bright == "pq" else "arib-std-b67"
    width, height = fit(probe.width or 0, probe.height or 0, TONED_AREA)
    return (
        picture.filter("scale", width, height, flags="lanczos")
        .filter("setparams", color_primaries="bt2020", color_trc=transfer, colorspace="bt2020nc", range="tv")
        .filter("zscale", transfer="linear", npl=WHITE_NITS)
        .filter("format", "gbrpf32le")
        .filter("zscale", primaries="709")
        .filter("tonemap", "mobius", desat=0)
        .filter("zscale", transfer="709", matrix="709", range="limited")
        .filter("format", "yuv420p")
    )


def _sized(picture: Any, width: int, height: int, fps: float, duration_s: float) -> Any:
    """A picture of this size and rate in square pixels from second 0 to the end of the lesson."""
    return (
        picture.filter("fps", _rate(fps), start_time=0, eof_action="pass")  # a lone picture is one, too
        .filter("scale", width, height, flags="lanczos")
        .filter("setsar", 1)
        .filter("tpad", stop=-1, stop_mode="clone")
        .filter("trim", end=_seconds(duration_s))
        .filter("format", "yuv420p")
    )


def _poster(picture: Any, plan: Plan, target: Path, at_s: float) -> Any:
    assert plan.share
    return (
        picture.filter("tpad", stop=-1, stop_mode="clone")  # the picture may end before the sound, and before `at_s`
        .filter("trim", start=_seconds(at_s), end=_seconds(plan.duration_s))
        .filter("thumbnail", 24)  # the most usual of each 24
        .filter("scale", plan.share.width, plan.share.height)
        .filter("setsar", 1)
        .filter("format", "rgb24")
        .output(str(target), format="image2", **{"frames:v": POSTER_CANDIDATES})
    )


def _av1(rung: PictureRung) -> dict[str, Any]:
    parameters = {"enable-force-key-frames": 1, "scm": 1 if rung.screen else 0, "lp": 2}
    if rung.cheap_keyframes:
        parameters |= {"use-fixed-qindex-offsets": 2, "key-frame-qindex-offset": 40}
    return {
        "vcodec": "libsvtav1",
        "preset": rung.preset,
        "crf": rung.crf,
        "maxrate": round(rung.ceiling_bps * PEAK),
        "g": 99_999,
        "force_key_frames": _moments(rung.keyframes_s),
        "svtav1-params": ":".join(f"{key}={value}" for key, value in parameters.items()),
    }


def _h264(rung: PlainRung, effort: Effort) -> dict[str, Any]:
    tune = {} if rung.drawn else {"tune": "psnr"}
    return tune | {
        "vcodec": "libx264",
        "preset": H264_PRESETS[effort],
        "profile:v": "high",
        "pix_fmt": "yuv420p",
        "crf": rung.crf,
        "maxrate": rung.ceiling_bps,
        "bufsize": rung.ceiling_bps * 2,
        "x264-params": "vbv-init=0.5",  # half a buffer, one second, is what a lesson may take above its promise
        "bf": 0,  # our fragments keep pictures in the order in which they are shown
        "g": 99_999,
        "sc_threshold": 0,
        "force_key_frames": _moments(rung.keyframes_s),
    }


def _rate(fps: float) -> str:
    rate = Fraction(fps).limit_denominator(1001)
    return f"{rate.numerator}/{rate.denominator}"


def _moments(times_s: Sequence[float]) -> str:
    """For ffmpeg, which takes the first picture from each on: a thousandth early, or rounding finds the next."""
    return ",".join(_seconds(max(0.0, time_s - 0.001)) for time_s in times_s)


def _seconds(time_s: float) -> str:
    return f"{time_s:.3f}"
