"""Where a person reads things on this node: the pages of actors and objects, ours and copies of others'."""

from __future__ import annotations

from typing import Any

from coffee_node.federation.models import Actor


def page_url(row: Any) -> str:
    """Where a person reads a row here: ours at its own address, a copy at /at/<its host>/<its path>."""
    if row.uri == row.actor.uri:
        return actor_url(row.actor)
    if row.is_local:
        return f"/objects/{row.uri.rsplit('/', 1)[-1]}"
    return f"/at/{row.uri.split('://', 1)[-1]}"


def actor_url(actor: Actor) -> str:
    """The page of an actor on this node: /@slug, or /@slug@host for the copy of a remote one."""
    if actor.type == "Application" and actor.is_local:
        return "/about"
    if not actor.is_met:
        return actor.uri
    return f"/@{actor.slug}" if actor.is_local else f"/@{actor.slug}@{actor.host}"
