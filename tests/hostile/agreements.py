"""Offers and agreements as documents (FEP-0837): what is offered, and what somebody wants of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.hostile.remote import Sender

EURO = "https://www.wikidata.org/wiki/Q4916"


def quantity(amount: Any, unit: str = "one") -> dict[str, Any]:
    """So much of something."""
    return {"hasUnit": unit, "hasNumericalValue": amount}


def day_offer(**changes: Any) -> dict[str, Any]:
    """An offer of twenty days for 15 euro each."""
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=200)
    made = {
        "type": "Note",
        "purpose": "offer",
        "kind": "desk",
        "name": "Desk by the day",
        "content": "<p>A desk.</p>",
        "unitBased": True,
        "endTime": ends.isoformat(),
        "publishes": {
            "type": "Intent",
            "resourceQuantity": quantity("1", "day"),
            "availableQuantity": quantity("20", "day"),
        },
        "reciprocal": {
            "type": "Intent",
            "resourceConformsTo": EURO,
            "resourceQuantity": quantity("15"),
        },
    }
    return made | changes


def agreement(uri: str, amount: Any = "2", price: Any = "30", unit: str = "day") -> dict[str, Any]:
    """An Agreement about that many days of an offer."""
    return {
        "type": "Agreement",
        "stipulates": {
            "type": "Commitment",
            "satisfies": f"{uri}#primary",
            "resourceQuantity": quantity(amount, unit),
        },
        "stipulatesReciprocal": {
            "type": "Commitment",
            "satisfies": f"{uri}#reciprocal",
            "resourceQuantity": quantity(price),
        },
    }


def accepted(evil: Sender, theirs: str, **changes: Any) -> dict[str, Any]:
    """The Agreement that an owner makes, with its ids; `changes` replace what was asked."""
    uri = evil.new_id("agreements")
    made = agreement(theirs, **changes) | {"id": uri, "attributedTo": evil.uri}
    for side, name in (("stipulates", "primary"), ("stipulatesReciprocal", "reciprocal")):
        made[side] = {"id": f"{uri}#{name}", **made[side]}
    return made
