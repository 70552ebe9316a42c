"""Which answer a Join gets: a pure rule of federation.md, section 8.2; and how long an offered seat waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.models import Event

State = Literal["asked", "accepted", "waiting", "offered", "refused", "ignored"]
OFFER_HOURS = 24
MAX_OFFER_HOURS = 168
SHORTEST_OFFER = timedelta(minutes=30)
PART_OF_THE_TIME_LEFT = 4


@dataclass(frozen=True)
class Answer:
    """What becomes of a registration; a refusal says why, in the language of the event."""

    state: State
    reason: str = ""


def answer_for(event: Event, actor_uri: str, taken: int, now: datetime) -> Answer:
    """The answer to somebody who asks for a seat while `taken` seats are given away.

    A visitor without account has no id (`actor_uri` is empty) and is never on a list of invited people.
    """
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


def offer_until(event: Event, now: datetime) -> datetime | None:
    """How long a free seat waits for the yes of the first in line; None when it is given without asking.

    An offer takes at most a quarter of the time that is left, so that others can still be asked; within the
    last two hours nobody is asked any more.
    """
    left = event.start_time - now
    if event.offer_hours is None or left < SHORTEST_OFFER * PART_OF_THE_TIME_LEFT:
        return None
    return now + min(timedelta(hours=event.offer_hours), left / PART_OF_THE_TIME_LEFT)


def why_closed(event: Event, now: datetime) -> str:
    """Why nobody can register any more; empty while one can."""
    if event.is_cancelled:
        return _("The event is cancelled.")
    if event.last_moment < now:
        return _("The event is over.")
    if event.join_until is not None and event.join_until < now:
        return _("Registration is closed.")
    return ""


def why_no_visitors(event: Event) -> str:
    """Why people without an account cannot register; empty when they can."""
    if not event.is_local or event.visibility != "public" or not event.takes_visitors:
        return _("Registration for this event needs an account.")
    if event.join_mode not in ("free", "restricted"):
        return _("Nobody registers for this event here.")
    return ""
