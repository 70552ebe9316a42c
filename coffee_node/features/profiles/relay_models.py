"""Tables of the messages between people who have not given each other an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI, Actor


class Conversation(Row):
    """Two people write to each other, at least one of them here; addresses are shown when both have said so.

    `told_address` is what the other node told when both had agreed, `has_told` that ours went there.
    """

    __tablename__ = "conversation"

    key: Mapped[str] = mapped_column(String(32), unique=True)
    starter_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    starter_shares: Mapped[bool] = mapped_column(default=False)
    other_shares: Mapped[bool] = mapped_column(default=False)
    told_address: Mapped[str] = mapped_column(String(320), default="")
    has_told: Mapped[bool] = mapped_column(default=False)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    starter: Mapped[Actor] = relationship(foreign_keys="Conversation.starter_id")
    other: Mapped[Actor] = relationship(foreign_keys="Conversation.other_id")


class Message(Row):
    """One message of a conversation.

    `uri` is the id of its Note where it crossed nodes, `activity_uri` what carried one of ours, `refusal` why
    the other side did not take it.
    """

    __tablename__ = "message"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversation.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    uri: Mapped[str | None] = mapped_column(URI, index=True)
    activity_uri: Mapped[str | None] = mapped_column(URI, index=True)
    refusal: Mapped[str] = mapped_column(String(300), default="")
