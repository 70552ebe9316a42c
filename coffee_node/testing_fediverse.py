"""Several nodes in one process: their hosts, their clock and a transport without sockets."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from coffee_node.activitypub.http_client import HttpClient
from coffee_node.activitypub.url_guard import UrlGuard
from coffee_node.app import create_app
from coffee_node.base.config import load_config, write_config
from coffee_node.base.database import db, write
from coffee_node.features.spaces.service import open_space
from coffee_node.federation import accounts
from coffee_node.federation.actors import create_local_actor
from coffee_node.testing_node import TestNode
from coffee_node.testing_parts import SharedParts

Hostile = Callable[[requests.PreparedRequest], requests.Response]
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that only moves when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def utcnow(self) -> datetime:
        """The present moment of every node."""
        return self.now

    def advance(self, **span: float) -> None:
        """Move on, for example by `minutes=5`."""
        self.now += timedelta(**span)


class MemoryAdapter(BaseAdapter):
    """A requests adapter that hands each host to its WSGI application."""

    def __init__(self, fediverse: Fediverse, own_host: str) -> None:
        super().__init__()
        self._fediverse = fediverse
        self._own_host = own_host

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Answer a request from within this process."""
        if self._own_host in self._fediverse.cut_off:
            raise requests.ConnectionError(f"{self._own_host} has no network")
        return self._fediverse.answer(request)

    def close(self) -> None:
        """Nothing is open."""


class Fediverse:
    """Nodes and hostile hosts in one process; `down` and `hostile` say who misbehaves.

    A node that is `down` does not answer; one that is `cut_off` goes on without a network.
    """

    def __init__(
        self,
        folder: Path,
        test_clock: Clock,
        database_url: Callable[[str], str],
        queue_url: str,
        parts: SharedParts,
    ) -> None:
        self._folder = folder
        self._parts = parts
        self.nodes: dict[str, TestNode] = {}
        self._database_url = database_url
        self._queue = {"engine": "redis", "url": queue_url} if queue_url else {}
        self.clock = test_clock
        self.down: set[str] = set()
        self.cut_off: set[str] = set()
        self.delays: dict[str, float] = {}
        self.hostile: dict[str, Hostile] = {}
        self.requests: list[tuple[str, str]] = []

    def node(
        self,
        name: str,
        *,
        plugins: Sequence[tuple[str, object]] = (),
        partners: Sequence[TestNode] = (),
        **settings: Mapping[str, str],
    ) -> TestNode:
        """Make a node `https://<name>.example` with a space of that slug and an administrator.

        `plugins` are loaded beside the core; `settings` are sections such as `federation={...}`;
        `partners` are nodes it is connected with already.
        """
        home = self._folder / name
        home.mkdir(parents=True)
        base = {"name": f"COFFEE {name.title()}", "base_url": f"https://{name}.example", "language": "en"}
        url = self._database_url(name)
        database = {"url": url} if url else {}
        sections: dict[str, Any] = {"node": base, "database": database, "queue": self._queue, **settings}
        write_config(home, sections)
        (home / "secret").write_text("a secret of tests only")
        self._parts.lend(home)
        http = self._http(f"{name}.example")
        app = create_app(load_config(home, {}), http, entry_points=False, extra_plugins=plugins)
        app.testing = True
        self._parts.equip(app)
        made = TestNode(app, name)
        self.nodes[made.host] = made
        with made.context():
            self._parts.make_tables()
        _furnish(made)
        for partner in partners:
            self.connect(made, partner)
        return made

    def _http(self, own_host: str) -> HttpClient:
        guard = UrlGuard(development=False, resolver=_resolve)
        adapter = partial(MemoryAdapter, self, own_host)
        return HttpClient(guard, user_agent="coffee-node tests", adapter_factory=adapter)

    def connect(self, one: TestNode, other: TestNode) -> None:
        """Make two nodes partners, by request and acceptance like people do."""
        one.follow(other)
        self.settle()
        other.accept(one)
        self.settle()

    def settle(self, rounds: int = 200) -> None:
        """Let every worker run until nobody has anything to do at this moment of the clock."""
        for _ in range(rounds):
            if not any([node.work() for node in self.nodes.values() if node.host not in self.down]):
                return
        raise AssertionError(f"the nodes did not come to rest in {rounds} rounds")

    def answer(self, request: requests.PreparedRequest) -> requests.Response:
        """What the host of a request answers."""
        url = str(request.url)
        host = urlsplit(url).netloc
        self.requests.append((str(request.method), url))
        if host in self.down or host in self.cut_off:
            raise requests.ConnectionError(f"{host} does not answer")
        if host in self.delays:
            self.clock.advance(seconds=self.delays[host])
            raise requests.Timeout(f"{host} took too long")
        if host in self.hostile:
            return self.hostile[host](request)
        node = self.nodes.get(host)
        if node is None:
            raise requests.ConnectionError(f"{host} does not exist")
        return _call(node.app, request)


def _call(app: Flask, request: requests.PreparedRequest) -> requests.Response:
    parts = urlsplit(str(request.url))
    headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
    body = request.body.encode() if isinstance(request.body, str) else request.body
    answered = app.test_client().open(
        parts.path + (f"?{parts.query}" if parts.query else ""),
        method=str(request.method),
        headers=headers,
        data=body,
        base_url=f"{parts.scheme}://{parts.netloc}",
    )
    return make_response(request, answered.status_code, answered.data, dict(answered.headers))


def make_response(
    request: requests.PreparedRequest, status: int, body: bytes, headers: Mapping[str, str]
) -> requests.Response:
    """A response as requests would have read it, for hostile hosts too."""
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response.raw = HTTPResponse(io.BytesIO(body), headers=dict(headers), status=status, preload_content=False)
    response.url = str(request.url)
    response.request = request
    return response


def _resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
    """Every name of the tests has one public address; nothing ever connects to it."""
    return [(2, 1, 6, "", ("93.184.215.14", port))]


def _furnish(made: TestNode) -> None:
    with made.context(), write():
        create_local_actor("Application", made.host, made.node.config.node.name)
        space = create_local_actor("Organization", made.slug, made.name.title(), kind="space")
        open_space(space, {"name": made.name.title()})
        account = accounts.create_account("admin", "Administrator", is_admin=True, with_person=False)
        accounts.join_space(account, space, "manager")


def dispose(fediverse: Fediverse) -> None:
    """Close every database of a fediverse."""
    for node in fediverse.nodes.values():
        with node.context():
            db.session.remove()
            db.engine.dispose()
