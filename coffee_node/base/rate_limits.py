"""How often somebody did something within the present stretch of time, counted here or, for all, in Redis."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from coffee_node.base import clock
from coffee_node.base.errors import TooManyRequests

if TYPE_CHECKING:
    import redis

logger = logging.getLogger(__name__)
KEYS = 10_000
REDIS_SECONDS = 0.5


class RateLimits:
    """Counters that begin anew with every stretch; the least used ones go when there are too many.

    With the address of a Redis all processes of a node share them; without an answer from it each counts
    for itself, so that a limit never becomes an outage.
    """

    def __init__(self, redis_url: str = "", keys: int = KEYS) -> None:
        self._keys = keys
        self._counts: OrderedDict[tuple[str, int], tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._redis = _client(redis_url) if redis_url else None

    def hit(self, key: str, seconds: int) -> int:
        """Count one use; how many there were in this stretch, this one included."""
        shared = self._hit_redis(key, seconds)
        stretch = _stretch(seconds)
        with self._lock:
            began, count = self._counts.pop((key, seconds), (stretch, 0))
            count = shared or (count + 1 if began == stretch else 1)
            self._counts[(key, seconds)] = (stretch, count)
            while len(self._counts) > self._keys:
                self._counts.popitem(last=False)
        return count

    def count(self, key: str, seconds: int) -> int:
        """How many uses of this stretch are known in this process, without counting one."""
        with self._lock:
            began, count = self._counts.get((key, seconds), (-1, 0))
        return count if began == _stretch(seconds) else 0

    def forget(self, key: str, seconds: int) -> None:
        """Begin anew for this key, as after a sign-in that worked; other processes keep their memory."""
        with self._lock:
            self._counts.pop((key, seconds), None)
        if self._redis is not None:
            self._ask_redis("del", _name(key, seconds))

    def _hit_redis(self, key: str, seconds: int) -> int:
        if self._redis is None:
            return 0
        name = _name(key, seconds)
        count = self._ask_redis("incr", name)
        if count == 1:
            self._ask_redis("expire", name, seconds + 1)
        return count

    def _ask_redis(self, command: str, *arguments: str | int) -> int:
        """The number Redis answers, or 0 when it does not answer."""
        import redis

        assert self._redis is not None  # noqa: S101
        try:
            return int(self._redis.execute_command(command, *arguments))  # type: ignore[no-untyped-call]
        except redis.RedisError as error:
            logger.warning("Redis does not count (%s); this process counts for itself", type(error).__name__)
            return 0


def too_many(message: str, seconds: int) -> TooManyRequests:
    """The 429 of a limit, with the time until its stretch ends."""
    left = seconds - int(clock.utcnow().timestamp()) % seconds
    return TooManyRequests(message, retry_after=left)


def _stretch(seconds: int) -> int:
    return int(clock.utcnow().timestamp()) // seconds


def _name(key: str, seconds: int) -> str:
    """A short name without personal data: addresses and account names are hashed."""
    hashed = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
    return f"coffee-limit:{hashed}:{seconds}:{_stretch(seconds)}"


def _client(url: str) -> redis.Redis:
    import redis

    return redis.Redis.from_url(url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS)
