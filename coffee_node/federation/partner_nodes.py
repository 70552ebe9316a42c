"""The nodes that are partners at this moment, for what must end when they no longer are."""

from __future__ import annotations

from sqlalchemy import func, select

from coffee_node.base.database import db
from coffee_node.federation import audience, domain_policy
from coffee_node.federation.models import Actor, Follow


def is_partner(host: str) -> bool:
    """Whether a host is a partner now, and not suspended."""
    return bool(host) and not domain_policy.is_suspended(host) and host in audience.partner_hosts()


def partner_nodes() -> list[Actor]:
    """The node actors of the partners, by name."""
    hosts = [host for host in audience.partner_hosts() if not domain_policy.is_suspended(host)]
    followed = select(Follow.target_id).where(Follow.state == "accepted")
    query = select(Actor).where(Actor.host.in_(hosts), Actor.type == "Application", Actor.id.in_(followed))
    return list(db.session.scalars(query.order_by(func.lower(Actor.name), Actor.id)))


def partner_node(host: str) -> Actor | None:
    """The node actor of one partner; None where the host is none."""
    if not is_partner(host):
        return None
    return next((node for node in partner_nodes() if node.host == host), None)


def base_of(node: Actor) -> str:
    """The address that everything of a node begins with; as an issuer it is written exactly so."""
    return "/".join(node.uri.split("/")[:3])
