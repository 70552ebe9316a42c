"""Tables of moderation: what was decided about whole domains, who blocked whom, and reports."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import URI, Actor


class DomainPolicy(Row):
    """What a manager decided about a domain and everything below it; level: allow, silence or suspend.

    `reason` may be shown and exchanged with other managers, `note` is for those of this node.
    """

    __tablename__ = "domain_policy"

    host: Mapped[str] = mapped_column(String(255), unique=True)
    level: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    account: Mapped[Account | None] = relationship()


class ActorBlock(Row):
    """That one actor wants to have nothing to do with another; the node actor blocks for the whole node.

    `activity_uri` is the Block that said so, ours or theirs.
    """

    __tablename__ = "actor_block"
    __table_args__ = (UniqueConstraint("blocker_id", "blocked_id"),)

    blocker_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"))
    blocked_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    activity_uri: Mapped[str] = mapped_column(URI, default="")

    blocker: Mapped[Actor] = relationship(foreign_keys=[blocker_id])
    blocked: Mapped[Actor] = relationship(foreign_keys=[blocked_id])


class Report(Row):
    """Something a manager should look at, from here or by Flag; state: open, done or rejected.

    `host` is the server it came from, empty for ours; `account` reported it here, `sender` flagged it there.
    """

    __tablename__ = "report"

    activity_uri: Mapped[str] = mapped_column(URI, unique=True)
    host: Mapped[str] = mapped_column(String(255), default="", index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("actor.id", ondelete="SET NULL"))
    content: Mapped[str] = mapped_column(Text, default="")
    is_forwarded: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="open", index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    account: Mapped[Account | None] = relationship(foreign_keys=[account_id])
    sender: Mapped[Actor | None] = relationship()
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
    items: Mapped[list[ReportItem]] = relationship(
        order_by="ReportItem.id", cascade="all, delete-orphan", lazy="selectin"
    )


class ReportItem(Row):
    """An actor or an object that a report is about, by its id."""

    __tablename__ = "report_item"
    __table_args__ = (UniqueConstraint("report_id", "uri"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    uri: Mapped[str] = mapped_column(URI)
