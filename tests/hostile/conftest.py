"""One real node with its worker and one fake network, for all rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.remote import Network, Sender
from tests.hostile.target import Target
from tests.house.real_nodes import RealNode


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every row here needs sockets of this machine."""
    for item in items:
        if "tests/hostile" in str(item.path):
            item.add_marker(pytest.mark.enable_socket)


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The remote servers."""
    made = Network()
    yield made
    made.close()


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory, network: Network) -> Iterator[Target]:
    """The node under attack."""
    # All rows together send more than one server may; that limit has its own row (62).
    settings = {"COFFEE_FEDERATION_INBOX_PER_MINUTE": "100000"}
    home = tmp_path_factory.mktemp("hostile") / "mutualab"
    node = RealNode(home, "mutualab", settings=settings).init().start()
    try:
        yield Target(node, network)
    finally:
        node.stop()


@pytest.fixture
def evil(target: Target) -> Sender:
    """The followed sender of the base row."""
    return target.space
