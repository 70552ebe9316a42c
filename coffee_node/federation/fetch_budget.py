"""How often one host is asked for documents: a hundred times a minute, whoever makes us ask."""

from __future__ import annotations

from coffee_node.activitypub import vocabulary
from coffee_node.base.errors import FetchError
from coffee_node.node import current_node

FETCHES = 100
STRETCH = 60


def spend(url: str) -> None:
    """Count a fetch; FetchError, to be tried again later, when its host was asked too often this minute."""
    host = vocabulary.host_of(url)
    if current_node.rate_limits.hit(f"fetch {host}", STRETCH) > FETCHES:
        raise FetchError(f"{host} was asked too often within a minute.", temporary=True)
