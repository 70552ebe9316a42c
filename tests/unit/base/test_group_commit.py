"""Threads that write at the same moment share one transaction, and each learns how its own row fared."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from coffee_node.base.errors import Unavailable
from coffee_node.base.group_commit import GroupCommit

Rows = list[dict[str, Any]]


def test_rows_that_wait_for_their_turn_are_written_together() -> None:
    group, written = GroupCommit(), list[list[int]]()
    is_writing, may_end = threading.Event(), threading.Event()

    def write_all(rows: Rows) -> None:
        is_writing.set()
        may_end.wait(10)
        written.append([row["number"] for row in rows])

    threads = [
        threading.Thread(target=group.add, args=({"number": number}, write_all)) for number in range(6)
    ]
    threads[0].start()
    assert is_writing.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(group._waiting) < 5:
        is_writing.wait(0.001)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert [sorted(numbers) for numbers in written] == [[0], [1, 2, 3, 4, 5]]


def test_a_row_that_cannot_be_written_fails_alone() -> None:
    group, kept = GroupCommit(), list[int]()

    def write_all(rows: Rows) -> None:
        if any(row["number"] == 1 for row in rows):
            raise ValueError("one of them is bad")
        kept.extend(row["number"] for row in rows)

    for number in (0, 2):
        group.add({"number": number}, write_all)
    with pytest.raises(ValueError, match="bad"):
        group.add({"number": 1}, write_all)
    assert kept == [0, 2]


def test_all_that_waited_for_a_busy_database_hear_of_it() -> None:
    def write_all(rows: Rows) -> None:
        raise Unavailable("busy", "later", retry_after=5)

    with pytest.raises(Unavailable) as caught:
        GroupCommit().add({}, write_all)
    assert caught.value.retry_after == 5
