"""Tables of the search: one entry for each object that can be found, and the words that are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Float, ForeignKey, Index, Integer, String, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Model, UtcDateTime
from coffee_node.federation.search_engine import creation


class SearchEntry(Model):
    """Where an object of any type is and who may find it: what facets count, without opening its table.

    `kind` is the table of the object, `moment` its start or its publication. Its texts are in `search_text`
    under the same number. An entry is written anew whenever its object changes, so that the highest number is
    the latest; `is_counted` says that its words are among the known ones.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        Index("ix_search_entry_object", "kind", "object_id", unique=True),
        Index(
            "ix_search_entry_uncounted",
            "id",
            sqlite_where=text("is_counted = 0"),
            postgresql_where=text("NOT is_counted"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    object_id: Mapped[int] = mapped_column(Integer)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    visibility: Mapped[str] = mapped_column(String(10))
    origin: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    moment: Mapped[datetime] = mapped_column(UtcDateTime)
    is_counted: Mapped[bool]


class SearchWord(Model):
    """A word of public texts and in how many it stands, for the nearest word to one that is not known.

    `first` is its first letter, `letters` a bit for each letter it has: two words whose bits differ a lot
    cannot be near.
    """

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_shape", "first", "length", "documents"),)

    word: Mapped[str] = mapped_column(String(30), primary_key=True)
    first: Mapped[str] = mapped_column(String(1))
    length: Mapped[int]
    letters: Mapped[int]
    documents: Mapped[int]


class SearchBacklog(Model):
    """A table whose rows from before the index was made are still read, up to `last_id`, in steps."""

    __tablename__ = "search_backlog"

    kind: Mapped[str] = mapped_column(String(50), primary_key=True)
    done_id: Mapped[int]
    last_id: Mapped[int]


@event.listens_for(SearchEntry.__table__, "after_create")
def make_text_table(target: Table, connection: Connection, **options: object) -> None:
    """Make the table that each database searches in its own way beside the entries."""
    for statement in creation(connection.dialect.name):
        connection.exec_driver_sql(statement)
