"""Which answer a Join gets, row by row of the table in section 8.2 of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coffee_node.base import i18n
from coffee_node.features.events.models import Event
from coffee_node.features.events.seats import answer_for, offer_until, why_no_visitors

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
JAN = "https://tournai.example/actors/jan"


@pytest.fixture(autouse=True)
def in_english() -> Any:
    token = i18n.current_language.set("en")
    yield
    i18n.current_language.reset(token)


def event(**values: Any) -> Event:
    defaults = {"join_mode": "free", "start_time": NOW + timedelta(days=1), "invited": []}
    return Event(**(defaults | values))


@pytest.mark.parametrize(
    ("values", "taken", "state", "reason"),
    [
        ({}, 1000, "accepted", ""),
        ({"capacity": 2}, 1, "accepted", ""),
        ({"capacity": 2}, 2, "refused", "The event is full."),
        ({"capacity": 2, "has_waiting_list": True}, 2, "waiting", ""),
        ({"capacity": 2, "has_waiting_list": True}, 1, "accepted", ""),
        ({"join_mode": "restricted", "capacity": 1}, 1, "asked", ""),
        ({"join_mode": "invite", "invited": [JAN]}, 0, "accepted", ""),
        ({"join_mode": "invite"}, 0, "refused", "This event is for people who were invited."),
        ({"join_mode": "none"}, 0, "ignored", ""),
        ({"join_mode": "external", "event_status": "EventCancelled"}, 0, "ignored", ""),
        ({"event_status": "EventCancelled"}, 0, "refused", "The event is cancelled."),
        ({"start_time": NOW - timedelta(days=1)}, 0, "refused", "The event is over."),
        ({"end_time": NOW, "start_time": NOW - timedelta(days=1)}, 0, "accepted", ""),
        ({"join_until": NOW - timedelta(seconds=1)}, 0, "refused", "Registration is closed."),
        ({"join_until": NOW, "capacity": 1}, 0, "accepted", ""),
        (
            {"join_mode": "restricted", "join_until": NOW - timedelta(1)},
            0,
            "refused",
            "Registration is closed.",
        ),
    ],
)
def test_a_join_gets_the_answer_of_the_table(
    values: dict[str, Any], taken: int, state: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coffee_node.base.clock.utcnow", lambda: NOW)
    answer = answer_for(event(**values), JAN, taken, NOW)
    assert (answer.state, answer.reason) == (state, reason)


@pytest.mark.parametrize(
    ("hours_left", "offer_hours", "wait"),
    [
        (240, 24, timedelta(hours=24)),
        (48, 24, timedelta(hours=12)),
        (8, 24, timedelta(hours=2)),
        (2, 24, timedelta(minutes=30)),
        (1.9, 24, None),
        (-1, 24, None),
        (240, None, None),
    ],
)
def test_an_offer_waits_at_most_a_quarter_of_the_time_left(
    hours_left: float, offer_hours: int | None, wait: timedelta | None
) -> None:
    row = event(start_time=NOW + timedelta(hours=hours_left), offer_hours=offer_hours)
    until = offer_until(row, NOW)
    assert (None if until is None else until - NOW) == wait


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ({}, True),
        ({"join_mode": "restricted"}, True),
        ({"takes_visitors": False}, False),
        ({"visibility": "network"}, False),
        ({"origin": "tournai.example"}, False),
        ({"join_mode": "invite"}, False),
        ({"join_mode": "external"}, False),
    ],
)
def test_visitors_without_account_come_to_public_events_of_ours_only(
    values: dict[str, Any], is_open: bool
) -> None:
    row = event(**{"visibility": "public", "origin": "", "takes_visitors": True, **values})
    assert (why_no_visitors(row) == "") == is_open
