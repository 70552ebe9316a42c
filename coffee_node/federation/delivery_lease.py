"""The age of a lease on deliveries: when to renew it, and whether it outlives a request."""

from __future__ import annotations

import threading
import time


class Lease:
    """One age for all that a round has claimed: every renewal covers everything that is on its way."""

    def __init__(self, seconds: float, request_seconds: float) -> None:
        self._seconds = seconds
        self._needed = min(request_seconds + 2, seconds / 2)
        self._since = time.monotonic()
        self._renewed = threading.Condition()

    @property
    def is_ageing(self) -> bool:
        """Whether a third of it has passed, so that it should be renewed."""
        return time.monotonic() - self._since > self._seconds / 3

    @property
    def is_ours(self) -> bool:
        """Whether it has not run out, so that nobody else can have taken over."""
        return time.monotonic() - self._since < self._seconds

    def renewed(self) -> None:
        """It was renewed just now."""
        with self._renewed:
            self._since = time.monotonic()
            self._renewed.notify_all()

    def lasts(self) -> bool:
        """Whether it outlives one more request; waits a moment for a renewal that is late."""
        with self._renewed:
            return self._renewed.wait_for(self._is_long_enough, self._needed)

    def _is_long_enough(self) -> bool:
        return self._seconds - (time.monotonic() - self._since) > self._needed
