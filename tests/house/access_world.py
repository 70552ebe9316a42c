"""A node with somebody in every role, a partner, a stranger, and one thing of each kind at each level."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask.testing import FlaskClient

from coffee_node.base.database import db, write
from coffee_node.federation import accounts
from coffee_node.federation.actors import create_local_actor, find_local_actor
from coffee_node.node import current_node
from coffee_node.testing import (
    Fediverse,
    TestNode,
    article_document,
    event_document,
    need_document,
    note_document,
)
from tests.house.foreign_host import ForeignHost

LEVELS = ("public", "network", "space", "private")
DOCUMENTS = {
    "Event": event_document,
    "Note": need_document,
    "Article": article_document,
    "plain Note": note_document,
}


@dataclass
class World:
    """A node with somebody in every role, a partner, and one thing of each kind at each level."""

    node: TestNode
    partner: TestNode
    stranger: ForeignHost
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    things: dict[tuple[str, str], str] = field(default_factory=dict)

    def browser(self, role: str) -> FlaskClient:
        """A browser in which somebody of this role is signed in; of a visitor in none."""
        if role not in self.browsers:
            handle = "admin" if role == "administrator" else role
            self.browsers[role] = self.node.client if role == "visitor" else self.node.signed_in(handle)
        return self.browsers[role]

    def uuid(self, kind: str, level: str = "public") -> str:
        """The end of the address of a thing."""
        return self.things[(kind, level)].rpartition("/")[2]


def marker(kind: str, level: str) -> str:
    """A word that stands in one thing only."""
    return f"zz{kind.replace(' ', '').lower()}{level}zz"


def make_world(fediverse: Fediverse) -> World:
    """The node and all who ask it."""
    tournai = fediverse.node("tournai")
    lille = fediverse.node("lille", partners=[tournai], web={"registration": "approved"})
    made = World(lille, tournai, ForeignHost(fediverse, "stranger.example"))
    made.stranger.actor()
    for handle in ("member", "host", "manager", "outsider"):
        lille.add_person(handle)
    with lille.context():
        _give_roles()
        space = find_local_actor("lille")
        assert space is not None
        for kind, make in DOCUMENTS.items():
            for level in LEVELS:
                word = marker(kind, level)
                document = make(name=word, content=f"<p>{word} text</p>")
                object_type = current_node.registry.type_for(document)
                assert object_type is not None and object_type.create is not None
                row = object_type.create(space, object_type.schema.parse(document), level)
                made.things[(kind, level)] = row.uri
        db.session.remove()
    fediverse.settle()
    return made


def _give_roles() -> None:
    with write():
        other = create_local_actor("Organization", "autre", "Autre", kind="space")
        space = find_local_actor("lille")
        assert space is not None
        for role in ("member", "host", "manager"):
            accounts.join_space(accounts.account_named(role), space, role)
        outsider = accounts.account_named("outsider")
        outsider.memberships.clear()
        accounts.join_space(outsider, other)
