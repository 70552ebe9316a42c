"""Values by key that may be some seconds old: what a process has read and is asked for again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from coffee_node.base import clock

Value = TypeVar("Value")


class KeyedMemory(Generic[Value]):
    """A bounded memory of one process; values go after `life`, the least used ones when it is full."""

    def __init__(self, life: timedelta, size: int = 10_000) -> None:
        self._life = life
        self._size = size
        self._entries: OrderedDict[str, tuple[datetime, Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Value | None:
        """The value, while it is fresh."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or not timedelta(0) <= clock.utcnow() - entry[0] < self._life:
                return None
            self._entries.move_to_end(key)
            return entry[1]

    def claim(self, key: str, grace: timedelta) -> Value | None:
        """The value while it is fresh; else None, for who then makes it anew.

        Others that ask within `grace` still get the old one, so that what takes long is made once.
        """
        with self._lock:
            entry = self._entries.get(key)
            age = clock.utcnow() - entry[0] if entry is not None else timedelta(0)
            if entry is None or age < timedelta(0):
                return None
            self._entries.move_to_end(key)
            if age < self._life:
                return entry[1]
            if age < 2 * self._life:
                self._entries[key] = (clock.utcnow() - self._life + grace, entry[1])
            return None

    def put(self, key: str, value: Value) -> None:
        """Remember a value."""
        with self._lock:
            self._entries[key] = (clock.utcnow(), value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything, as after a change that some value may rest on."""
        with self._lock:
            self._entries.clear()
