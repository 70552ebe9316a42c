"""A server of other software: one actor, and an inbox whose answers a test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import select

from coffee_node.base.database import db, write
from coffee_node.federation import peers
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Activity, Actor, Delivery, Follow
from coffee_node.testing import Fediverse, TestNode, make_response

Answer = tuple[int, dict[str, str]]
ACCEPTED: Answer = (202, {})
ACTIVITY = {"Content-Type": "application/activity+json"}


@dataclass
class Stranger:
    """`answers` are used up one by one, then `last` is given; `bodies` are what the inbox took or refused."""

    fediverse: Fediverse
    host: str
    last: Answer = ACCEPTED
    answers: list[Answer] = field(default_factory=list)
    posted: list[requests.PreparedRequest] = field(default_factory=list)
    actor_status: int = 200
    inbox: str = ""
    decide: Callable[[requests.PreparedRequest], Answer] | None = None

    def __post_init__(self) -> None:
        self.inbox = self.inbox or f"{self.uri}/inbox"
        self.fediverse.hostile[self.host] = self.answer

    @property
    def uri(self) -> str:
        """The id of its actor."""
        return f"https://{self.host}/users/ann"

    @property
    def schemes(self) -> list[str]:
        """How each POST was signed."""
        return ["rfc9421" if "Signature-Input" in one.headers else "cavage" for one in self.posted]

    @property
    def types(self) -> list[str]:
        """The types of the activities that came, tries included."""
        return [json.loads(one.body or "{}")["type"] for one in self.posted]

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """Answer as this server does."""
        if request.method == "POST":
            self.posted.append(request)
            status, headers = self.decide(request) if self.decide else self._next()
            return make_response(request, status, b"", headers)
        body = json.dumps(self.document()).encode() if self.actor_status == 200 else b"{}"
        return make_response(request, self.actor_status, body, ACTIVITY)

    def _next(self) -> Answer:
        return self.answers.pop(0) if self.answers else self.last

    def document(self) -> dict[str, Any]:
        """Its actor."""
        context = "https://www.w3.org/ns/activitystreams"
        names = {"id": self.uri, "type": "Person", "preferredUsername": "ann", "inbox": self.inbox}
        return {"@context": context, **names, "outbox": f"{self.uri}/outbox"}

    def follow(self, node: TestNode, software: str = "") -> Stranger:
        """Follow the space of a node, as if it had been accepted long ago."""
        with node.context(), write():
            space = find_local_actor(node.slug)
            assert space is not None
            actor = Actor(uri=self.uri, type="Person", slug="ann", host=self.host, inbox=self.inbox)
            db.session.add(actor)
            db.session.flush()
            db.session.add(Follow(follower_id=actor.id, target_id=space.id, state="accepted"))
            peers.peer_for(self.host).software = software
        return self

    def states(self, node: TestNode) -> list[str]:
        """The deliveries to it in order, by their state."""
        return [row.state for row in node.rows(Delivery, host=self.host)]

    def story(self, node: TestNode) -> list[tuple[str, str]]:
        """The deliveries to it in order, by type and state."""
        with node.context():
            query = select(Activity.type, Delivery.state).join(Activity, Activity.id == Delivery.activity_id)
            found = db.session.execute(query.where(Delivery.host == self.host).order_by(Delivery.id))
            return [(type_, state) for type_, state in found]
