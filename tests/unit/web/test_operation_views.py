"""/livez and /readyz of a whole node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from coffee_node.app import create_app
from coffee_node.base import migrator
from coffee_node.base.config import NodeConfig
from coffee_node.base.config_sections import FederationSection, NodeSection
from coffee_node.base.database import db
from coffee_node.base.migration_owners import owners_of
from coffee_node.web import operation_views


@pytest.fixture
def node_app(tmp_path: Path) -> Iterator[Flask]:
    """A node with a migrated database."""
    config = NodeConfig(
        home=tmp_path,
        node=NodeSection("Mutualab", "http://127.0.0.1:8801"),
        federation=FederationSection(development=True),
    )
    app = create_app(config, entry_points=False)
    node = app.extensions["coffee_node"]
    migrator.upgrade(config, owners_of(node.plugins))
    yield app
    with app.app_context():
        db.engine.dispose()
    node.queue.storage.close()


@pytest.fixture
def client(node_app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Asks the node, which looks at its database each time."""
    monkeypatch.setattr(operation_views, "KEPT_SECONDS", -1.0)
    return node_app.test_client()


def change(app: Flask, statement: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_node_that_can_serve_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_pending_migrations_make_it_unready_but_alive(node_app: Flask, client: FlaskClient) -> None:
    change(node_app, "UPDATE alembic_version SET version_num = 'c0001'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "coffee-node upgrade" in answer.json["reason"]  # type: ignore[index]
    assert client.get("/livez").status_code == 200


def test_a_database_that_is_gone_makes_it_unready_but_alive(node_app: Flask, client: FlaskClient) -> None:
    with node_app.app_context():
        db.engine.dispose()
        file = Path(str(db.engine.url.database))
    file.unlink()
    file.mkdir()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["reason"]) == (503, "The database does not answer.")  # type: ignore[index]
    assert client.get("/livez").status_code == 200


def test_many_questions_look_at_the_database_once_a_second(
    node_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coffee_node.web.operation_views.time.monotonic", lambda: 1000.0)
    client = node_app.test_client()
    assert client.get("/readyz").status_code == 200
    change(node_app, "UPDATE alembic_version SET version_num = 'c0001'")
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("coffee_node.web.operation_views.time.monotonic", lambda: 1001.5)
    assert client.get("/readyz").status_code == 503


def test_they_set_no_cookie(client: FlaskClient) -> None:
    assert [client.get(path).headers.get("Set-Cookie") for path in ("/livez", "/readyz")] == [None, None]
