"""An application that has the shell, one feature of its own, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from coffee_node import hookimpl
from coffee_node.activitypub.registry import Registry
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import NodeSection
from coffee_node.base.contracts import ActorRef, Link, ObjectType
from coffee_node.base.database import db, init_database, write
from coffee_node.base.i18n import Catalogues
from coffee_node.base.plugin_manager import build_plugin_manager
from coffee_node.features.events.models import Event
from coffee_node.federation.account_models import Account
from coffee_node.federation.models import Actor
from coffee_node.node import EXTENSION, Node
from coffee_node.web.protocol_pages import init_protocol_pages
from coffee_node.web.shell import init_shell

BASE = "http://127.0.0.1:8801"
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


class SampleFeature:
    """Adds one link to the navigation and one block to the home page."""

    @hookimpl
    def navigation_links(self, viewer: ActorRef | None) -> Sequence[Link]:
        """The agenda."""
        return [Link("Agenda", "/events", order=10)]

    @hookimpl
    def page_blocks(self, page: str, document: dict[str, Any], viewer: ActorRef | None) -> Sequence[Markup]:
        """A block on the home page only."""
        return [Markup("<p id='sample'>a block</p>")] if page == "home" else []


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of the administrator's password, made once because it is meant to be slow."""
    return PasswordHasher().hash("trois mots en file")


@pytest.fixture
def app(tmp_path: Path, password_hash: str) -> Iterator[Flask]:
    """The shell with an administrator and a node actor."""
    config = NodeConfig(home=tmp_path, node=NodeSection("Le Mutualab", BASE, "fr", "claire@mutualab.example"))
    made = Flask("coffee_node", static_folder=None)
    made.extensions[EXTENSION] = Node(
        config=config,
        plugins=build_plugin_manager([("sample", SampleFeature())], (), entry_points=False),
        registry=_registry(),
        http=Mock(),
        queue=Mock(),
        catalogues=Catalogues([], tmp_path / "cache"),
        keys=Mock(),
    )
    made.config["SECRET_KEY"] = "a secret of tests only"
    init_database(made, config)
    init_shell(made)
    init_protocol_pages(made)
    with made.app_context():
        db.create_all()
        _furnish(password_hash)
    yield made
    with made.app_context():
        db.session.remove()
        db.engine.dispose()


def _registry() -> Registry:
    """One that knows events, so that they are found."""
    registry = Registry()
    registry.add_type("sample", ObjectType("Event", schema=Mock(), model=Event))
    return registry


def _furnish(password_hash: str) -> None:
    with write():
        node = Actor(uri=f"{BASE}/actor", type="Application", slug="127.0.0.1:8801", name="Le Mutualab")
        space = Actor(uri=f"{BASE}/actors/mutualab", type="Organization", kind="space", slug="mutualab")
        db.session.add_all([node, space])
        admin = Account(handle="claire", email="claire@mutualab.example", name="Claire", is_admin=True)
        admin.password_hash = password_hash
        db.session.add(admin)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that reads English."""
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    browser.environ_base["HTTP_ACCEPT"] = "text/html"
    return browser


@pytest.fixture
def events(app: Flask) -> list[str]:
    """Forty-five events, one a day; every third in Belgium, every fifth in Dutch; their names."""
    with app.app_context(), write():
        space = db.session.query(Actor).filter_by(slug="mutualab").one()
        for number in range(45):
            abroad = number % 3 == 0
            db.session.add(
                Event(
                    uri=f"{BASE}/objects/{number:02d}",
                    type="Event",
                    actor=space,
                    name=f"Café {number:02d}",
                    folded=f"cafe {number:02d}",
                    origin="esco.example" if abroad else "",
                    language="nl" if number % 5 == 0 else "fr",
                    country="BE" if abroad else "FR",
                    latitude=50.6 if abroad else 50.63,
                    longitude=3.4 if abroad else 3.06,
                    start_time=START + timedelta(days=number),
                    published=START - timedelta(days=number),
                    document={"id": f"{BASE}/objects/{number:02d}", "type": "Event"},
                )
            )
    return [f"Café {number:02d}" for number in range(45)]
