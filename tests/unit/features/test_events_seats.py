"""Which answer a Join gets, row by row of the table in section 8.2 of the contract."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from coffee_node.base import i18n
from coffee_node.features.events.models import Event
from coffee_node.features.events.seats import answer_for

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
