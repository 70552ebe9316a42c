"""Which answer a Join gets: a pure rule of federation.md, section 8.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import Event

State = Literal["asked", "accepted", "waiting", "refused", "ignored"]


@dataclass(frozen=True)
class Answer:
    """What becomes of a registration; a refusal says why, in the language of the event."""

    state: State
    reason: str = ""


def answer_for(event: Event, actor_uri: str, taken: int, now: datetime) -> Answer:
    """The answer to somebody who asks for a seat while `taken` seats are given away."""
    if event.join_mode in ("none", "external"):
        return Answer("ignored")
    closed = why_closed(event, now)
    if closed:
        return Answer("refused", closed)
    if event.join_mode == "invite" and actor_uri not in event.invited:
        return Answer("refused", _("This event is for people who were invited."))
    if event.join_mode == "restricted":
        return Answer("asked")
    return seat_for(event, taken)


def seat_for(event: Event, taken: int) -> Answer:
    """A seat, a place in line, or the news that it is full."""
    if event.capacity is None or taken < event.capacity:
        return Answer("accepted")
    if event.has_waiting_list:
        return Answer("waiting")
    return Answer("refused", _("The event is full."))


def why_closed(event: Event, now: datetime) -> str:
    """Why nobody can register any more; empty while one can."""
    if event.is_cancelled:
        return _("The event is cancelled.")
    if event.last_moment < now:
        return _("The event is over.")
    if event.join_until is not None and event.join_until < now:
        return _("Registration is closed.")
    return ""
