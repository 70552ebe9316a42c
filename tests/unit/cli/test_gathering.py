"""Requests that wait together are taken together, and each hears its own answer."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from coffee_node.cli.gathering import MOST, Gathering


def asked(gathering: Gathering, number: int) -> list[bool]:
    """Ask for so many at once; what each was told."""

    async def all_at_once() -> list[bool]:
        return await asyncio.gather(*(gathering.accept({"number": one}) for one in range(number)))

    with ThreadPoolExecutor(1) as aside:  # the browser tests leave an event loop running in their thread
        return aside.submit(lambda: asyncio.run(all_at_once())).result()


def test_who_comes_while_others_are_taken_is_taken_next_together() -> None:
    crowds: list[list[int]] = []

    def take(crowd: Sequence[dict[str, Any]]) -> list[bool]:
        crowds.append([environ["number"] for environ in crowd])
        return [environ["number"] % 3 == 0 for environ in crowd]

    number = 2 * MOST + 20
    assert asked(Gathering(take), number) == [one % 3 == 0 for one in range(number)]
    assert sorted(one for crowd in crowds for one in crowd) == list(range(number))
    assert len(crowds) < 10 and max(map(len, crowds)) <= MOST


def test_one_alone_is_taken_at_once() -> None:
    threads = set()

    def take(crowd: Sequence[dict[str, Any]]) -> list[bool]:
        threads.add(threading.current_thread().name)
        return [True] * len(crowd)

    gathering = Gathering(take)
    assert [asked(gathering, 1) for _ in range(3)] == [[True]] * 3
    assert len(threads) == 1


def test_what_fails_is_left_to_the_application(caplog: pytest.LogCaptureFixture) -> None:
    def take(crowd: Sequence[dict[str, Any]]) -> list[bool]:
        raise RuntimeError("out of order")

    with caplog.at_level(logging.ERROR):
        assert asked(Gathering(take), 2) == [False, False]
    assert "out of order" in caplog.text
