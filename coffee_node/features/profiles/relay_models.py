"""Tables of the messages between people who have not given each other an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.account_models import Account


class Conversation(Row):
    """Two people of this node write to each other; their addresses are shown when both have said so."""

    __tablename__ = "conversation"

    key: Mapped[str] = mapped_column(String(32), unique=True)
    starter_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    starter_shares: Mapped[bool] = mapped_column(default=False)
    other_shares: Mapped[bool] = mapped_column(default=False)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    starter: Mapped[Account] = relationship(foreign_keys="Conversation.starter_id")
    other: Mapped[Account] = relationship(foreign_keys="Conversation.other_id")


class Message(Row):
    """One message of a conversation."""

    __tablename__ = "message"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
