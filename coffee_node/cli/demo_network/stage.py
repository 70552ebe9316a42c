"""The process behind one demo node: makes and fills its home, then does what the demo asks, line by line.

An order is a JSON object on stdin, its answer one on stdout; `error` is a sentence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask

from coffee_node.base.config import write_config
from coffee_node.base.database import db
from coffee_node.base.errors import CoffeeError
from coffee_node.cli.demo_network.content import Place, read_place
from coffee_node.cli.demo_network.seeding import Made, Seeding
from coffee_node.cli.init import NewNode, make_node
from coffee_node.cli.opening import build_app
from coffee_node.federation import accounts, peer_status, peers
from coffee_node.federation.account_models import Account
from coffee_node.node import current_node

LINK_HOURS = 30 * 24
MAILS = "mails"


class Stage:
    """One node being made ready; `obey` does one of the `orders`."""

    def __init__(self, place: Place, home: Path, base_url: str) -> None:
        self._place = place
        self._home = home
        self._base_url = base_url
        self._app: Flask | None = None
        self._seeding: Seeding | None = None
        self.orders: dict[str, Callable[..., dict[str, Any]]] = {
            "make": self._make,
            "follow": self._follow,
            "publish": self._publish,
            "figures": self._figures,
            "links": self._links,
        }

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do an order `{"do": name, ...}` and give its answer; CoffeeError says what went wrong."""
        do = self.orders[order.pop("do")]
        if self._app is None:
            self._make_home()
        app = self._app = self._app or build_app(self._home)
        with app.app_context():
            try:
                return do(**order)
            finally:
                db.session.remove()

    def _make_home(self) -> None:
        place = self._place
        email = f"hello@{place.slug}.example"
        make_node(self._home, NewNode(place.name, self._base_url, "fr", email, place.slug, development=True))
        settings = {"federation": {"accept_partners": "automatic"}, "mail": {"url": f"file:{MAILS}"}}
        write_config(self._home, settings)

    def _make(self) -> dict[str, Any]:
        self._seeding = Seeding(self._place)
        return told([*self._seeding.furnish(), *self._seeding.publish(0)])

    def _publish(self) -> dict[str, Any]:
        return told(self._seeding.publish(1) if self._seeding else [])

    def _follow(self, addresses: list[str]) -> dict[str, Any]:
        for address in addresses:
            peers.follow_node(address)
        return {}

    def _figures(self) -> dict[str, Any]:
        """How many partners there are, and the deliveries to all peers by how they ended."""
        found = peer_status.statuses()
        return {
            "partners": sum(peer.is_partner for peer in found),
            "deliveries": {
                "done": sum(peer.done for peer in found),
                "waiting": sum(peer.waiting for peer in found),
                "failed": sum(peer.failed for peer in found),
            },
        }

    def _links(self) -> dict[str, Any]:
        """A sign-in link for each role; they work again and again, since this is for trying out."""
        people = {person["role"]: person["handle"] for person in reversed(self._place.content["people"])}
        handles = {"administrator": "admin", "manager": people["manager"], "member": people["member"]}
        return {role: link_of(accounts.account_named(handle)) for role, handle in handles.items()}


def link_of(account: Account) -> str:
    """A link that signs an account in, again and again."""
    secret = accounts.sign_in_link(account, hours=LINK_HOURS, is_reusable=True)
    return f"{current_node.config.base_url}/sign-in/{secret}"


def told(made: list[Made]) -> dict[str, Any]:
    """What was published, as an answer."""
    return {"made": [asdict(one) for one in made]}


def run(slug: str, home: str, base_url: str, kind: type[Stage] = Stage) -> None:
    """Answer orders until stdin ends; whatever else prints goes to stderr."""
    answers, sys.stdout = sys.stdout, sys.stderr
    stage = kind(read_place(slug), Path(home), base_url)
    for line in sys.stdin:
        try:
            answer = stage.obey(json.loads(line))
        except CoffeeError as error:
            answer = {"error": str(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3])
