"""What is kept of somebody in the exchange of offers and needs, and what they watch: exported, erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select

from coffee_node.base.contracts import ActorRef
from coffee_node.base.database import db, write
from coffee_node.features.proposals.agreements import Agreement
from coffee_node.features.proposals.validity import PURPOSE
from coffee_node.federation import saved_searches
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor
from coffee_node.federation.notice_models import MailLink


def export(actor: ActorRef) -> dict[str, Any]:
    """What somebody answered to, what others answered to theirs, and their saved searches."""
    found = find_actor(actor.uri)
    if found is None:
        return {}
    query = select(Agreement).where(or_(Agreement.proposer_id == found.id, Agreement.owner_id == found.id))
    rows = db.session.scalars(query.order_by(Agreement.id)).all()
    kept = {"answers": [_kept(row) for row in rows], "saved searches": saved_searches.export(found)}
    return {name: value for name, value in kept.items() if value}


def _kept(row: Agreement) -> dict[str, Any]:
    names = (
        "proposal_uri",
        "proposal_name",
        "amount",
        "unit",
        "price",
        "currency",
        "message",
        "state",
        "reason",
    )
    sides = {"from": row.proposer.uri, "to": row.owner.uri}
    times = {"asked": row.asked_at.isoformat(), "changed": row.changed_at.isoformat()}
    return {**sides, **{name: getattr(row, name) for name in names}, **times}


def erase(actor: ActorRef) -> None:
    """Forget the answers of somebody and those to theirs, their saved searches and links in mails."""
    found = find_actor(actor.uri)
    if found is None:
        return
    with write():
        mine = or_(Agreement.proposer_id == found.id, Agreement.owner_id == found.id)
        db.session.execute(delete(Agreement).where(mine))
        addresses = select(Account.email).where(Account.actor_id == found.id, Account.email != "")
        links = delete(MailLink).where(MailLink.purpose == PURPOSE, MailLink.address.in_(addresses))
        db.session.execute(links)
        saved_searches.erase(found)
