"""Tables of registrations beside the participations: visitors without account, and letters of organisers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base.database import Row, UtcDateTime
from coffee_node.federation.models import URI

CONSENT_VERSION = 1


class Visitor(Row):
    """Somebody without an account who registered for one event by a confirmed address, or came to the door.

    `address` is NULL for who came to the door. The row goes 30 days after the event; its participation
    stays without a name, so that the figures of the event stay true.
    """

    __tablename__ = "event_visitor"
    __table_args__ = (UniqueConstraint("event_uri", "address"),)

    event_uri: Mapped[str] = mapped_column(URI, index=True)
    address: Mapped[str | None] = mapped_column(String(320), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    language: Mapped[str] = mapped_column(String(10), default="")
    consent_version: Mapped[int | None]
    consent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ParticipantLetter(Row):
    """What an organiser wrote to the participants of an event, and to how many; who they were is not kept."""

    __tablename__ = "event_letter"

    event_uri: Mapped[str] = mapped_column(URI, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(10), default="accepted")
    recipients: Mapped[int] = mapped_column(default=0)
