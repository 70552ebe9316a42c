"""Calendar months of a zone (section 2.1): when a pass begins and ends, and how records count days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

RENEWED_DAYS_BEFORE: Final = 7
GRACE_LIMIT: Final = 3

_EPOCH: Final = date(1970, 1, 1)
_TEXT: Final = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """One calendar month, `2026-11`."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def next(self) -> Period:
        """The month behind it."""
        return Period(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def renewed_from(self) -> date:
        """The day from which passes for it are made."""
        return self.first_day - timedelta(days=RENEWED_DAYS_BEFORE)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def starts_at(self, zone: str) -> int:
        """The second in which it begins there."""
        return start_of_day(self.first_day, zone)

    def expires_at(self, zone: str, grace_days: int) -> int:
        """The second in which a pass for it ends: the start of the day after the days of grace."""
        return start_of_day(self.last_day + timedelta(days=grace_days + 1), zone)


def period_of(day: date) -> Period:
    """The month of a day."""
    return Period(day.year, day.month)


def read_period(text: str) -> Period:
    """Read `2026-11`; ValueError for anything else."""
    found = _TEXT.fullmatch(text)
    if found is None or found[1] == "0000":
        raise ValueError("not a month")
    return Period(int(found[1]), int(found[2]))


def start_of_day(day: date, zone: str) -> int:
    """The first second of a day in a time zone, also where the clock is set at midnight."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def local_time(seconds: int, zone: str) -> datetime:
    """A moment as the clocks of a time zone show it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(zone))


def day_number(day: date) -> int:
    """A day as records count it: days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day of a number of days; OverflowError beyond the calendar."""
    return _EPOCH + timedelta(days=number)
