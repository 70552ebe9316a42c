"""Wake-ups: one stands for many, but a wake-up that another process took must not silence this one."""

from __future__ import annotations

import time

import pytest

from coffee_node.federation import worker
from coffee_node.testing import Fediverse


def test_a_wake_up_that_was_taken_elsewhere_is_repeated_after_a_moment(
    fediverse: Fediverse, monkeypatch: pytest.MonkeyPatch
) -> None:
    lille = fediverse.node("lille")
    now = time.monotonic() + 100  # after every wake-up of the node's making
    monkeypatch.setattr(time, "monotonic", lambda: now)
    lille.node.has_worker = True
    queue = lille.node.queue
    before = queue.pending_count()
    for _ in range(3):
        lille.node.wake("deliver")
    assert queue.pending_count() == before + 1

    while queue.dequeue() is not None:
        pass  # another process takes it and runs it
    now += worker.CALL_LIFE
    lille.node.wake("deliver")
    assert queue.pending_count() == 1


def test_who_is_called_while_another_thread_delivers_has_it_look_once_more() -> None:
    runs: list[int] = []

    def job() -> None:
        runs.append(len(runs))
        if len(runs) == 1:
            deliver()

    deliver = worker._one_at_a_time(job)
    deliver()
    assert runs == [0, 1]
