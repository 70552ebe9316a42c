"""How many activities one host may send us, and one address that fails to prove who it is.

Only a verified sender uses up the allowance of its host: naming another host costs the caller's own address.
"""

from __future__ import annotations

from coffee_node.base.rate_limits import too_many
from coffee_node.federation import audience
from coffee_node.node import current_node

STRETCH = 60
FAILURES = 300


def count_verified(host: str) -> None:
    """Count an activity of a host whose signature holds; TooManyRequests over its allowance."""
    limits = current_node.config.federation
    count = current_node.rate_limits.hit(f"host {host}", STRETCH)
    if count <= limits.inbox_per_minute:
        return
    if count > limits.partner_inbox_per_minute or not audience.was_partner(host):
        raise too_many("Your server sends faster than this node reads.", STRETCH)


def count_failure(address: str) -> None:
    """Count a request of an address that was refused before anybody was known to have sent it."""
    current_node.rate_limits.hit(f"address {address}", STRETCH)


def refuse_noisy(address: str) -> None:
    """TooManyRequests for an address whose requests failed too often within this minute."""
    if current_node.rate_limits.count(f"address {address}", STRETCH) >= FAILURES:
        raise too_many("Too many requests from your address could not be verified.", STRETCH)
