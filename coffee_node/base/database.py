"""The node's database: the declarative base, its column types and the one way to write."""

from __future__ import annotations

import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Insert,
    MetaData,
    Table,
    event,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from coffee_node.base import clock
from coffee_node.base.config import NodeConfig
from coffee_node.base.errors import Unavailable

logger = logging.getLogger(__name__)

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
REQUEST_PATIENCE = 5
RETRY_AFTER = 5
MAPPED_BYTES = 1 << 31
PASSING_SQLITE_CODES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_CALLBACKS = "coffee_node.after_commit"
_PATIENCE = "coffee_node.patience"


class Base(DeclarativeBase):
    """The declarative base: constraints get names, so that migrations can change them."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in and coming out, kept in UTC; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the driver; ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC, also from SQLite, which keeps no time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(JSON):
    """A JSON column in which None is NULL."""

    def __init__(self) -> None:
        super().__init__(none_as_null=True)


class Row(Model):
    """What every table has: an integer key and the times of making and of the last change."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: clock.utcnow(), sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=lambda: clock.utcnow(), onupdate=lambda: clock.utcnow(), sort_order=1
    )


def engine_options() -> dict[str, Any]:
    """What every engine of a node is made with: fast JSON and enough connections for its threads."""
    return {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
    }


def prepare_engine(engine: Engine, config: NodeConfig) -> None:
    """Make an SQLite engine begin its transactions itself, in WAL mode; other engines stay as they are.

    The driver would commit before DDL and begin only at the first change; with these two listeners a
    failing migration leaves nothing, and a writer takes the lock at once instead of failing in the middle.
    """
    if engine.dialect.name != "sqlite":
        return
    synchronous = "FULL" if config.database.durability == "full" else "NORMAL"

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: sqlite3.Connection, record: Any) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {REQUEST_PATIENCE * 1000}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("PRAGMA foreign_keys = ON")
        # Pages of the file are read where the system keeps them, not copied: a third less for long lists.
        connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
        # What is deleted is overwritten: an erasure leaves nothing in the file.
        connection.execute("PRAGMA secure_delete = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        patience = options.get("patience", REQUEST_PATIENCE)
        if connection.info.get(_PATIENCE, REQUEST_PATIENCE) != patience:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience * 1000)}")
            connection.info[_PATIENCE] = patience
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN")


def init_database(app: Flask, config: NodeConfig) -> None:
    """Bind the application to the database of its configuration."""
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options()
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, config)


def is_postgres() -> bool:
    """Whether the node runs on PostgreSQL rather than SQLite."""
    return db.engine.dialect.name == "postgresql"


def as_unavailable(error: OperationalError | PoolTimeout) -> Unavailable | None:
    """The 503 of a database that is busy or away; None when the statement itself is wrong."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code is not None and code & 0xFF not in PASSING_SQLITE_CODES:
        return None
    return Unavailable(
        "The database is busy or does not answer.", "Try again in a few seconds.", retry_after=RETRY_AFTER
    )


@contextmanager
def write(patience: float = REQUEST_PATIENCE) -> Iterator[Session]:
    """The one way to change rows: takes the write lock first and commits once, at the end of the outermost.

    A write() inside another joins it. Rows read before are read anew, so that a decision taken inside
    rests on what is true now. `patience` is how many seconds to wait for the lock (SQLite). An exception
    rolls everything back; a database that is locked or away raises Unavailable.
    """
    session = db.session()
    if _CALLBACKS in session.info:
        yield session
        return
    callbacks: list[Callable[[], object]] = []
    session.info[_CALLBACKS] = callbacks
    try:
        _begin_writing(session, patience)
        yield session
        session.commit()
    except BaseException as error:
        session.rollback()
        unavailable = as_unavailable(error) if isinstance(error, OperationalError | PoolTimeout) else None
        if unavailable is not None:
            raise unavailable from error
        raise
    finally:
        del session.info[_CALLBACKS]
    _run(callbacks)


def write_rows(statement: Insert, rows: list[dict[str, Any]]) -> None:
    """Add rows by one statement in a transaction of its own: a write() for who receives thousands of them.

    It spends no session; a database that is locked, full or away raises Unavailable.
    """
    options = {"immediate": True, "patience": REQUEST_PATIENCE}
    try:
        with db.engine.connect().execution_options(**options) as connection, connection.begin():
            connection.execute(statement, rows)
    except (OperationalError, PoolTimeout) as error:
        unavailable = as_unavailable(error)
        if unavailable is None:
            raise
        raise unavailable from error


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of a write() that is undone alone when it fails: its rows, and its after_commit() calls."""
    session = db.session()
    callbacks = session.info[_CALLBACKS]
    kept = len(callbacks)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del callbacks[kept:]
        raise


def one_at_a_time(what: str) -> None:
    """Let this write() wait until no other one does the same: PostgreSQL alone has several at once."""
    if is_postgres():
        key = zlib.crc32(what.encode())
        db.session.execute(select(func.pg_advisory_xact_lock(key)))


def end_reading() -> None:
    """Give the snapshot of earlier reads back before something slow; rows that were read stay usable."""
    db.session.commit()


def _begin_writing(session: Session, patience: float) -> None:
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed before write() began: change them inside it")
    session.commit()
    session.expire_all()
    session.connection(execution_options={"immediate": True, "patience": patience})


def _run(callbacks: list[Callable[[], object]]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # What was committed stands: one failing wake-up must not look like a failed write.
            logger.exception("A callback after a commit failed")


def after_commit(callback: Callable[[], object]) -> None:
    """Run a callback once the outermost write() has committed; a rollback drops it."""
    callbacks = db.session().info.get(_CALLBACKS)
    if callbacks is None:
        raise RuntimeError("after_commit() belongs inside write()")
    callbacks.append(callback)


@event.listens_for(db.session, "before_flush")
def refuse_changes_outside_write(session: Session, *args: object) -> None:
    """Stop a change outside write() where it is made: under load it would fail with a locked database."""
    if _CALLBACKS not in session.info:
        raise RuntimeError("rows may only be changed inside write()")


def insert_ignore(table: Table | type[Row]) -> Insert:
    """An INSERT that leaves an existing row alone and says so by a row count of 0."""
    if is_postgres():
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        return postgres_insert(table).on_conflict_do_nothing()
    return sqlite_insert(table).on_conflict_do_nothing()
