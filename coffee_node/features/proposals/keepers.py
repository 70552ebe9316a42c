"""Who looks after a proposal on this node: the people who hear of its answers and of its end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from coffee_node.base.database import db
from coffee_node.federation.account_models import Account, Membership
from coffee_node.federation.models import Actor


def keepers_of(actor: Actor) -> Sequence[Account]:
    """The person behind an actor of ours, or who manages a space or company; nobody for one elsewhere."""
    if not actor.is_local:
        return []
    managers = select(Membership.account_id).where(
        Membership.space_id == actor.id, Membership.role == "manager"
    )
    mine = or_(Account.actor_id == actor.id, Account.id.in_(managers))
    return db.session.scalars(
        select(Account).where(mine, Account.disabled_at.is_(None)).order_by(Account.id)
    ).all()
