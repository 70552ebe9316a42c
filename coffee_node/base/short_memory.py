"""Values that cost a query to make and may be some seconds old: made again when their time is over."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from coffee_node.base import clock

Value = TypeVar("Value")


class ShortMemory(Generic[Value]):
    """One remembered value of one process; other processes that changed it are heard of after `life`."""

    def __init__(self, life: timedelta = timedelta(seconds=5)) -> None:
        self._life = life
        self._entry: tuple[datetime, Value] | None = None
        self._lock = threading.Lock()

    def get(self, make: Callable[[], Value]) -> Value:
        """The value, made anew when it is older than its life; what `make` raises is not remembered."""
        entry = self._entry
        now = clock.utcnow()
        if entry is not None and timedelta(0) <= now - entry[0] < self._life:
            return entry[1]
        value = make()
        with self._lock:
            self._entry = (now, value)
        return value

    def peek(self) -> Value | None:
        """The value while it is fresh, for who cannot make it; else None."""
        entry = self._entry
        is_fresh = entry is not None and timedelta(0) <= clock.utcnow() - entry[0] < self._life
        return entry[1] if is_fresh and entry is not None else None

    def forget(self) -> None:
        """Make it anew at the next question, as after a change in this process."""
        with self._lock:
            self._entry = None


class CountMemory:
    """Numbers of rows by key, counted in the database now and then and in memory in between.

    The keys used longest ago go when there are too many.
    """

    def __init__(self, life: timedelta = timedelta(minutes=10), keys: int = 10_000) -> None:
        self._life = life
        self._keys = keys
        self._entries: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, key: str, count: Callable[[str], int]) -> int:
        """The number for a key with one more, which is kept; `count` asks the database when it is time."""
        now = clock.utcnow()
        with self._lock:
            entry = self._entries.get(key)
        if entry is None or not timedelta(0) <= now - entry[0] < self._life:
            entry = (now, count(key))
        with self._lock:
            counted_at, number = self._entries.get(key, entry)
            if counted_at < entry[0]:
                counted_at, number = entry
            self._entries[key] = (counted_at, number + 1)
            self._entries.move_to_end(key)
            while len(self._entries) > self._keys:
                self._entries.popitem(last=False)
        return number + 1

    def take_back(self, key: str) -> None:
        """Uncount the last one: it was not kept."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries[key] = (entry[0], entry[1] - 1)

    def forget(self, key: str) -> None:
        """Count this key anew at the next question."""
        with self._lock:
            self._entries.pop(key, None)
