"""A node's configuration and an application with its database, each in a home of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import DatabaseSection, FederationSection, NodeSection
from coffee_node.base.database import db, init_database, write
from tests.unit.base.shelf import Shelf


@pytest.fixture
def config(tmp_path: Path) -> NodeConfig:
    """The configuration of a node on this machine."""
    return NodeConfig(
        home=tmp_path,
        node=NodeSection(name="Mutualab", base_url="http://127.0.0.1:8801"),
        federation=FederationSection(development=True),
    )


@pytest.fixture
def app(config: NodeConfig) -> Iterator[Flask]:
    """An application that has nothing but its database."""
    app = Flask("coffee_node")
    init_database(app, config)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def shelves(app: Flask) -> Iterator[Flask]:
    """An application with one shelf."""
    with app.app_context():
        Shelf.metadata.create_all(db.engine)
        with write() as session:
            session.add(Shelf(label="history"))
    yield app


@pytest.fixture
def postgres(config: NodeConfig) -> NodeConfig:
    """The configuration of a node on the PostgreSQL server of the tests."""
    url = os.environ["COFFEE_TEST_POSTGRES_URL"]
    return replace(config, database=DatabaseSection(url=url))
