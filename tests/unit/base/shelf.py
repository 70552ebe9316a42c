"""A table for tests of the database alone, and ways to use it from several connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import MetaData, select
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import NAMING_CONVENTION, Json, Row, UtcDateTime, db, write


class Shelf(Row):
    """A table of these tests alone: its metadata is not the node's."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    label: Mapped[str] = mapped_column(unique=True)
    books: Mapped[int] = mapped_column(default=0)
    document: Mapped[dict[str, Any] | None] = mapped_column(Json)
    opened: Mapped[datetime | None] = mapped_column(UtcDateTime)


def books(app: Flask, label: str = "history") -> int | None:
    """How many books a shelf holds, asked by a connection of its own."""
    with app.app_context():
        return db.session.scalar(select(Shelf.books).where(Shelf.label == label))


def put_one(label: str = "history") -> None:
    with write() as session:
        session.scalars(select(Shelf).where(Shelf.label == label)).one().books += 1


def in_thread(app: Flask, work: Any) -> Any:
    def run() -> Any:
        with app.app_context():
            return work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()
