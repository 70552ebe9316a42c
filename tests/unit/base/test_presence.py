"""A worker that finds no other alive takes over; one that finds another waits for leases to run out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from coffee_node.base.presence import Presence
from tests.house.postgres import temporary_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        yield create_engine(f"sqlite:///{tmp_path / 'node.sqlite3'}")
        return
    with temporary_database(os.environ["COFFEE_TEST_POSTGRES_URL"]) as url:
        made = create_engine(url)
        yield made
        made.dispose()


@pytest.fixture
def come(engine: Engine, tmp_path: Path) -> Iterator[Callable[[], tuple[Presence, bool]]]:
    """Let a worker begin: its lock, and whether it took over."""
    present: list[Presence] = []

    def come() -> tuple[Presence, bool]:
        taken: list[bool] = []
        worker = Presence(tmp_path, engine)
        worker.enter(lambda: taken.append(True))
        present.append(worker)
        return worker, bool(taken)

    yield come
    for worker in present:
        worker.leave()


def test_only_who_finds_nobody_takes_over(come: Callable[[], tuple[Presence, bool]]) -> None:
    first, took_over = come()
    second, took_over_too = come()
    assert (took_over, took_over_too) == (True, False)
    first.leave()
    assert come()[1] is False, "the second is still there"
    second.leave()
    second.leave()


def test_when_all_have_ended_the_next_takes_over(come: Callable[[], tuple[Presence, bool]]) -> None:
    for worker in [come()[0] for _ in range(3)]:
        worker.leave()
    assert come()[1] is True


def test_taking_over_that_fails_leaves_the_worker_present(
    come: Callable[[], tuple[Presence, bool]], engine: Engine, tmp_path: Path
) -> None:
    def fail() -> None:
        raise RuntimeError("the database is locked")

    worker = Presence(tmp_path, engine)
    with pytest.raises(RuntimeError):
        worker.enter(fail)
    assert come()[1] is False
    worker.leave()
