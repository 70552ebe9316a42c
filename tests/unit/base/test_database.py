"""Rows keep their times and their documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from coffee_node.base import clock
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import DatabaseSection
from coffee_node.base.database import (
    db,
    init_database,
    insert_ignore,
    is_postgres,
    write,
)
from tests.unit.base.shelf import Shelf, books, put_one


def test_an_sqlite_connection_is_made_for_many_readers_and_one_writer(app: Flask) -> None:
    with app.app_context():
        pragmas = {
            name: db.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        }
    assert pragmas == {"journal_mode": "wal", "busy_timeout": 5000, "foreign_keys": 1, "synchronous": 1}


def test_full_durability_waits_for_the_disk(tmp_path: Path) -> None:
    app = Flask("coffee_node")
    init_database(app, NodeConfig(home=tmp_path, database=DatabaseSection(durability="full")))
    with app.app_context():
        assert db.session.scalar(text("PRAGMA synchronous")) == 2
        assert not is_postgres()
        db.engine.dispose()


def test_a_row_knows_when_it_was_made_and_changed(shelves: Flask) -> None:
    made, changed = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)
    with shelves.app_context():
        with patch.object(clock, "utcnow", return_value=made), write() as session:
            session.add(Shelf(label="poetry"))
        with patch.object(clock, "utcnow", return_value=changed):
            put_one("poetry")
        db.session.expire_all()
        shelf = db.session.scalars(select(Shelf).where(Shelf.label == "poetry")).one()
        assert (shelf.created_at, shelf.updated_at) == (made, changed)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    moment=st.datetimes(timezones=st.timezones(), min_value=datetime(2, 1, 1), max_value=datetime(9000, 1, 1))
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(shelves: Flask, moment: datetime) -> None:
    with shelves.app_context():
        with write() as session:
            session.scalars(select(Shelf)).one().opened = moment
        db.session.expire_all()
        read = db.session.scalars(select(Shelf.opened)).one()
    assert read is not None
    assert read == moment.astimezone(UTC)
    assert read.tzinfo is UTC


def test_a_time_without_zone_is_refused(shelves: Flask) -> None:
    with shelves.app_context(), pytest.raises(StatementError, match="no time zone"), write() as session:
        session.scalars(select(Shelf)).one().opened = datetime(2026, 11, 23)


def test_an_absent_document_is_null_and_not_the_word_null(shelves: Flask) -> None:
    with shelves.app_context():
        with write() as session:
            session.add(Shelf(label="a", document=None))
            session.add(Shelf(label="b", document={"name": "Événement", "place": None}))
        found = db.session.scalars(
            select(Shelf.label).where(Shelf.document.is_(None), Shelf.label == "a")
        ).all()
        kept = db.session.scalars(select(Shelf.document).where(Shelf.label == "b")).one()
    assert found == ["a"]
    assert kept == {"name": "Événement", "place": None}


def test_an_insert_of_what_exists_changes_nothing_and_says_so(shelves: Flask) -> None:
    values = [{"label": "history", "books": 9}, {"label": "poetry", "books": 1}]
    with shelves.app_context():
        with write() as session:
            added = session.scalars(insert_ignore(Shelf).values(values).returning(Shelf.label)).all()
        assert added == ["poetry"]
    assert books(shelves) == 0


def test_constraints_have_names_so_that_migrations_can_change_them() -> None:
    assert {constraint.name for constraint in Shelf.__table__.constraints} == {  # type: ignore[attr-defined]
        "pk_shelf",
        "uq_shelf_label",
    }


@pytest.mark.postgres
def test_rows_are_written_the_same_way_on_postgresql(postgres: NodeConfig) -> None:
    app = Flask("coffee_node")
    init_database(app, postgres)
    with app.app_context():
        assert is_postgres()
        Shelf.metadata.drop_all(db.engine)
        Shelf.metadata.create_all(db.engine)
        try:
            with write() as session:
                session.add(Shelf(label="history", opened=datetime(2026, 11, 23, 9, tzinfo=UTC)))
            put_one()
            values = [{"label": "history"}, {"label": "poetry"}]
            with write() as session:
                added = session.scalars(insert_ignore(Shelf).values(values).returning(Shelf.label)).all()
            shelf = db.session.scalars(select(Shelf).where(Shelf.label == "history")).one()
            assert (added, shelf.books) == (["poetry"], 1)
            assert shelf.opened == datetime(2026, 11, 23, 9, tzinfo=UTC)
        finally:
            db.session.rollback()
            Shelf.metadata.drop_all(db.engine)
            db.engine.dispose()
