"""Identifiers sort by the time they were made."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base import clock, ids

MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


def made_at(moment: datetime) -> str:
    with patch.object(clock, "utcnow", return_value=moment):
        return ids.new_uuid()


@given(MOMENTS, st.integers(min_value=1, max_value=10**15))
def test_a_later_id_sorts_after_an_earlier_one(moment: datetime, microseconds: int) -> None:
    assert made_at(moment) < made_at(moment + timedelta(microseconds=microseconds))


@given(MOMENTS)
def test_an_id_is_a_uuid_of_version_7_in_lower_case(moment: datetime) -> None:
    made = made_at(moment)
    parsed = uuid.UUID(made)
    assert (parsed.version, parsed.variant, made) == (7, uuid.RFC_4122, str(parsed).lower())


@given(MOMENTS)
def test_an_id_holds_the_milliseconds_of_its_time(moment: datetime) -> None:
    milliseconds = uuid.UUID(made_at(moment)).int >> 80
    assert milliseconds == (moment - ids.EPOCH) // timedelta(milliseconds=1)


def test_ids_of_one_moment_differ() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    assert len({made_at(moment) for _ in range(1000)}) == 1000
