"""What a copy of an event, or the next date of a series, takes over beside what its form says."""

from __future__ import annotations

from typing import Any

from coffee_node.base.errors import CoffeeError
from coffee_node.features.events import co_organisers
from coffee_node.features.events.models import Event

SETTINGS = ("takes_visitors", "offer_hours", "questions")


def settings_of(event: Event | None) -> dict[str, Any]:
    """What its organiser has decided about registrations; nothing where there is no event."""
    return {name: getattr(event, name) for name in SETTINGS} if event is not None else {}


def ask_the_same(event: Event, like: Event | None) -> None:
    """Ask the second spaces of another event to organise this one, too, inside the caller's write().

    Who cannot be asked any more is left out.
    """
    if like is None or like.actor_id != event.actor_id:
        return
    for row in co_organisers.co_organisers_of(like.uri, "accepted"):
        try:
            co_organisers.invite(event, row.actor)
        except CoffeeError:
            continue
