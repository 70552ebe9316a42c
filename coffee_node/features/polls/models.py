"""Tables of the polls: the question with its options, and who voted for what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base import clock
from coffee_node.base.database import Json, Row, UtcDateTime
from coffee_node.base.i18n import current_language
from coffee_node.federation.models import URI, FederatedObject


class Poll(FederatedObject):
    """A question with at most 20 options, each `{"name", "count"}`; the author's node counts."""

    __tablename__ = "poll"

    options: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    is_multiple: Mapped[bool] = mapped_column(default=False)
    end_time: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    votes_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)

    @property
    def is_open(self) -> bool:
        """Whether votes still count."""
        return self.closed_at is None and (self.end_time is None or self.end_time > clock.utcnow())

    @property
    def question(self) -> str:
        """The question in one line in the reader's language, for lists and titles."""
        return (self.name_map or {}).get(current_language.get()) or self.name

    @property
    def total(self) -> int:
        """How many votes were counted."""
        return sum(int(option.get("count") or 0) for option in self.options)


class PollVote(Row):
    """That an actor chose an option; ours for a poll of another node stay uncounted here."""

    __tablename__ = "poll_vote"
    __table_args__ = (UniqueConstraint("poll_uri", "actor_id", "option"),)

    poll_uri: Mapped[str] = mapped_column(URI)
    actor_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    option: Mapped[str] = mapped_column(String(100))
    is_counted: Mapped[bool] = mapped_column(default=False)
