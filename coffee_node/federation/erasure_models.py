"""What is kept of somebody who left: a hash, how far the erasure came, and what is still looked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI


class NameScan(Row):
    """Identifiers of somebody gone that are still looked for in every table; it goes when that is done.

    `table_name` and `last_id` are how far the search came (erasure_scan.py).
    """

    __tablename__ = "name_scan"

    uri: Mapped[str] = mapped_column(URI, unique=True)
    slug: Mapped[str] = mapped_column(String(300), default="")
    host: Mapped[str] = mapped_column(String(255), default="")
    table_name: Mapped[str] = mapped_column(String(100), default="")
    last_id: Mapped[int] = mapped_column(default=0)


class Departure(Row):
    """One person who left; `secret_hash` is of the page on which they see how many nodes have confirmed.

    `actor_id` points to what is left of them while receipts are awaited; the numbers stay when that goes.
    """

    __tablename__ = "departure"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="SET NULL"), index=True)
    confirmed: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
