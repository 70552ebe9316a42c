"""Opening hours: what the texts mean, and whether the door is open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.features.spaces.opening_hours import (
    DAY_MINUTES,
    format_intervals,
    lines_of,
    parse_intervals,
    special_days,
    state_at,
    week_of,
)

MONDAY = datetime(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00-12:30, 14:00-18:00", ((540, 750), (840, 1080))),
        ("9h-12h30 ; 14h–18h", ((540, 750), (840, 1080))),
        ("9-18", ((540, 1080),)),
        ("9u30-18u", ((570, 1080),)),
        ("9h-12h 14h-18h", ((540, 720), (840, 1080))),
        ("9 Uhr 30 - 12 Uhr, 14:00 Uhr-18 Uhr", ((570, 720), (840, 1080))),
        ("9-12 Uhr", ((540, 720),)),
        ("00:00-24:00", ((0, 1440),)),
        ("22:00-02:00", ((1320, 120),)),
        ("", ()),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert parse_intervals(text) == expected


@pytest.mark.parametrize("text", ["closed", "9", "9:00-", "9:75-10:00", "25:00-26:00", "9:00-9:00", "x-y"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_intervals(text)


@pytest.mark.parametrize(
    ("lines", "again"),
    [
        (["Mo-Fr 09:00-19:00"], ["Mo-Fr 09:00-19:00"]),
        (["Mo 09:00-12:00", "Tu 09:00-12:00", "Th 09:00-12:00"], ["Mo-Tu 09:00-12:00", "Th 09:00-12:00"]),
        (["Mo,We 08:00-12:00,13:00-17:00"], [
            "Mo 08:00-12:00", "Mo 13:00-17:00", "We 08:00-12:00", "We 13:00-17:00",
        ]),
        (["Sa-Mo 10:00-12:00"], ["Mo 10:00-12:00", "Sa-Su 10:00-12:00"]),
        (["Mo-Fr 08:00-10:00; Sa 09:00-10:00"], ["Mo-Fr 08:00-10:00", "Sa 09:00-10:00"]),
        (["by appointment", "Xx 09:00-10:00", "Mo soon"], []),
    ],
)  # fmt: skip
def test_lines_mean_a_week_and_a_week_is_written_in_short(lines: list[str], again: list[str]) -> None:
    assert lines_of(week_of(lines)) == again


@pytest.mark.parametrize(
    ("lines", "day", "hour", "is_open", "changes"),
    [
        (["Mo-Fr 09:00-19:00"], 23, 8, False, datetime(2026, 11, 23, 9)),
        (["Mo-Fr 09:00-19:00"], 23, 9, True, datetime(2026, 11, 23, 19)),
        (["Mo-Fr 09:00-19:00"], 23, 19, False, datetime(2026, 11, 24, 9)),
        (["Mo-Fr 09:00-19:00"], 28, 10, False, datetime(2026, 11, 30, 9)),
        (["Mo 09:00-12:00", "Mo 14:00-18:00"], 23, 13, False, datetime(2026, 11, 23, 14)),
        (["Fr 22:00-02:00"], 28, 1, True, datetime(2026, 11, 28, 2)),
        (["Mo-Su 00:00-24:00"], 25, 3, True, None),
        (["Mo 09:00-10:00"], 23, 10, False, datetime(2026, 11, 30, 9)),
    ],
)
def test_the_door_is_open_when_the_hours_say_so(
    lines: list[str], day: int, hour: int, is_open: bool, changes: datetime | None
) -> None:
    state = state_at(lines, datetime(2026, 11, day, hour))
    assert state is not None
    assert (state.is_open, state.changes_at) == (is_open, changes)


@pytest.mark.parametrize("lines", [[], ["by appointment"]])
def test_unknown_hours_are_neither_open_nor_closed(lines: list[str]) -> None:
    assert state_at(lines, MONDAY) is None


INTERVALS = st.tuples(st.integers(0, DAY_MINUTES - 2), st.integers(1, DAY_MINUTES)).filter(
    lambda pair: pair[0] != pair[1]
)
HOURS = st.lists(INTERVALS, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
WEEKS = st.lists(HOURS, min_size=7, max_size=7).map(tuple)


@given(WEEKS)
def test_any_week_survives_being_written_and_read(week: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    assert week_of(lines_of(week)) == week
    assert tuple(parse_intervals(format_intervals(day)) for day in week) == week


@given(st.lists(st.text(max_size=60), max_size=5), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_no_text_of_a_peer_breaks_the_state(lines: list[str], moment: datetime) -> None:
    state_at(lines, moment)


WEEK = ["Mo-Fr 09:00-18:00"]
HOLIDAY = [{"from": "2026-11-23", "through": "2026-11-25"}]


MORNING = datetime(2026, 11, 23, 10)


def special_day(day: str, hours: str = "", through: str = "") -> list[dict[str, str]]:
    """One entry, as a space keeps it."""
    return [{"from": day, "through": through or day, "hours": hours}]


@pytest.mark.parametrize(
    ("special", "at", "is_open", "changes_at"),
    [
        ([], MORNING, True, datetime(2026, 11, 23, 18)),
        (HOLIDAY, MORNING, False, datetime(2026, 11, 26, 9)),
        (HOLIDAY, datetime(2026, 11, 20, 19), False, datetime(2026, 11, 26, 9)),
        (special_day("2026-11-23", "14:00-16:00"), MORNING, False, datetime(2026, 11, 23, 14)),
        (special_day("2026-11-22", "9-12"), datetime(2026, 11, 22, 11), True, datetime(2026, 11, 22, 12)),
        (special_day("2026-11-23", through="2026-12-27"), MORNING, False, datetime(2026, 12, 28, 9)),
        (special_day("2026-11-23", through="2028-12-27"), MORNING, False, None),
        ([{"from": "soon"}, {"hours": "9-12"}], MORNING, True, datetime(2026, 11, 23, 18)),
        (special_day("2026-11-23", "x"), MORNING, True, datetime(2026, 11, 23, 18)),
    ],
)
def test_a_holiday_counts_in_place_of_the_week(
    special: list[dict[str, str]], at: datetime, is_open: bool, changes_at: datetime | None
) -> None:
    state = state_at(WEEK, at, special)
    assert state is not None
    assert (state.is_open, state.changes_at) == (is_open, changes_at)


def test_a_space_without_a_week_may_have_single_days() -> None:
    assert state_at([], MONDAY, []) is None
    state = state_at([], datetime(2026, 11, 23, 10), [{"from": "2026-11-23", "hours": "9-12"}])
    assert state is not None and state.is_open


@given(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 40))
def test_every_day_of_a_holiday_is_one(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    days = special_days([{"from": first.isoformat(), "through": last.isoformat()}])
    assert sorted(days) == [first + timedelta(days=step) for step in range(length + 1)]
    assert (
        special_days([{"from": last.isoformat(), "through": (first - timedelta(days=1)).isoformat()}]) == {}
    )
