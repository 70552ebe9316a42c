"""The node is what the application carries, and nothing else."""

from __future__ import annotations

from typing import Any, cast

import pytest
from flask import Flask

from coffee_node.node import EXTENSION, Node, current_node


def make_app(name: str) -> tuple[Flask, Node]:
    app = Flask(name)
    parts = dict.fromkeys(("config", "plugins", "registry", "http", "queue", "catalogues", "keys"))
    node = Node(**cast(dict[str, Any], parts))
    app.extensions[EXTENSION] = node
    return app, node


def test_two_nodes_live_in_one_process() -> None:
    (lille, lille_node), (tournai, tournai_node) = make_app("lille"), make_app("tournai")
    lille_node.settings, tournai_node.settings = {"rota": {"desks": 4}}, {}
    with lille.app_context():
        assert current_node.settings == {"rota": {"desks": 4}}
        with tournai.app_context():
            assert current_node.settings == {}


def test_there_is_no_node_outside_an_application() -> None:
    with pytest.raises(RuntimeError, match="application context"):
        assert current_node.settings
