"""What of the copies we hold nobody, or one reader, is shown: suspended, silenced and blocked authors.

Nothing is deleted for it, so that a decision can be taken back and everything is there again at once.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, select

from coffee_node.federation.account_models import Account
from coffee_node.federation.domain_policy import decided
from coffee_node.federation.models import FederatedObject, Follow
from coffee_node.federation.moderation_models import ActorBlock


def not_hidden(model: type[FederatedObject], account: Account | None) -> list[ColumnElement[bool]]:
    """The where-clauses without which a reader would see what is suspended or blocked; mostly none."""
    found = decided()
    clauses: list[ColumnElement[bool]] = []
    if found.suspended_hosts:
        clauses.append(model.origin.not_in(sorted(found.suspended_hosts)))
    if found.node_blocks:
        clauses.append(model.actor_id.not_in(sorted(found.node_blocks)))
    reader = account.actor_id if account is not None else None
    if reader in found.blockers:
        blocked = select(ActorBlock.blocked_id).where(ActorBlock.blocker_id == reader)
        clauses.append(model.actor_id.not_in(blocked))
    return clauses


def not_silenced(model: type[FederatedObject], account: Account | None) -> list[ColumnElement[bool]]:
    """The where-clauses that leave what comes from a silenced server to those who follow its author."""
    silenced = decided().silenced_hosts
    if not silenced:
        return []
    elsewhere = model.origin.not_in(sorted(silenced))
    if account is None or account.actor_id is None:
        return [elsewhere]
    followed = select(Follow.target_id).where(
        Follow.follower_id == account.actor_id, Follow.state == "accepted"
    )
    return [or_(elsewhere, model.actor_id.in_(followed))]
