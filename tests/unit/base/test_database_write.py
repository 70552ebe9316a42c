"""write() is the one way to change rows: it waits, joins, commits once and tells afterwards."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from coffee_node.base.config import NodeConfig
from coffee_node.base.database import (
    after_commit,
    db,
    init_database,
    one_at_a_time,
    write,
)
from coffee_node.base.errors import Unavailable
from tests.unit.base.shelf import Shelf, books, in_thread, put_one


def test_a_reader_that_turns_writer_without_write_is_locked_out_at_once(shelves: Flask) -> None:
    with shelves.app_context(), db.engine.connect() as reader:
        reader.execute(select(Shelf.books)).all()
        in_thread(shelves, put_one)
        with pytest.raises(OperationalError, match="locked"):
            reader.execute(text("UPDATE shelf SET books = 9"))


def test_a_reader_that_turns_writer_with_write_builds_on_what_others_wrote(shelves: Flask) -> None:
    with shelves.app_context():
        shelf = db.session.scalars(select(Shelf)).one()
        assert shelf.books == 0
        in_thread(shelves, put_one)
        with write():
            shelf.books += 1
    assert books(shelves) == 2


def test_writers_at_the_same_time_lose_nothing(shelves: Flask) -> None:
    start = threading.Barrier(4)

    def work() -> None:
        with shelves.app_context():
            start.wait()
            for _ in range(25):
                db.session.scalars(select(Shelf)).all()
                put_one()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    assert books(shelves) == 100


def test_a_write_inside_a_write_joins_it(shelves: Flask) -> None:
    with shelves.app_context():
        with write():
            put_one()
            assert in_thread(shelves, lambda: books(shelves)) == 0
        assert in_thread(shelves, lambda: books(shelves)) == 1


def test_a_failure_after_an_inner_write_rolls_both_back(shelves: Flask) -> None:
    with shelves.app_context(), pytest.raises(LookupError), write():
        put_one()
        raise LookupError
    assert books(shelves) == 0


def test_an_exception_leaves_the_session_ready_for_the_next_write(shelves: Flask) -> None:
    with shelves.app_context():
        with pytest.raises(IntegrityError), write() as session:
            session.add(Shelf(label="history"))
        put_one()
    assert books(shelves) == 1


def test_a_callback_runs_once_after_the_outermost_commit(shelves: Flask) -> None:
    seen: list[int | None] = []
    with shelves.app_context():
        with write():
            with write():
                put_one()
                after_commit(lambda: seen.append(in_thread(shelves, lambda: books(shelves))))
            assert seen == []
        with write():
            pass
    assert seen == [1]


def test_a_callback_never_runs_after_a_rollback(shelves: Flask) -> None:
    seen: list[str] = []
    with shelves.app_context():
        with pytest.raises(LookupError), write():
            after_commit(lambda: seen.append("rolled back"))
            raise LookupError
        with write():
            after_commit(lambda: seen.append("committed"))
    assert seen == ["committed"]


def test_a_callback_may_write_itself(shelves: Flask) -> None:
    with shelves.app_context(), write():
        after_commit(put_one)
    assert books(shelves) == 1


def test_a_failing_callback_is_logged_and_stops_neither_the_write_nor_the_others(
    shelves: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise ConnectionError("Redis is away")

    with shelves.app_context(), write():
        put_one()
        after_commit(fail)
        after_commit(lambda: seen.append("woken"))
    assert (books(shelves), seen) == (1, ["woken"])
    assert "Redis is away" in caplog.text


def test_a_callback_belongs_inside_a_write(shelves: Flask) -> None:
    with shelves.app_context(), pytest.raises(RuntimeError, match="inside write"):
        after_commit(lambda: None)


def test_a_change_outside_write_is_refused_where_it_is_made(shelves: Flask) -> None:
    with shelves.app_context():
        db.session.add(Shelf(label="poetry"))
        with pytest.raises(RuntimeError, match="only be changed inside write"):
            db.session.commit()


def test_a_change_made_before_write_is_refused(shelves: Flask) -> None:
    with shelves.app_context():
        db.session.scalars(select(Shelf)).one().books = 7
        with pytest.raises(RuntimeError, match="before write"), write():
            pass
    assert books(shelves) == 0


def test_a_database_that_stays_locked_is_unavailable_for_a_while(shelves: Flask, config: NodeConfig) -> None:
    with closing(sqlite3.connect(config.home / "node.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with shelves.app_context(), pytest.raises(Unavailable) as caught, write(patience=0.01):
            pass
    assert (caught.value.status, caught.value.retry_after) == (503, 5)


def test_patience_for_one_write_does_not_last(shelves: Flask) -> None:
    with shelves.app_context():
        with write(patience=30) as session:
            assert session.scalar(text("PRAGMA busy_timeout")) == 30_000
        assert db.session.scalar(text("PRAGMA busy_timeout")) == 5000


def test_a_database_that_cannot_be_opened_is_unavailable(tmp_path: Path) -> None:
    app = Flask("coffee_node")
    init_database(app, NodeConfig(home=tmp_path / "gone"))
    with app.app_context(), pytest.raises(Unavailable), write():
        pass


def test_a_wrong_statement_is_not_called_unavailable(shelves: Flask) -> None:
    with shelves.app_context(), pytest.raises(OperationalError, match="no such table"), write() as session:
        session.execute(text("UPDATE cupboard SET books = 1"))


@pytest.mark.postgres
def test_what_is_done_one_at_a_time_waits_for_the_other_on_postgresql(
    postgres: NodeConfig,
) -> None:
    app = Flask("coffee_node")
    init_database(app, postgres)
    order: list[str] = []

    def second() -> None:
        with app.app_context(), write():
            one_at_a_time("a claim")
            order.append("second")

    with app.app_context():
        with write():
            one_at_a_time("a claim")
            other = threading.Thread(target=second)
            other.start()
            other.join(0.3)
            order.append("first")
        other.join(10)
        db.session.remove()
        db.engine.dispose()
    assert order == ["first", "second"]
