"""Whether something far away is worth asking. Pure; the clock is passed in."""

import threading
from collections.abc import Callable

PAUSE_S = 3.0


class Circuit:
    """Closed while calls succeed. One that fails opens it: nobody else waits, until a single trial succeeds."""

    def __init__(self, *, clock: Callable[[], float], pause_s: float = PAUSE_S) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._try_again_at: float | None = None  # None: closed

    @property
    def closed(self) -> bool:
        """True when calls may be made."""
        return self._try_again_at is None

    def take_trial(self) -> bool:
        """True for one caller a pause, while open: that one should find out, and tell `succeeded` or `failed`."""
        with self._lock:
            if self._try_again_at is None or self._clock() < self._try_again_at:
                return False
            self._try_again_at = self._clock() + self._pause_s
            return True

    def succeeded(self) -> None:
        """A call was answered."""
        self._try_again_at = None

    def failed(self) -> None:
        """A call was not answered."""
        with self._lock:
            self._try_again_at = self._clock() + self._pause_s
