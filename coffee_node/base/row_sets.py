"""Sets of rows as whole numbers, one bit for each row: what a filter leaves is counted in microseconds.

A database reads each row to count it, which takes tens of milliseconds among 100,000; two sets are combined
by one `&` and counted by `bit_count()`.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from coffee_node.base import clock

MOST_VALUES = 500


def set_of(ids: Iterable[int]) -> int:
    """The set of rows with these ids."""
    found = list(ids)
    bits = bytearray(max(found, default=0) // 8 + 1)
    for row_id in found:
        bits[row_id >> 3] |= 1 << (row_id & 7)
    return int.from_bytes(bits, "little")


@dataclass(frozen=True)
class ValueSets:
    """Of one filter, the rows with each of its most frequent values; whether these are all its values."""

    rows: Mapping[Hashable, int] = field(default_factory=dict)
    is_whole: bool = True

    @classmethod
    def of(cls, pairs: Iterable[tuple[Hashable, int]]) -> ValueSets:
        """The sets of some pairs of a value and the id of a row; no value and rare ones are left out."""
        ids: defaultdict[Hashable, list[int]] = defaultdict(list)
        for value, row_id in pairs:
            ids[value].append(row_id)
        for nothing in (None, ""):
            ids.pop(nothing, None)
        often = sorted(ids, key=lambda value: -len(ids[value]))[:MOST_VALUES]
        return cls({value: set_of(ids[value]) for value in often}, len(often) == len(ids))

    def changed(self, rows: int, pairs: Iterable[tuple[Hashable, int]]) -> ValueSets:
        """The sets after the values of some rows have become these."""
        kept = {value: found & ~rows for value, found in self.rows.items()}
        new = ValueSets.of(pairs)
        is_whole = self.is_whole and (len(kept) < MOST_VALUES or new.rows.keys() <= kept.keys())
        for value, found in new.rows.items():
            if value in kept or self.is_whole:
                kept[value] = kept.get(value, 0) | found
        return ValueSets(kept, is_whole and new.is_whole)

    def counts(self, within: int) -> dict[Any, int]:
        """How many of these rows have each value, the most frequent first; values of none are left out."""
        counted = ((value, (found & within).bit_count()) for value, found in self.rows.items())
        present = [(value, number) for value, number in counted if number]
        return dict(sorted(present, key=lambda pair: (-pair[1], str(pair[0]))))


class RenewedMemory:
    """Things that take long to make and little to renew: made once by one thread, then renewed now and then.

    Who asks while they are being renewed gets the old ones; who asks while they are made waits.
    """

    def __init__(self, life: timedelta = timedelta(seconds=60)) -> None:
        self._life = life
        self._known: dict[str, tuple[datetime, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[Any], Any]) -> Any:
        """The thing under a key; `make` gets the old one, or None."""
        known = self._known.get(key)
        if known is not None and (self._is_fresh(known[0]) or not self._lock.acquire(blocking=False)):
            return known[1]
        if known is None:
            self._lock.acquire()
        try:
            known = self._known.get(key)
            if known is None or not self._is_fresh(known[0]):
                known = (clock.utcnow(), make(known[1] if known is not None else None))
                self._known[key] = known
            return known[1]
        finally:
            self._lock.release()

    def _is_fresh(self, made_at: datetime) -> bool:
        return timedelta(0) <= clock.utcnow() - made_at < self._life
