"""A cache on Redis that may be away: what it holds can be made again, so nobody sees an error page for it."""

import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import AuthenticationError
from redis.exceptions import ConnectionError as NoConnectionError
from redis.exceptions import TimeoutError as NoAnswerError

logger = logging.getLogger(__name__)
ASK_AGAIN_AFTER_S = 5.0
T = TypeVar("T")


class ForgivingRedis(RedisCache):
    """Finds nothing and keeps nothing while Redis does not answer, and does not wait for it each time.

    A wrong password is an error as ever: nobody would notice a cache that never works.
    """

    _away_until = 0.0  # of this process: Django makes one cache for each thread

    def _try(self, ask: Callable[[], T], otherwise: T) -> T:
        if time.monotonic() < ForgivingRedis._away_until:
            return otherwise
        try:
            return ask()
        except AuthenticationError:
            raise
        except (NoConnectionError, NoAnswerError) as error:
            ForgivingRedis._away_until = time.monotonic() + ASK_AGAIN_AFTER_S
            logger.warning("CACHE_URL: Redis does not answer, going on without for %g s: %s", ASK_AGAIN_AFTER_S, error)
            return otherwise

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return self._try(lambda: super(ForgivingRedis, self).add(*args, **kwargs), False)

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return self._try(lambda: super(ForgivingRedis, self).get(key, default, version), default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(lambda: super(ForgivingRedis, self).set(*args, **kwargs), None)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return self._try(lambda: super(ForgivingRedis, self).touch(*args, **kwargs), False)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return self._try(lambda: super(ForgivingRedis, self).delete(*args, **kwargs), False)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return self._try(lambda: super(ForgivingRedis, self).get_many(*args, **kwargs), {})

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return self._try(lambda: super(ForgivingRedis, self).has_key(*args, **kwargs), False)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return self._try(lambda: super(ForgivingRedis, self).set_many(data, *args, **kwargs), list(data))

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(lambda: super(ForgivingRedis, self).delete_many(*args, **kwargs), None)

    def clear(self) -> None:
        self._try(lambda: super(ForgivingRedis, self).clear(), None)
