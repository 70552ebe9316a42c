"""A memory by key forgets in time, and never grows over its size."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coffee_node.base import clock
from coffee_node.base.keyed_memory import KeyedMemory


def test_a_value_is_forgotten_after_its_life(monkeypatch: pytest.MonkeyPatch) -> None:
    memory: KeyedMemory[int] = KeyedMemory(timedelta(seconds=10))
    memory.put("one", 1)
    now = clock.utcnow()
    monkeypatch.setattr(clock, "utcnow", lambda: now + timedelta(seconds=9))
    assert memory.get("one") == 1
    monkeypatch.setattr(clock, "utcnow", lambda: now + timedelta(seconds=11))
    assert memory.get("one") is None


def test_the_least_used_value_goes_when_it_is_full() -> None:
    memory: KeyedMemory[int] = KeyedMemory(timedelta(minutes=1), size=2)
    memory.put("one", 1)
    memory.put("two", 2)
    assert memory.get("one") == 1
    memory.put("three", 3)
    assert [memory.get(key) for key in ("one", "two", "three")] == [1, None, 3]
    memory.clear()
    assert memory.get("one") is None
