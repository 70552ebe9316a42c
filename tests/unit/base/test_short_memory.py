"""Remembered values and counts are made anew when their time is over, and no sooner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from coffee_node.base.short_memory import CountMemory, ShortMemory
from coffee_node.testing import Clock


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(100))


def test_a_value_is_made_once_within_its_life(test_clock: Clock, numbers: Iterator[int]) -> None:
    memory: ShortMemory[int] = ShortMemory(timedelta(seconds=5))
    assert memory.peek() is None
    assert [memory.get(numbers.__next__) for _ in range(3)] == [0, 0, 0]
    test_clock.advance(seconds=4)
    assert (memory.get(numbers.__next__), memory.peek()) == (0, 0)
    test_clock.advance(seconds=1)
    assert memory.peek() is None
    assert memory.get(numbers.__next__) == 1
    memory.forget()
    assert memory.get(numbers.__next__) == 2


def test_a_clock_set_back_makes_it_anew(test_clock: Clock, numbers: Iterator[int]) -> None:
    memory: ShortMemory[int] = ShortMemory()
    memory.get(numbers.__next__)
    test_clock.advance(hours=-1)
    assert memory.get(numbers.__next__) == 1


def test_what_fails_is_not_remembered(test_clock: Clock, numbers: Iterator[int]) -> None:
    memory: ShortMemory[float] = ShortMemory()
    with pytest.raises(ZeroDivisionError):
        memory.get(lambda: 1 / 0)
    assert memory.get(numbers.__next__) == 0


def test_counts_go_on_in_memory_until_they_are_asked_for_again(test_clock: Clock) -> None:
    memory, asked = CountMemory(timedelta(minutes=10)), []

    def count(key: str) -> int:
        asked.append(key)
        return 7

    assert [memory.add("a", count) for _ in range(3)] == [8, 9, 10]
    memory.take_back("a")
    memory.take_back("nobody")
    assert memory.add("a", count) == 10
    assert asked == ["a"]
    test_clock.advance(minutes=10)
    assert memory.add("a", count) == 8
    memory.forget("a")
    assert memory.add("a", count) == 8
    assert asked == ["a"] * 3


def test_the_key_used_longest_ago_goes_first(test_clock: Clock) -> None:
    memory = CountMemory(keys=2)
    for key in ("a", "b", "a", "c"):
        memory.add(key, lambda _key: 0)
    assert memory.add("a", lambda _key: 0) == 3
    assert memory.add("b", lambda _key: 40) == 41
