"""The reader's follows as rows and pages show them, asked for once per request."""

from __future__ import annotations

from flask import g

from coffee_node.federation import follows
from coffee_node.federation.known_since import KnownSince, known_since
from coffee_node.federation.models import Actor
from coffee_node.web.auth import current_account


def row_follow_state(actor: Actor | None) -> str:
    """What a row offers: visitor, none, requested or accepted; empty where nothing can be followed."""
    if actor is None or not actor.uri or actor.gone_at is not None:
        return ""
    account = current_account()
    if account is None:
        return "visitor"
    if account.actor is None or account.actor_id == actor.id:
        return ""
    if "follow_states" not in g:
        g.follow_states = {follow.target_id: follow.state for follow in follows.followed_by(account.actor)}
    states: dict[int, str] = g.follow_states
    return states.get(actor.id, "none")


def actor_known_since(actor: Actor) -> KnownSince | None:
    """Since when what an actor publishes is known here; None for ours and for who was never read."""
    return known_since([actor]).get(actor.id)
