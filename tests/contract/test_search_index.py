"""The embedded index under many processes: rebuilds, writes and searches at once, and deaths in between."""

import contextlib
import multiprocessing
import os
import random
import signal
import sqlite3
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID

import pytest

from search.documents import Document
from search.engines.embedded import EmbeddedEngine
from search.engines.generations import Generations
from search.errors import RebuildRunning
from search.queries import parse
from tests.factories.search import key, make_document

pytestmark = pytest.mark.contract
processes = multiprocessing.get_context("spawn")
NAMES = [f"lesson{number}" for number in range(60)]
KEYS = {key(name): name for name in NAMES}


class Truth:
    """What is published: a file a lesson, replaced whole. It stands for the database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def write(self, name: str, version: int) -> None:
        draft = self.folder / f".{name}.{os.getpid()}"
        draft.write_text(str(version))
        draft.replace(self.folder / name)

    def read(self, wanted: UUID) -> Sequence[Document]:
        name = KEYS[wanted]
        with contextlib.suppress(FileNotFoundError):
            version = (self.folder / name).read_text()
            return [make_document(name, title=f"土豆 v{version}")]
        return []


def write_until(stop: Event, folder: Path, seed: int) -> None:
    """Change lessons, each writer its own, and tell the index as the outbox does."""
    truth, engine, chance = Truth(folder / "truth"), EmbeddedEngine(folder / "index.sqlite3"), random.Random(seed)
    version = 0
    while not stop.is_set():
        version += 1
        name = chance.choice(NAMES[seed::2])
        if chance.random() < 0.1:
            (folder / "truth" / name).unlink(missing_ok=True)
        else:
            truth.write(name, version)
        engine.update({key(name): 0}, truth.read)


def search_until(stop: Event, folder: Path) -> None:
    """Look for what is always there; exits with 1 when it was not found once."""
    engine = EmbeddedEngine(folder / "index.sqlite3")
    while not stop.is_set():
        if not engine.search(parse("土豆"), language="zh-hans").total:
            raise SystemExit(1)


def rebuild(folder: Path) -> None:
    engine = EmbeddedEngine(folder / "index.sqlite3")
    with contextlib.suppress(RebuildRunning):
        engine.rebuild(KEYS, Truth(folder / "truth").read)


def indexed(engine: EmbeddedEngine) -> dict[UUID, str]:
    found = engine.search(parse("土豆"), language="zh-hans", limit=100)
    return {hit.document.key: hit.document.title for hit in found.hits}


def expected(truth: Truth) -> dict[UUID, str]:
    return {document.key: document.title for wanted in KEYS for document in truth.read(wanted)}


def start(folder: Path) -> tuple[Truth, EmbeddedEngine]:
    truth, engine = Truth(folder / "truth"), EmbeddedEngine(folder / "index.sqlite3")
    for name in NAMES:
        truth.write(name, 0)
    engine.rebuild(KEYS, truth.read)
    return truth, engine


def test_rebuilds_under_writes_and_searches_lose_nothing_and_fail_nobody(tmp_path: Path) -> None:
    truth, engine = start(tmp_path)
    stop = processes.Event()
    others = [processes.Process(target=write_until, args=(stop, tmp_path, seed)) for seed in (0, 1)]
    others += [processes.Process(target=search_until, args=(stop, tmp_path)) for _ in range(2)]
    for process in others:
        process.start()
    replayed = 0
    while replayed < 30 and all(process.is_alive() for process in others):
        replayed += engine.rebuild(KEYS, truth.read).replayed
    stop.set()
    for process in others:
        process.join()
    assert [process.exitcode for process in others] == [0, 0, 0, 0]
    assert indexed(engine) == expected(truth)
    assert len(list(tmp_path.glob("index-*.sqlite3"))) <= 2


def test_a_builder_that_is_killed_leaves_the_index_and_the_next_one_builds(tmp_path: Path) -> None:
    truth, engine = start(tmp_path)
    chance = random.Random(7)
    for _ in range(5):
        builder = processes.Process(target=rebuild, args=(tmp_path,))
        builder.start()
        builder.join(chance.random() * 1.5)
        if builder.is_alive() and builder.pid:
            os.kill(builder.pid, signal.SIGKILL)
        builder.join()
        truth.write(NAMES[0], chance.randrange(1000))
        engine.update({key(NAMES[0]): 0}, truth.read)
        assert indexed(engine) == expected(truth)
    engine.rebuild(KEYS, truth.read)
    assert indexed(engine) == expected(truth)
    assert len(list(tmp_path.glob("index-*.sqlite3"))) <= 2


def test_a_search_that_rebuilds_overtake_before_it_opens_its_index_finds_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, engine = start(tmp_path)
    slow = EmbeddedEngine(tmp_path / "index.sqlite3")
    looked_up: list[Path | None] = []

    def live() -> Path | None:
        found = Generations(tmp_path / "index.sqlite3").live()
        if not looked_up:
            for _ in range(2):
                engine.rebuild(KEYS, truth.read)
        looked_up.append(found)
        return found

    monkeypatch.setattr(slow._generations, "live", live)
    assert slow.search(parse("土豆"), language="zh-hans").total == len(NAMES)
    assert looked_up[0] is not None
    assert not looked_up[0].exists()


@pytest.mark.parametrize("place", ["first page", "middle", "emptied", "log", "gone"])
@pytest.mark.parametrize("search_first", [True, False])
def test_a_damaged_index_is_no_error_and_is_built_anew(tmp_path: Path, place: str, search_first: bool) -> None:
    truth, engine = start(tmp_path)
    live = (tmp_path / "index.sqlite3").resolve()
    size = live.stat().st_size
    if place == "gone":
        live.unlink()
    elif place == "emptied":
        live.write_bytes(b"")
    elif place == "log":
        Path(f"{live}-wal").write_bytes(random.Random(1).randbytes(40_000))
    else:
        with live.open("r+b") as file:
            file.seek(0 if place == "first page" else size // 3)
            file.write(random.Random(1).randbytes(4096 if place == "first page" else size // 3))
    if search_first:
        indexed(engine)
    engine.update({key(NAMES[0]): 0}, truth.read)
    indexed(engine)
    engine.rebuild(KEYS, truth.read)
    assert engine.ready()
    assert indexed(engine) == expected(truth)


def test_an_index_of_another_version_answers_nothing_and_is_built_anew(tmp_path: Path) -> None:
    truth, engine = start(tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "index.sqlite3")) as connection:
        connection.execute("UPDATE meta SET value = '0.0' WHERE name = 'version'")
        connection.commit()
    assert not engine.ready()
    assert indexed(engine) == {}
    engine.update({key(NAMES[3]): 0}, truth.read)
    assert list(indexed(engine)) == [key(NAMES[3])]
    engine.rebuild(KEYS, truth.read)
    assert indexed(engine) == expected(truth)
