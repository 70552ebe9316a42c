"""What an actor of ours says beyond its core: other ids, a move, its collections, what it understands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coffee_node.base.database import db
from coffee_node.federation import site_logo
from coffee_node.federation.models import Actor
from coffee_node.federation.social_models import ActorAlias, ActorMove

IMPLEMENTED = (
    ("https://datatracker.ietf.org/doc/html/rfc9421", "RFC-9421: HTTP Message Signatures"),
    ("https://w3id.org/fep/0837", "FEP-0837: Federated Marketplace"),
    ("https://w3id.org/fep/8a8e", "FEP-8a8e: Event"),
    ("https://w3id.org/fep/8b32", "FEP-8b32: Object Integrity Proofs"),
)


def implements() -> list[dict[str, str]]:
    """What the software of this node understands (FEP-844e)."""
    return [{"type": "Link", "href": href, "name": name} for href, name in IMPLEMENTED]


def links_of(actor: Actor) -> dict[str, Any]:
    """The collections of a published actor, and where else it is or was."""
    found: dict[str, Any] = {}
    if actor.kind == "space":
        found["featured"] = f"{actor.uri}/featured"
        found["upcomingEvents"] = f"{actor.uri}/upcoming"
    aliases = select(ActorAlias.uri).where(ActorAlias.actor_id == actor.id).order_by(ActorAlias.id)
    found["alsoKnownAs"] = list(db.session.scalars(aliases))
    found["movedTo"] = db.session.scalar(select(ActorMove.target_uri).where(ActorMove.actor_id == actor.id))
    return found


def with_icon(actor: Actor, document: dict[str, Any]) -> dict[str, Any]:
    """The document with the logo of this site where a node or a space has no picture of its own."""
    if document.get("icon") or not (actor.type == "Application" or actor.kind == "space"):
        return document
    return document | {"icon": site_logo.as_icon()}


def key_documents(actor: Actor) -> dict[str, Any]:
    """The public keys of an actor of ours: RSA for requests, Ed25519 for proofs (FEP-521a)."""
    document: dict[str, Any] = {}
    for key in actor.keys:
        if key.algorithm == "rsa":
            document["publicKey"] = {"id": key.uri, "owner": actor.uri, "publicKeyPem": key.public_key}
        else:
            document["assertionMethod"] = [
                {
                    "id": key.uri,
                    "type": "Multikey",
                    "controller": actor.uri,
                    "publicKeyMultibase": key.public_key,
                }
            ]
    return document
