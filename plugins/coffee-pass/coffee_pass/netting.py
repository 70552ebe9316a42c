"""Netting over a zone (section 13.3): from agreed statements to positions, from positions to few transfers.

Anybody can compute it from the published positions; nothing of it binds without the debtor's confirmation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Transfer(NamedTuple):
    """An amount in cents that one node pays another one."""

    debtor: str
    creditor: str
    amount: int


def positions(statements: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """What each node gets (positive) or owes (negative) over all agreed statements; their sum is 0."""
    found: dict[str, int] = {}
    for statement in statements:
        net = statement["net"]
        for direction in statement["directions"]:
            found.setdefault(direction["host"], 0)
        if net is not None:
            found[net["creditor"]] += net["amount"]
            found[net["debtor"]] -= net["amount"]
    return dict(sorted(found.items()))


def transfers(positions: Mapping[str, int]) -> list[Transfer]:
    """Settle positions with at most n-1 transfers: the most negative pays the most positive, ties by URL."""
    if sum(positions.values()) != 0:
        raise ValueError("the positions do not add up to 0")
    open_positions = {node: amount for node, amount in positions.items() if amount}
    found = []
    while open_positions:
        debtor = min(open_positions, key=lambda node: (open_positions[node], node))
        creditor = min(open_positions, key=lambda node: (-open_positions[node], node))
        amount = min(-open_positions[debtor], open_positions[creditor])
        found.append(Transfer(debtor, creditor, amount))
        open_positions[debtor] += amount
        open_positions[creditor] -= amount
        open_positions = {node: left for node, left in open_positions.items() if left}
    return found
