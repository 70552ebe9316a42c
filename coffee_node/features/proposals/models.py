"""Table of the proposals: what somebody offers or needs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Json, UtcDateTime
from coffee_node.federation.models import URI, FederatedObject, LocatedObject


class Proposal(FederatedObject, LocatedObject):
    """An offer or a request; amounts are decimal texts, as on the wire (FEP-0837).

    On our own rows `source` is the author's Markdown and `content` what it became; title, essentials and link
    are added in the document only. On copies `content` is what came. The columns from `last_day` on are ours
    alone: on the wire they are lines of the text.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        # Everything that lists and their filters ask for, in their order: of rows that do not fit, only the
        # index is read.
        Index(
            "ix_proposal_list",
            "published",
            "id",
            "deleted_at",
            "visibility",
            "end_time",
            "available_quantity",
            "purpose",
            "kind",
            "country",
            "language",
            "employment_type",
            "origin",
            "actor_id",
            "latitude",
            "longitude",
        ),
    )

    purpose: Mapped[str] = mapped_column(String(10), default="offer")
    kind: Mapped[str] = mapped_column(String(20), default="skill")
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    resource: Mapped[str] = mapped_column(URI, default="")
    amount: Mapped[str] = mapped_column(String(20), default="")
    unit: Mapped[str] = mapped_column(String(30), default="")
    available_quantity: Mapped[str] = mapped_column(String(20), default="")
    minimum_quantity: Mapped[str] = mapped_column(String(20), default="")
    is_unit_based: Mapped[bool | None]
    accepts_itself: Mapped[bool] = mapped_column(default=False)
    price: Mapped[str] = mapped_column(String(20), default="")
    currency: Mapped[str] = mapped_column(String(10), default="")
    end_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    timezone: Mapped[str] = mapped_column(String(64), default="")
    is_remote: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str] = mapped_column(String(300), default="")
    employment_type: Mapped[str] = mapped_column(String(20), default="")
    job_start_date: Mapped[date | None] = mapped_column(Date)
    work_hours: Mapped[str] = mapped_column(String(100), default="")
    employer: Mapped[str] = mapped_column(URI, default="")
    salary_min: Mapped[float | None]
    salary_max: Mapped[float | None]
    salary_currency: Mapped[str] = mapped_column(String(10), default="")
    salary_unit: Mapped[str] = mapped_column(String(20), default="")
    last_day: Mapped[date | None] = mapped_column(Date)
    radius: Mapped[int | None]
    contact: Mapped[str] = mapped_column(String(300), default="")
    in_return: Mapped[str] = mapped_column(String(300), default="")
    quantity_before_end: Mapped[str] = mapped_column(String(20), default="")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
