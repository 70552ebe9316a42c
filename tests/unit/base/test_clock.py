"""The clock speaks UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.utcnow().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "2026-11-23T09:00:00Z"),
        (datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1))), "2026-11-23T09:00:00Z"),
        (datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=UTC), "2026-11-23T09:00:00Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_seconds(moment: datetime, written: str) -> None:
    assert clock.rfc3339(moment) == written


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))
def test_what_is_written_can_be_read_back_to_the_second(moment: datetime) -> None:
    assert datetime.fromisoformat(clock.rfc3339(moment)) == moment.replace(microsecond=0)


def test_a_time_without_zone_is_not_a_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.rfc3339(datetime(2026, 11, 23, 9))
