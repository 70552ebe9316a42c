"""Opening hours: the schema.org text form, the week it means, and whether the door is open now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_MINUTES: Final = 24 * 60
LONGEST_HOLIDAY: Final = 366
# Far enough to find the day after a holiday of some weeks.
AHEAD: Final = 45

Interval = tuple[int, int]
Week = tuple[tuple[Interval, ...], ...]
CLOSED_WEEK: Final[Week] = ((),) * 7

_LINE: Final = re.compile(r"((?:Mo|Tu|We|Th|Fr|Sa|Su|[-,–\s])+?)(?:\s+(\d.*))?", re.ASCII)
_INTERVAL: Final = re.compile(
    r"(\d{1,2})\s*[:hu.]?\s*(\d\d)?\s*[hu]?\s*[-–]\s*(\d{1,2})\s*[:hu.]?\s*(\d\d)?\s*[hu]?"
)
# German writes the word between or behind: 9 Uhr 30, 9:30 Uhr.
_UHR: Final = re.compile(r"\s*uhr(?:\s+(\d\d)(?!\s*uhr|\d))?", re.IGNORECASE)


@dataclass(frozen=True)
class OpeningState:
    """Whether a space is open at a moment, and when that changes (None: not within a week)."""

    is_open: bool
    changes_at: datetime | None


def parse_intervals(text: str) -> tuple[Interval, ...]:
    """Read `9h-12h, 13:30-18 Uhr` as minutes of the day, in order; ValueError when it is something else."""
    intervals = []
    text = _UHR.sub(lambda found: f":{found[1]}" if found[1] else "h", text.strip())
    for part in re.split(r"[,;/]|\s+(?=\d{1,2}\s*[:hu.]?\s*(?:\d\d)?\s*[-–])", text):
        if not part.strip():
            continue
        found = _INTERVAL.fullmatch(part.strip())
        if found is None:
            raise ValueError(part.strip())
        start_hour, start_minute, end_hour, end_minute = (int(group or 0) for group in found.groups())
        opens, closes = start_hour * 60 + start_minute, end_hour * 60 + end_minute
        if max(start_minute, end_minute) > 59 or opens >= DAY_MINUTES or closes > DAY_MINUTES:
            raise ValueError(part.strip())
        if opens == closes:
            raise ValueError(part.strip())
        intervals.append((opens, closes))
    return tuple(sorted(intervals))


def format_intervals(intervals: Sequence[Interval]) -> str:
    """Write intervals as a person reads and edits them: `09:00-12:00, 13:30-18:00`."""
    return ", ".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in intervals)


def week_of(lines: Sequence[str]) -> Week:
    """Give the intervals of the seven days, Monday first; lines that mean nothing are passed over."""
    week: list[list[Interval]] = [[] for _ in DAYS]
    for line in lines:
        for day, interval in _read_line(line):
            if interval not in week[day]:
                week[day].append(interval)
    return tuple(tuple(sorted(day)) for day in week)


def lines_of(week: Week) -> list[str]:
    """Write a week as schema.org texts, days with equal hours together: `Mo-Fr 09:00-19:00`."""
    lines = []
    for first, last in _runs(week):
        days = DAYS[first] if first == last else f"{DAYS[first]}-{DAYS[last]}"
        lines += [f"{days} {_clock(opens)}-{_clock(closes)}" for opens, closes in week[first]]
    return lines


def state_at(
    lines: Sequence[str], moment: datetime, special: Sequence[Mapping[str, str]] = ()
) -> OpeningState | None:
    """Tell whether a space is open at a moment of its own local time; None when its hours are not known.

    On the days of `special` its hours count in place of those of the week.
    """
    week = week_of(lines)
    days = special_days(special)
    if week == CLOSED_WEEK and not any(days.values()):
        return None
    naive = moment.replace(tzinfo=None)
    for opens, closes in _merged(week, naive, days):
        if opens <= naive < closes:
            return OpeningState(True, None if closes - naive > timedelta(days=7) else _local(closes, moment))
        if opens > naive:
            return OpeningState(False, _local(opens, moment))
    return OpeningState(False, None)


def _local(naive: datetime, moment: datetime) -> datetime:
    return naive.replace(tzinfo=moment.tzinfo)


def special_days(special: Sequence[Mapping[str, str]]) -> dict[date, tuple[Interval, ...]]:
    """Give the hours of the days that are not like others; entries that mean nothing are passed over."""
    found: dict[date, tuple[Interval, ...]] = {}
    for entry in special:
        try:
            first = date.fromisoformat(entry["from"])
            last = date.fromisoformat(entry.get("through") or entry["from"])
            intervals = parse_intervals(entry.get("hours") or "")
        except (KeyError, ValueError):
            continue
        for step in range(min((last - first).days, LONGEST_HOLIDAY) + 1):
            found[first + timedelta(days=step)] = intervals
    return found


def _merged(
    week: Week, naive: datetime, special: Mapping[date, tuple[Interval, ...]]
) -> Iterator[tuple[datetime, datetime]]:
    """The openings from yesterday on in order of time, those that touch joined (open day and night)."""
    midnight = naive.replace(hour=0, minute=0, second=0, microsecond=0)
    current: tuple[datetime, datetime] | None = None
    for offset in range(-1, AHEAD):
        day = midnight + timedelta(days=offset)
        for opens, closes in special.get(day.date(), week[day.weekday()]):
            start = day + timedelta(minutes=opens)
            end = day + timedelta(minutes=closes if closes > opens else closes + DAY_MINUTES)
            if current is not None and start <= current[1]:
                current = (current[0], max(current[1], end))
                continue
            if current is not None:
                yield current
            current = (start, end)
    if current is not None:
        yield current


def _runs(week: Week) -> Iterator[tuple[int, int]]:
    first = 0
    for day in range(1, 8):
        if day == 7 or week[day] != week[first]:
            if week[first]:
                yield first, day - 1
            first = day


def _read_line(line: str) -> Iterator[tuple[int, Interval]]:
    for part in line.split(";"):
        found = _LINE.fullmatch(part.strip())
        if found is None:
            continue
        days, hours = found.groups()
        try:
            intervals = parse_intervals(hours) if hours else ((0, DAY_MINUTES),)
        except ValueError:
            continue
        for day in _read_days(days):
            for interval in intervals:
                yield day, interval


def _read_days(text: str) -> list[int]:
    days: list[int] = []
    for part in re.split(r"[,\s]+", text.replace("–", "-").strip()):
        first, _, last = part.partition("-")
        if first not in DAYS or (last and last not in DAYS):
            continue
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if last else 0
        days += [(start + step) % 7 for step in range(length + 1)]
    return days


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
