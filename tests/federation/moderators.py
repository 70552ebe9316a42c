"""Managers of the test fediverse: what they decide, and what is then seen."""

from __future__ import annotations

from coffee_node.federation import moderation
from coffee_node.federation.moderation import Decision
from coffee_node.testing import Fediverse, TestNode


def decide(node: TestNode, host: str, level: str, reason: str = "") -> None:
    """Let the manager of a node decide about a domain."""
    with node.context():
        moderation.decide(Decision(host, level, reason))


def take_back(node: TestNode, host: str) -> None:
    """Let the manager of a node take its decision back."""
    with node.context():
        moderation.take_back(host)


def names(node: TestNode, path: str = "/events.json") -> list[str]:
    """The names in a list as everybody sees it."""
    return sorted(item["name"] for item in node.get_json(path)["items"])


def asked(fediverse: Fediverse, host: str) -> list[tuple[str, str]]:
    """The documents that were asked of a host."""
    return [(method, url) for method, url in fediverse.requests if f"//{host}" in url and method == "GET"]
