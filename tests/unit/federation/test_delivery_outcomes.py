"""What each answer to a delivery means (federation.md, section 14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from coffee_node.activitypub.http_client import DeliveryResult
from coffee_node.federation.delivery_outcomes import (
    needs_second_knock,
    needs_second_look,
    outcome_of,
    pause_after,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_delivered(status: int) -> None:
    assert outcome_of(DeliveryResult(status), 2, NOW).state == "sent"


@pytest.mark.parametrize("status", [None, 502, 503, 504])
def test_a_host_that_does_not_answer_is_away_and_uses_up_no_attempt(status: int | None) -> None:
    outcome = outcome_of(DeliveryResult(status, error="no answer"), 3, NOW)
    assert (outcome.state, outcome.attempts, outcome.is_host_away) == ("waiting", 3, True)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 406, 413, 415, 422])
def test_a_refusal_is_final_for_the_activity_and_not_for_the_host(status: int) -> None:
    outcome = outcome_of(DeliveryResult(status, error="no"), 0, NOW)
    assert (outcome.state, outcome.is_host_away) == ("refused", False)
    assert outcome.error == f"HTTP {status}: no"


@pytest.mark.parametrize("status", [408, 425, 429])
def test_later_means_later_and_uses_up_no_attempt(status: int) -> None:
    outcome = outcome_of(DeliveryResult(status, retry_after=3600), 1, NOW)
    assert (outcome.state, outcome.attempts, outcome.next_try_at) == ("waiting", 1, NOW + timedelta(hours=1))


def test_retry_after_is_honoured_for_a_day_at_most() -> None:
    outcome = outcome_of(DeliveryResult(429, retry_after=10**9), 0, NOW)
    assert outcome.next_try_at == NOW + timedelta(hours=24)


def test_a_message_the_server_fails_on_is_tried_five_times_with_growing_pauses() -> None:
    pauses = []
    for attempts in range(4):
        outcome = outcome_of(DeliveryResult(500), attempts, NOW)
        assert outcome.state == "waiting" and outcome.attempts == attempts + 1
        assert outcome.next_try_at is not None
        pauses.append((outcome.next_try_at - NOW).total_seconds() / 60)
    for pause, minutes in zip(pauses, (1, 5, 30, 120), strict=True):
        assert 0.8 * minutes <= pause <= 1.2 * minutes
    assert outcome_of(DeliveryResult(500), 4, NOW).state == "gave_up"


def test_h42d_410_refuses_the_activity_until_the_owner_of_the_inbox_was_asked() -> None:
    assert outcome_of(DeliveryResult(410), 0, NOW).state == "refused"
    assert needs_second_look(410)
    assert needs_second_look(308)
    assert not needs_second_look(404)


def test_the_pause_of_a_host_grows_to_an_hour() -> None:
    minutes = [pause_after(failures).total_seconds() / 60 for failures in (1, 2, 3, 4, 5, 8, 9, 100)]
    assert minutes == [1 / 6, 1 / 6, 1, 2, 4, 32, 60, 60]


@pytest.mark.parametrize(
    ("status", "scheme", "expected"),
    [
        (401, "cavage", True),
        (400, "rfc9421", True),
        (500, "rfc9421", True),
        (500, "cavage", False),
        (403, "cavage", False),
    ],
)
def test_the_other_signature_is_tried_only_where_it_can_help(
    status: int, scheme: str, expected: bool
) -> None:
    assert needs_second_knock(DeliveryResult(status), scheme) is expected
