"""Events and guests for the stories about registrations."""

from __future__ import annotations

from typing import Any

from coffee_node.features.events import service
from coffee_node.features.events.participations import Participation
from coffee_node.features.events.schemas import EventSchema
from coffee_node.federation.actors import find_local_actor
from coffee_node.testing import Fediverse, TestNode, event_document


def announce(fediverse: Fediverse, node: TestNode, visibility: str = "public", **values: Any) -> str:
    """An event of the node's space with these columns, known everywhere; its id."""
    with node.context():
        space = find_local_actor(node.slug)
        assert space is not None
        document = event_document(id=f"{node.url}/objects/new")
        parsed = EventSchema().parse(document)
        kept = {name: parsed[name] for name in ("name", "start_time", "end_time", "content", "language")}
        uri = service.announce_event(space, kept | values, visibility).uri
    fediverse.settle()
    return uri


def people(node: TestNode, number: int) -> list[str]:
    """So many people with an account; their slugs."""
    return [node.add_person(f"guest{one}-{node.name}").slug for one in range(number)]


def states(node: TestNode, event: str) -> dict[str, str]:
    """The registrations for an event that a node knows, by actor."""
    with node.context():
        return {row.actor.uri: row.state for row in node.rows(Participation, event_uri=event)}


def join(node: TestNode, actor: str, event: str, **more: Any) -> str:
    """A Join posted by a client of this actor; its id."""
    return node.post({"type": "Join", "object": event, **more}, actor)
