"""One node of the test fediverse: its pages, its write interface, its tables and its worker's steps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from coffee_node.base.database import Row, db, write
from coffee_node.federation import (
    accounts,
    backfill,
    delivery,
    follower_sync,
    follows,
    guest_work,
    inbox_work,
    lookup,
    members_view,
    peers,
    picture_copies,
)
from coffee_node.federation.account_models import Account
from coffee_node.federation.actors import find_actor, find_local_actor, refresh_actor
from coffee_node.federation.models import Actor
from coffee_node.node import EXTENSION, Node

Stored = TypeVar("Stored", bound=Row)
ACTIVITY = "application/activity+json"
STEPS: tuple[Callable[[], Any], ...] = (
    delivery.deliver_due,
    inbox_work.process_next,
    backfill.read_next_page,
    members_view.fetch_next,
    follower_sync.check_next,
    lookup.look_next,
    picture_copies.fetch_next,
    guest_work.work_next,
)


class TestNode:
    """One node of the fediverse with a client for its pages and its write interface."""

    __test__ = False

    def __init__(self, app: Flask, name: str) -> None:
        self.app = app
        self.name = name
        self.node: Node = app.extensions[EXTENSION]
        self.url: str = self.node.config.base_url
        self.host: str = self.node.config.host
        self.slug = name
        self._tokens: dict[str, str] = {}

    @contextmanager
    def context(self) -> Iterator[Flask]:
        """The application context in which this node's services can be called."""
        with self.app.app_context():
            yield self.app

    @property
    def client(self) -> FlaskClient:
        """A browser or program without cookies of its own."""
        return self.app.test_client()

    @property
    def token(self) -> str:
        """A bearer token of the administrator."""
        return self.token_of("admin")

    def token_of(self, handle: str) -> str:
        """A bearer token of an account; of the administrator for whom none has that handle."""
        if handle not in self._tokens:
            with self.context():
                known = db.session.scalar(select(Account.handle).where(Account.handle == handle))
                self._tokens[handle] = accounts.create_token(accounts.account_named(known or "admin"))
        return self._tokens[handle]

    def signed_in(self, handle: str = "admin") -> FlaskClient:
        """A browser in which this account is signed in."""
        with self.context():
            secret = accounts.sign_in_link(accounts.account_named(handle))
        browser = self.client
        assert browser.get(f"/sign-in/{secret}", base_url=self.url).status_code == 303
        return browser

    def get_json(self, path: str, accept: str = "application/json") -> Any:
        """A GET that must answer 200; its JSON."""
        response = self.client.get(path, headers={"Accept": accept}, base_url=self.url)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        return json.loads(response.data)

    def page(self, path: str, language: str = "en") -> str:
        """A page as a browser without an account gets it; must answer 200."""
        headers = {"Accept": "text/html", "Accept-Language": language}
        response = self.client.get(path, headers=headers, base_url=self.url)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
        return response.text

    def post(self, document: Mapping[str, Any], actor: str = "", **headers: str) -> str:
        """Publish through the write interface as the space or another actor; the activity's id."""
        response = self.client.post(
            f"/actors/{actor or self.slug}/outbox",
            data=json.dumps(document),
            headers={
                "Authorization": f"Bearer {self.token_of(actor or 'admin')}",
                "Content-Type": ACTIVITY,
                **headers,
            },
            base_url=self.url,
        )
        assert response.status_code == 201, f"{response.status_code} {response.text[:500]}"
        return response.headers["Location"]

    def rows(self, model: type[Stored], **wanted: Any) -> list[Stored]:
        """Every row of a table of this node with these values, oldest first."""
        with self.context():
            return list(db.session.scalars(select(model).filter_by(**wanted).order_by(model.id)))

    def object_of(self, activity_uri: str) -> dict[str, Any]:
        """The object that an activity of this node published, as it is now."""
        activity = self.get_json(urlsplit(activity_uri).path, ACTIVITY)
        found: dict[str, Any] = self.get_json(urlsplit(activity["object"]["id"]).path, ACTIVITY)
        return found

    def add_person(self, handle: str, name: str = "") -> Actor:
        """A coworker with an account, member of the first space."""
        with self.context():
            account = accounts.create_account(handle, name or handle.title())
            space = find_local_actor(self.slug)
            assert space is not None and account.actor is not None
            with write():
                accounts.join_space(account, space)
            return account.actor

    def follow(self, other: TestNode) -> None:
        """Ask another node to become a partner."""
        with self.context():
            peers.follow_node(other.url)

    def follow_actor(self, actor_uri: str, follower: str = "") -> None:
        """Let an actor of this node (the space by default) follow anybody."""
        with self.context():
            target = find_actor(actor_uri) or refresh_actor(actor_uri)
            who = find_local_actor(follower or self.slug)
            assert who is not None
            follows.request_follow(who, target)

    def accept(self, other: TestNode) -> None:
        """Accept the request of another node."""
        with self.context():
            follows.answer_follow(peers.request_from(other.url), accept=True)

    def work(self) -> bool:
        """One step of the worker of each kind; whether there was anything to do."""
        with self.context():
            return any([bool(step()) for step in STEPS])
