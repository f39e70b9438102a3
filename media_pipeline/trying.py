"""Trials on pieces of a lesson: short encodes, each judged with VMAF on every picture."""

import json
import logging
from dataclasses import replace
from pathlib import Path

from media_pipeline import hull
from media_pipeline.adapters import ffmpeg, fragments, graphs
from media_pipeline.adapters.boxes import BadBox
from media_pipeline.adapters.fragments import Sample
from media_pipeline.encoder import Progress, Watch
from media_pipeline.errors import MediaError
from media_pipeline.hull import Trial, Tried
from media_pipeline.ladder import Plan

logger = logging.getLogger(__name__)
PIECES_BYTES = 500_000_000  # kept without loss: noise of 720p takes a third of this


def tried(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Tried]:
    """What the trials that `hull` wants of this lesson found; nothing for one that is too short for them.

    Nor for one whose pieces cannot be made, as where the picture ends before them: the ladder does without trials.
    """
    try:
        return _tried(source, plan, folder, watch)
    except MediaError as error:
        if error.code not in ("encoder_failed", "encoder_stuck"):
            raise
        logger.warning("trials of %s: %s", source.name, error.detail)
        return []


def _tried(source: Path, plan: Plan, folder: Path, watch: Watch) -> list[Tried]:
    length_s, begins_s = hull.pieces(plan.duration_s)
    full = hull.whole(plan)
    if full is None or not begins_s:
        return []
    pieces = folder / "pieces.mp4"
    found: list[Tried] = []
    try:
        whole_s = length_s * len(begins_s)
        _run(graphs.pieces(source, plan, pieces, full, begins_s, length_s), whole_s, watch)
        while wanted := hull.next_trials(plan, found):
            found += [try_one(pieces, trial, plan, folder, length_s, watch=watch) for trial in wanted]
    finally:
        pieces.unlink(missing_ok=True)
    return found


def try_one(pieces: Path, trial: Trial, plan: Plan, folder: Path, length_s: float, *, watch: Watch) -> Tried:
    """One trial on `pieces`, each `length_s` long and in the plan's whole shape."""
    full = hull.whole(plan)
    assert full
    begins_s = [length_s * at for at in range(len(hull.PIECES_AT))]
    whole_s = length_s * len(begins_s)
    target, log = folder / "trial.mp4", folder / "trial.json"
    try:
        _run(graphs.trial(pieces, target, trial, plan.pictures[0], begins_s, whole_s), whole_s, watch)
        _run(graphs.judged(target, pieces, log, full), whole_s, watch)
        samples = _samples(target)
        vmaf = float(json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"])
    finally:
        target.unlink(missing_ok=True)
        log.unlink(missing_ok=True)
    keys = [sample.size for sample in samples if sample.sync]
    rest_bytes = sum(sample.size for sample in samples) - sum(keys)
    return Tried(trial, sum(keys) / len(keys), rest_bytes * 8 / whole_s, vmaf)


def _samples(path: Path) -> tuple[Sample, ...]:
    try:
        return fragments.read(path.read_bytes()).samples
    except BadBox as error:
        raise MediaError("encoder_failed", str(error)) from error


def _run(command: list[str], whole_s: float, watch: Watch) -> None:
    """Run it. How far it is says nothing about the lesson, only that work goes on."""
    limits = replace(ffmpeg.limits_for(whole_s), output_bytes=PIECES_BYTES)
    ffmpeg.run(command, duration_s=whole_s, limits=limits, watch=lambda now: watch(Progress(0)))
