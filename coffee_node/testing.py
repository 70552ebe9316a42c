"""The test kit: a fediverse of several nodes in one process, without sockets, with real signatures.

A pytest plugin, for us and for plugin authors: `def test_x(fediverse): lille = fediverse.node("lille")`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from coffee_node.activitypub import keys
from coffee_node.base import clock
from coffee_node.testing_documents import load_document
from coffee_node.testing_factories import article_document, event_document, need_document, note_document
from coffee_node.testing_fediverse import Clock, Fediverse, dispose, make_response
from coffee_node.testing_node import TestNode
from coffee_node.testing_parts import SharedParts

__all__ = [
    "Clock",
    "Fediverse",
    "TestNode",
    "article_document",
    "event_document",
    "fediverse",
    "load_document",
    "make_response",
    "need_document",
    "note_document",
]


@pytest.fixture(scope="session")
def _parts(tmp_path_factory: pytest.TempPathFactory) -> SharedParts:
    """Made once per run."""
    return SharedParts(tmp_path_factory.mktemp("parts") / "cache")


@pytest.fixture
def test_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of all nodes, standing still at 2026-11-24 09:00 UTC."""
    made = Clock()
    monkeypatch.setattr(clock, "utcnow", made.utcnow)
    return made


@pytest.fixture
def node_database_url() -> Callable[[str], str]:
    """The database of each node by its name; empty: SQLite in its home. Override it for PostgreSQL."""
    return lambda name: ""


@pytest.fixture
def node_queue_url() -> str:
    """The Redis of the nodes' queues; empty: SQLite in their homes. Override it for Redis."""
    return ""


@pytest.fixture
def fediverse(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    test_clock: Clock,
    node_database_url: Callable[[str], str],
    node_queue_url: str,
    _parts: SharedParts,
) -> Iterator[Fediverse]:
    """An empty fediverse; nodes are made with `fediverse.node("lille")`."""
    for name, make in (("generate_rsa", keys.generate_rsa), ("generate_ed25519", keys.generate_ed25519)):
        monkeypatch.setattr(keys, name, _parts.pairs(name, make))
    monkeypatch.setattr(Flask, "url_rule_class", _parts.rule_class)
    made = Fediverse(tmp_path / "nodes", test_clock, node_database_url, node_queue_url, _parts)
    yield made
    dispose(made)
    shutil.rmtree(tmp_path / "nodes", ignore_errors=True)
