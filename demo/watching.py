"""Follows the lessons until the end and says what happened when."""

import time
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.db import close_old_connections

from demo.accounts import ACCOUNTS
from demo.fill import State, Told, read
from demo.processes import Processes
from demo.progress import Row, Screen, minutes
from media_pipeline import selectors
from media_pipeline.types import Media

EVERY_S = 1.0
QUIET_S = 3.0  # between looks when nothing is left to do
# Shares of the whole way to a lesson: its source is drawn, then it is encoded.
DRAWN = 0.1


def since(began_s: float) -> str:
    """How long ago, M:SS."""
    return minutes(time.time() - began_s)


def introduction(address: str) -> str:
    """Where to look, and who to be."""
    width = max(len(account.username) for account in ACCOUNTS)
    lines = [
        f"  learners   {address}/   (English: {address}/en/)",
        f"  trainers   {address}/admin/",
        f"  schools    {address}/schools/",
        "",
        *(f"  {one.username:<{width}}   password {one.password:<14}   {one.what}" for one in ACCOUNTS),
        "",
        "Ctrl-C ends all of it.",
        "",
    ]
    return "\n".join(lines)


def row(told: Told, media: Mapping[UUID, Media]) -> Row:
    """How far one lesson is."""
    known = media.get(UUID(told.asset_id)) if told.asset_id else None
    if known is None:
        drawing = told.stage == "drawing"
        return Row(told.title, "drawing" if drawing else "waiting", DRAWN / 2 if drawing else 0.0)
    what = "encoding"
    if known.state == "failed":
        return Row(told.title, "failed", 1.0, note=known.error_sentence)
    if known.state == "ready":
        what = "ready"
    elif known.playable:
        what = "playable"
    running = next((step for step in known.steps if step.state == "running"), None)
    waiting = next((step for step in known.steps if step.state == "waiting_for_space"), None)
    return Row(
        told.title,
        what,
        DRAWN + (1 - DRAWN) * known.fraction,
        running.speed if running else None,
        running.left_s if running else None,
        waiting.sentence if waiting else "",
    )


class Milestones:
    """Says each thing once, when it happens."""

    def __init__(self, screen: Screen, began_s: float) -> None:
        self.screen, self.began_s = screen, began_s
        self.said: set[str] = set()
        self.notes = 0

    def once(self, name: str, sentence: str) -> None:
        """Say `sentence`, the first time."""
        if name not in self.said:
            self.said.add(name)
            self.screen.say(sentence)

    def look(self, state: State, rows: list[Row]) -> None:
        """What is new in the state of things."""
        for note in state.notes[self.notes :]:
            self.screen.say(note)
        self.notes = len(state.notes)
        if state.error:
            self.once("error", f"error: {state.error}")
        made_now = any(lesson.is_new for lesson in state.lessons if lesson.asset_id)
        if made_now and any(one.what in ("playable", "ready") for one in rows):
            self.once("first", f"first lesson playable after {since(self.began_s)}")
        own = [one for one, lesson in zip(rows, state.lessons, strict=True) if not lesson.is_clip]
        if own and all(one.what == "ready" for one in own):
            when = f"after {since(self.began_s)}" if made_now else "(made before; nothing is encoded again)"
            self.once("all", f"all {len(own)} lessons ready {when}")
        if state.filled and len(rows) > len(own) and all(one.what in ("ready", "failed") for one in rows):
            self.once(
                "clips",
                f"and {len(rows) - len(own)} real recordings {'' if not made_now else f'after {since(self.began_s)}'}",
            )


def watch(processes: Processes, screen: Screen, folder: Path, began_s: float) -> None:
    """Show progress and keep server and worker running, until someone ends it. Exits with a sentence if they cannot."""
    milestones = Milestones(screen, began_s)
    finished = False
    while True:
        for name in ("site", "worker"):
            hopeless = processes.keep(name)
            if hopeless:
                raise SystemExit(hopeless)
        if not finished:
            finished = _look(processes, screen, folder, milestones)
        time.sleep(QUIET_S if finished else EVERY_S)


def _look(processes: Processes, screen: Screen, folder: Path, milestones: Milestones) -> bool:
    """One look. Returns True when nothing is left to be shown."""
    state = read(folder)
    filling = processes.running["fill"]
    if not filling.is_running and filling.popen.returncode != 0:
        milestones.once(
            "fill", f"error: the lessons could not be made: {filling.last_line()} (all of it: {filling.log})"
        )
    assets = [UUID(lesson.asset_id) for lesson in state.lessons if lesson.asset_id]
    media = selectors.media(assets) if assets else {}
    close_old_connections()
    rows = [row(lesson, media) for lesson in state.lessons]
    done = sum(one.what == "ready" for one in rows)
    over = all(one.what in ("ready", "failed") for one in rows) and not filling.is_running
    if rows and not over:
        screen.show(rows, f"{done} of {len(rows)} ready, {since(milestones.began_s)} so far")
    milestones.look(state, rows)
    return over and (bool(rows) or filling.popen.returncode != 0)
