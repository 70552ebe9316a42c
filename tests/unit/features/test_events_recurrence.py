"""Rules of RFC 5545 as the form says them: the clock of the place rules, also when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base.errors import Unprocessable
from coffee_node.features.events.recurrence import (
    KINDS,
    Rhythm,
    count_before,
    dates_of,
    end_of,
    moment_of,
    on_clocks,
    read_rule,
    until_before,
)

PARIS = ZoneInfo("Europe/Paris")
ZONES = st.sampled_from(("Europe/Paris", "Europe/London", "Europe/Lisbon", "UTC", "America/New_York"))
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@pytest.mark.parametrize(
    ("rhythm", "first", "rule"),
    [
        (Rhythm("daily", 2), datetime(2026, 12, 1, 9), "FREQ=DAILY;INTERVAL=2"),
        (Rhythm("weekly", weekdays=(1, 3)), datetime(2026, 12, 1, 9), "FREQ=WEEKLY;BYDAY=TU,TH"),
        (Rhythm("weekly", count=5), datetime(2026, 12, 1, 9), "FREQ=WEEKLY;BYDAY=TU;COUNT=5"),
        (Rhythm("monthly-date"), datetime(2026, 12, 31, 9), "FREQ=MONTHLY;BYMONTHDAY=31"),
        (Rhythm("monthly-weekday"), datetime(2026, 12, 8, 9), "FREQ=MONTHLY;BYDAY=2TU"),
        (Rhythm("monthly-weekday"), datetime(2026, 12, 29, 9), "FREQ=MONTHLY;BYDAY=-1TU"),
        (Rhythm("monthly-last"), datetime(2026, 12, 25, 9), "FREQ=MONTHLY;BYDAY=-1FR"),
        (
            Rhythm("yearly", until=date(2030, 1, 1)),
            datetime(2026, 12, 1, 9),
            "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1;UNTIL=20300101T235959",
        ),
    ],
)
def test_a_rhythm_is_written_as_a_rule_and_read_again(rhythm: Rhythm, first: datetime, rule: str) -> None:
    assert rhythm.rule(first) == rule
    read = read_rule(rule)
    assert read.rule(first) == rule
    assert (read.interval, read.until, read.count) == (rhythm.interval, rhythm.until, rhythm.count)


def test_a_first_date_that_is_not_the_last_of_its_weekday_is_told() -> None:
    with pytest.raises(Unprocessable):
        Rhythm("monthly-last").rule(datetime(2026, 12, 18, 9))


def test_a_month_without_the_day_is_left_out() -> None:
    found = [
        day.date() for day in islice(dates_of("FREQ=MONTHLY;BYMONTHDAY=31", datetime(2026, 10, 31, 9)), 3)
    ]
    assert found == [date(2026, 10, 31), date(2026, 12, 31), date(2027, 1, 31)]


def test_the_last_tuesday_stays_the_last_one() -> None:
    found = [day.date() for day in islice(dates_of("FREQ=MONTHLY;BYDAY=-1TU", datetime(2026, 11, 24, 9)), 3)]
    assert found == [date(2026, 11, 24), date(2026, 12, 29), date(2027, 1, 26)]


def test_nine_stays_nine_when_the_clocks_change() -> None:
    dates = list(islice(dates_of("FREQ=WEEKLY;BYDAY=TU", datetime(2027, 3, 23, 9)), 2))
    moments = [moment_of(shown, PARIS) for shown in dates]
    assert [moment.hour for moment in moments] == [8, 7]
    assert [on_clocks(moment, PARIS).hour for moment in moments] == [9, 9]


def test_a_time_that_spring_skips_is_an_hour_later_and_one_that_autumn_doubles_is_the_first() -> None:
    assert on_clocks(moment_of(datetime(2027, 3, 28, 2, 30), PARIS), PARIS) == datetime(2027, 3, 28, 3, 30)
    assert moment_of(datetime(2026, 10, 25, 2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_end_over_the_change_of_clocks_is_at_its_time_and_never_before_the_start() -> None:
    night = end_of(datetime(2027, 3, 27, 22), 8 * 60, PARIS)
    assert night is not None and on_clocks(night, PARIS) == datetime(2027, 3, 28, 6)
    short = end_of(datetime(2026, 10, 25, 2, 30), 45, PARIS)
    assert short is not None and short > moment_of(datetime(2026, 10, 25, 2, 30), PARIS)
    assert end_of(datetime(2026, 10, 25, 2, 30), None, PARIS) is None


def test_a_rule_ends_before_a_date_and_one_that_never_began_has_none() -> None:
    first = datetime(2026, 12, 1, 9)
    ended = until_before("FREQ=WEEKLY;BYDAY=TU;COUNT=9", first, datetime(2026, 12, 15, 9))
    assert [day.day for day in dates_of(ended, first)] == [1, 8]
    assert list(dates_of(until_before("FREQ=DAILY", first, first), first)) == []


@given(st.sampled_from(KINDS), STARTS, st.integers(1, 6), ZONES, st.integers(1, 30))
def test_every_date_shows_the_same_time_on_the_clocks_unless_spring_skips_it(
    kind: str, first: datetime, interval: int, zone_name: str, number: int
) -> None:
    zone = ZoneInfo(zone_name)
    rhythm = Rhythm(kind if kind != "monthly-last" else "monthly-weekday", interval)  # type: ignore[arg-type]
    dates = list(islice(dates_of(rhythm.rule(first), first), number))
    assert dates == sorted(set(dates))
    for shown in dates:
        moment = moment_of(shown, zone)
        seen = on_clocks(moment, zone)
        assert seen in (shown, shown + timedelta(hours=1))
        if seen != shown:
            assert (
                moment.astimezone(zone).utcoffset()
                != (moment - timedelta(hours=1)).astimezone(zone).utcoffset()
            )


@given(st.sampled_from(KINDS), STARTS, st.integers(1, 4), st.integers(1, 20))
def test_the_dates_are_those_that_the_rule_gives_to_any_other_reader(
    kind: str, first: datetime, interval: int, count: int
) -> None:
    rhythm = Rhythm(kind, interval, count=count)  # type: ignore[arg-type]
    try:
        rule = rhythm.rule(first)
    except Unprocessable:
        return
    found = list(dates_of(rule, first))
    assert found == list(rrulestr(rule, dtstart=first))
    assert len(found) == count or found[-1].year >= 2100
    assert count_before(rule, first, first) == 0
    assert count_before(rule, first, found[-1]) == len(found) - 1


@given(STARTS, st.integers(1, 40))
def test_what_is_left_and_what_is_cut_off_make_the_whole(first: datetime, cut: int) -> None:
    rule = Rhythm("weekly", weekdays=(0, 4), count=40).rule(first)
    whole = list(dates_of(rule, first))
    here = whole[min(cut, len(whole) - 1)]
    before = list(dates_of(until_before(rule, first, here), first))
    assert before == [one for one in whole if one < here]
    assert count_before(rule, first, here) == len(before)
