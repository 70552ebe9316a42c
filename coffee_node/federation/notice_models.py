"""Tables of what people are told: notices, how each person wants them, links in mails, and secret feeds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import URI


class Notification(Row):
    """One piece of news for one account, in its language; `key` makes one occasion one row.

    `mail` says what becomes of it by mail: none, sent, or the rhythm it waits for (now, daily, weekly).
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notification_mail", "mail", "account_id"),
        Index(
            "ix_notification_unread",
            "account_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(50))
    key: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(URI, default="")
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    on_page: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[str] = mapped_column(String(10), default="none")

    account: Mapped[Account] = relationship()


class NoticeChoice(Row):
    """How one account wants one kind of notice: on the page or not, by mail now, daily, weekly or never.

    The kind `*weekly` with the rhythm `never` ends a whole digest, also for kinds nobody has chosen for.
    """

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(50))
    on_page: Mapped[bool] = mapped_column(default=True)
    rhythm: Mapped[str] = mapped_column(String(10), default="weekly")


class MailLink(Row):
    """A secret in a mail that lets whoever reads it do one thing without an account.

    Only the SHA-256 of the secret is stored; `data` says what about, in the terms of its purpose.
    """

    __tablename__ = "mail_link"

    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(50), index=True)
    address: Mapped[str] = mapped_column(String(320), default="", index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedAddress(Row):
    """The secret address at which a feed reader, which cannot sign in, gets what one account follows."""

    __tablename__ = "feed_address"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship()
