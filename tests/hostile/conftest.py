"""One real node with its worker and one fake network, for all rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hostile.remote import Network, Sender
from tests.hostile.target import Target, running


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
    with running(tmp_path_factory.mktemp("hostile") / "mutualab", network) as made:
        yield made


@pytest.fixture
def evil(target: Target) -> Sender:
    """The followed sender of the base row."""
    return target.space
