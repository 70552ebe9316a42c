"""The process behind one node of the journeys: the demo's, with a link for everybody and people to come."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import current_app
from sqlalchemy import select

from coffee_node.activitypub import keys
from coffee_node.base.database import db, write
from coffee_node.cli.demo_network.content import Place
from coffee_node.cli.demo_network.stage import Stage, link_of, run
from coffee_node.federation import accounts
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_local_actor
from coffee_node.federation.models import Actor
from coffee_node.federation.passwords import hash_password
from coffee_node.node import current_node

PASSWORD = "two banks, one network"
NEWCOMERS = 120
LANGUAGES = ("fr", "nl", "en", "de")
FIRST_NAMES = ("Ada", "Bert", "Cleo", "Dirk", "Elin", "Felix", "Gwen", "Henk", "Ines", "Joris")
LAST_NAMES = (
    "Moreau", "Wouters", "Hartley", "Brandt", "Lambert", "Claes", "Ferris", "Vogel", "Renard", "Maes",
    "Weaver", "Ziegler",
)  # fmt: skip


class JourneyStage(Stage):
    """A stage that also tells its routes, a link for everybody, and makes newcomers for the journeys."""

    def __init__(self, place: Place, home: Path, base_url: str) -> None:
        super().__init__(place, home, base_url)
        self.orders |= {"everybody": self.everybody, "routes": routes, "newcomers": self.newcomers}
        self._slug = place.slug

    def everybody(self) -> dict[str, Any]:
        """A link for everybody of the demo, for who runs the place in each language, and `setup`.

        A page speaks the language of its account, so `manager-fr` and `admin-fr` have a sibling in each.
        """
        space = find_local_actor(self._slug)
        assert space is not None
        with write():
            for language in LANGUAGES:
                for role in ("manager", "admin"):
                    self._add(f"{role}-{language}", language, space, "manager", is_admin=role == "admin")
        links = {account.handle: link_of(account) for account in db.session.scalars(select(Account))}
        secret = accounts.sign_in_link(accounts.account_named("manager-en"), purpose="setup")
        return links | {"setup": f"{current_node.config.base_url}/setup?token={secret}"}

    def _add(
        self, handle: str, language: str, space: Actor, role: str = "member", *, is_admin: bool = False
    ) -> Account:
        name, address = handle.replace("-", " ").title(), f"{handle}@people.example"
        account = accounts.create_account(handle, name, email=address, is_admin=is_admin)
        account.language = language
        accounts.join_space(account, space, role)
        return account

    def newcomers(self) -> dict[str, Any]:
        """Members nobody has met: each has the password, one of the four languages, and a link."""
        space = find_local_actor(self._slug)
        assert space is not None
        one_hash = hash_password(PASSWORD)
        made = []
        # Making keys takes longer than everything else: one pair does for all of them.
        one_key = keys.generate_rsa()
        with write(), patch.object(keys, "generate_rsa", lambda: one_key):
            for count in range(NEWCOMERS):
                first, last = FIRST_NAMES[count % 10], LAST_NAMES[count // 10]
                handle = f"{first}-{last}".lower()
                account = self._add(handle, LANGUAGES[count % 4], space)
                account.password_hash = one_hash
                made.append(account)
            return {account.handle: link_of(account) for account in made}


def routes() -> dict[str, Any]:
    """Every rule of the route table that answers a GET, as `[endpoint, rule]`."""
    found = [rule for rule in current_app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {"routes": sorted([rule.endpoint, rule.rule] for rule in found)}


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3], JourneyStage)
