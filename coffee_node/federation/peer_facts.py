"""Everything that is known about one other server, as one flat answer for the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from coffee_node.activitypub import vocabulary
from coffee_node.base.database import db
from coffee_node.federation import host_limits, moderation, peer_status
from coffee_node.federation.models import Actor, Follow, InboxItem
from coffee_node.federation.moderation_models import ActorBlock, Report


def known_about(text: str) -> dict[str, Any] | None:
    """All facts about a host in any spelling; None when nothing was ever exchanged or decided."""
    host = vocabulary.host_of(text) if "://" in text else vocabulary.normalise_netloc(text.strip())
    status = next((one for one in peer_status.statuses() if one.host == host), None)
    policy = moderation.policy_over(host)
    actors = _number(Actor, Actor.host == host)
    if not host or (status is None and policy is None and not actors):
        return None
    facts = asdict(status) if status is not None else {"host": host}
    facts |= {
        "decided": policy.level if policy else "",
        "decided_for": policy.host if policy else "",
        "decided_why": policy.reason if policy else "",
        "note": policy.note if policy else "",
    }
    return facts | _counts(host) | {"actors": actors}


def _counts(host: str) -> dict[str, Any]:
    blocked, there = aliased(Actor), aliased(Actor)
    blocks = (
        select(func.count())
        .select_from(ActorBlock)
        .join(blocked, blocked.id == ActorBlock.blocked_id)
        .join(there, there.id == ActorBlock.blocker_id)
        .where(blocked.host == host, there.host == "")
    )
    received = InboxItem.host == host
    return {
        "objects": host_limits.held(host),
        "follows_there": _follows(Follow.target_id, host),
        "followers_there": _follows(Follow.follower_id, host),
        "received": _number(InboxItem, received),
        "received_without_effect": _number(InboxItem, received, InboxItem.state != "handled"),
        "blocked_actors": db.session.scalar(blocks) or 0,
        "open_reports": _number(Report, Report.host == host, Report.state == "open"),
    }


def _follows(side: Any, host: str) -> int:
    query = select(func.count()).select_from(Follow).join(Actor, Actor.id == side)
    return db.session.scalar(query.where(Actor.host == host, Follow.state == "accepted")) or 0


def _number(model: type[Any], *where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
