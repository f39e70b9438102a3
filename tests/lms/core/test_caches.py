import socket
from collections.abc import Iterator, Mapping

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings
from redis.exceptions import AuthenticationError

from lms.core.caches import ForgivingRedis
from lms.core.startup import TAG
from lms.settings import front


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    ForgivingRedis._away_until = 0.0
    yield
    ForgivingRedis._away_until = 0.0


def cache(url: str) -> ForgivingRedis:
    """A cache as the settings make it."""
    made = front.cache({"CACHE_URL": url})
    return ForgivingRedis(made["LOCATION"], {"OPTIONS": made["OPTIONS"], "KEY_PREFIX": made["KEY_PREFIX"]})


def nobody_listens() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_nothing_is_found_and_nothing_fails_while_redis_is_away() -> None:
    away = cache(nobody_listens())
    away.set("a", 1)
    assert away.get("a", "made again") == "made again"
    assert away.add("a", 1) is False
    assert away.delete("a") is False
    assert away.touch("a") is False
    assert away.has_key("a") is False
    assert away.get_many(["a"]) == {}
    assert away.set_many({"a": 1}) == ["a"]
    away.delete_many(["a"])
    away.clear()


def test_it_is_not_waited_for_each_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = cache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        away.get("a")
        away.get("a")
        silent.settimeout(0)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # nobody has knocked a second time
            silent.accept()


@pytest.mark.contract
def test_what_is_kept_is_found_again_by_others(redis: Mapping[str, str]) -> None:
    url = redis["CELERY_BROKER_URL"]
    cache(url).set("tests-cache", {"a": [1]}, 60)
    assert cache(url).get("tests-cache") == {"a": [1]}
    assert cache(url).delete("tests-cache") is True
    assert cache(url).get("tests-cache") is None


@pytest.mark.contract
def test_a_wrong_password_is_an_error(redis: Mapping[str, str]) -> None:
    address = redis["CELERY_BROKER_URL"].rpartition("@")[2]
    with pytest.raises(AuthenticationError):
        cache(f"redis://:wrong@{address}").get("a")


@pytest.mark.contract
def test_a_wrong_password_is_said_at_start(redis: Mapping[str, str], settings: Settings) -> None:
    address = redis["CELERY_BROKER_URL"].rpartition("@")[2]
    settings.CACHES = {"default": front.cache({"CACHE_URL": f"redis://:guessed@{address}"})}
    (error,) = run_checks(tags=[TAG], include_deployment_checks=True)
    assert error.msg.startswith("CACHE_URL: Redis refuses it")
    assert "guessed" not in error.msg


def test_a_redis_that_is_away_at_start_is_gone_on_without(settings: Settings) -> None:
    settings.CACHES = {"default": front.cache({"CACHE_URL": nobody_listens()})}
    assert run_checks(tags=[TAG], include_deployment_checks=True) == []
