"""Answers to offers and needs, kept at both ends from the asking to the confirmation (FEP-0837)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, case, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coffee_node.base.database import Json, Row, UtcDateTime, db
from coffee_node.features.proposals.models import Proposal
from coffee_node.federation.models import URI, Actor

STATES = ("asked", "accepted", "refused", "error", "cancelled", "done")


class Agreement(Row):
    """What somebody proposes to take of an offer (or to give for a need), and what became of it.

    Amounts are decimal texts. `state` is one of STATES; `error` means that the other side accepted something
    else than was asked, and an agreement is done once both sides have said so. `document` is the Agreement
    that the owner made.
    """

    __tablename__ = "agreement"
    __table_args__ = (Index("ix_agreement_proposal", "proposal_uri", "state"),)

    offer_uri: Mapped[str] = mapped_column(URI, unique=True)
    proposal_uri: Mapped[str] = mapped_column(URI)
    proposal_name: Mapped[str] = mapped_column(String(300), default="")
    proposer_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("actor.id", ondelete="CASCADE"), index=True)
    amount: Mapped[str] = mapped_column(String(20), default="")
    unit: Mapped[str] = mapped_column(String(30), default="one")
    price: Mapped[str] = mapped_column(String(20), default="")
    currency: Mapped[str] = mapped_column(String(10), default="")
    message: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="asked")
    reason: Mapped[str] = mapped_column(Text, default="")
    agreement_uri: Mapped[str] = mapped_column(URI, default="", index=True)
    document: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    owner_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    proposer_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    proposer: Mapped[Actor] = relationship(foreign_keys=[proposer_id], lazy="joined", innerjoin=True)
    owner: Mapped[Actor] = relationship(foreign_keys=[owner_id], lazy="joined", innerjoin=True)


def find_offer(offer_uri: str) -> Agreement | None:
    """The answer that an Offer made."""
    return db.session.scalar(select(Agreement).where(Agreement.offer_uri == offer_uri))


def find_agreement(agreement_uri: str) -> Agreement | None:
    """The answer that ended in this Agreement."""
    if not agreement_uri:
        return None
    return db.session.scalar(select(Agreement).where(Agreement.agreement_uri == agreement_uri))


def answers_to(proposal_uri: str) -> list[Agreement]:
    """Every answer to a proposal, oldest first."""
    query = select(Agreement).where(Agreement.proposal_uri == proposal_uri)
    return list(db.session.scalars(query.order_by(Agreement.asked_at, Agreement.id)))


def answers_by(actor_id: int) -> list[Agreement]:
    """What an actor has answered to, newest first."""
    query = select(Agreement).where(Agreement.proposer_id == actor_id)
    return list(db.session.scalars(query.order_by(Agreement.asked_at.desc(), Agreement.id.desc()).limit(100)))


def answers_for(owner_ids: Sequence[int]) -> list[Agreement]:
    """What others have answered to the proposals of these actors: what waits first, then the newest."""
    waits = case((Agreement.state == "asked", 0), else_=1)
    query = select(Agreement).where(Agreement.owner_id.in_(owner_ids))
    return list(
        db.session.scalars(query.order_by(waits, Agreement.asked_at.desc(), Agreement.id.desc()).limit(100))
    )


def locked_proposal(uri: str) -> Proposal | None:
    """The proposal as it is now; nobody else gives something of it away until the transaction ends."""
    query = select(Proposal).where(Proposal.uri == uri, Proposal.deleted_at.is_(None))
    query = query.with_for_update(of=Proposal).execution_options(populate_existing=True)
    return db.session.scalar(query)
