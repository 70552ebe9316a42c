"""What is kept of somebody who left: a hash, and how far the erasure came at the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Row, UtcDateTime


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
