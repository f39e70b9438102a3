"""On the path of a process, its wall clock is off by `WALL_CLOCK_OFF_S` seconds, as on a machine without NTP."""

import os
import time
from datetime import datetime, timedelta

from django.utils import timezone

_off_s = float(os.environ["WALL_CLOCK_OFF_S"])
_time, _now = time.time, timezone.now


def _wrong_time() -> float:
    return _time() + _off_s


def _wrong_now() -> datetime:
    return _now() + timedelta(seconds=_off_s)


time.time, timezone.now = _wrong_time, _wrong_now
