import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from tests.deploy.conftest import EDITOR
from tests.deploy.trial import Asker, Production

pytestmark = pytest.mark.contract
ASKERS = 4
GONE = """
from courses.models import CourseIndexPage
CourseIndexPage.objects.update(live={live})
from lms.core import kept
kept._count()
"""


@contextmanager
def traffic(production: Production) -> Iterator[list[int | str]]:
    """Learners who ask without a pause, each request on a new connection of nginx's or an old one as it comes."""
    answers: list[int | str] = []
    stop, begun = threading.Event(), threading.Barrier(ASKERS + 1)
    numbers = count()

    def ask(asker: Asker) -> None:
        begun.wait()
        while not stop.is_set():
            requests = [("GET", f"/courses/?restart={next(numbers)}"), ("GET", "/api/v1/me"), ("POST", "/courses/")]
            for method, path in requests:
                try:
                    answers.append(asker.ask(method, path, b"" if method == "POST" else None).status)
                except OSError as error:
                    answers.append(repr(error))

    threads = [threading.Thread(target=ask, args=(production.asker(),)) for _ in range(ASKERS)]
    for thread in threads:
        thread.start()
    begun.wait()
    try:
        yield answers
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def workers(production: Production) -> set[str]:
    pid = production.gunicorn.pid
    return set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def test_workers_are_replaced_under_traffic_without_a_failed_request(production: Production) -> None:
    before = workers(production)
    with traffic(production) as answers:
        production.gunicorn.signal(signal.SIGHUP)
        pause = threading.Event()
        while len(workers(production)) < len(before) or workers(production) & before:
            pause.wait(0.1)
    assert len(answers) > ASKERS
    assert set(answers) == {200, 403}  # a page and a form without its token


def test_the_site_is_restarted_under_traffic_without_a_failed_request(production: Production) -> None:
    with traffic(production) as answers:
        production.gunicorn.stop()
        production.gunicorn.start()
        asked = len(answers)
    assert len(answers) > asked
    assert set(answers) == {200, 403}


def test_while_the_site_is_away_pages_stay_and_the_rest_gets_a_sentence(production: Production) -> None:
    page, other = "/courses/?away=1", production.asker()
    assert other.get(page).status == 200
    production.gunicorn.close()
    production.folders.socket.unlink()
    try:
        assert other.get(page).status == 200
        answer = other.get("/account/sign-in/")
        assert (answer.status, answer.headers["Retry-After"]) == (502, "10")
        assert "being updated" in answer.text
        assert other.get("/api/v1/me").json()["code"] == "restarting"
    finally:
        production.gunicorn.start()


def test_a_page_that_was_taken_back_is_not_brought_back_by_an_outage(production: Production) -> None:
    page, asker = "/courses/?gone=1", production.asker()
    assert asker.get(page).status == 200
    gone = production.gunicorn
    gone.manage("shell", "-v0", "-c", GONE.format(live=False))
    try:
        editor = production.asker()
        editor.sign_in(*EDITOR)  # is told what is so now, and what is told is kept
        assert editor.get(page).status == 404
        gone.close()
        gone.folders.socket.unlink()
        assert production.asker().get(page).status != 200
    finally:
        gone.manage("shell", "-v0", "-c", GONE.format(live=True))
        gone.start()
