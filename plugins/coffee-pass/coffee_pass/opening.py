"""Opening hours in the terms of an agreement: schema.org texts (`Mo-Fr 08:30-18:30`), read strictly."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
LINE_LIMIT: Final = 100

_DAY: Final = "|".join(DAYS)
_CLOCK: Final = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"
_SPAN: Final = rf"(?:{_DAY})(?:-(?:{_DAY}))?"
_LINE: Final = re.compile(rf"({_SPAN}(?:,{_SPAN})*)(?: ({_CLOCK})-({_CLOCK}))?", re.ASCII)
_DAY_MINUTES: Final = 24 * 60


def is_line(text: str) -> bool:
    """Whether this is one line of opening hours."""
    return len(text) <= LINE_LIMIT and _LINE.fullmatch(text) is not None


def is_open(lines: Sequence[str], moment: datetime) -> bool:
    """Whether a door is open at a moment of its own local time; without any line it always is.

    A line may go on past midnight (`Fr 20:00-02:00`); a day without hours is open from end to end.
    """
    if not lines:
        return True
    minute = moment.hour * 60 + moment.minute
    return any(_covers(line, moment.weekday(), minute) for line in lines)


def _covers(line: str, weekday: int, minute: int) -> bool:
    found = _LINE.fullmatch(line)
    if found is None:
        return False
    days = _days(found[1])
    opens, closes = (_minutes(found[2]), _minutes(found[3])) if found[2] else (0, _DAY_MINUTES)
    if opens < closes:
        return weekday in days and opens <= minute < closes
    return (weekday in days and minute >= opens) or ((weekday - 1) % 7 in days and minute < closes)


def _days(text: str) -> set[int]:
    found: set[int] = set()
    for span in text.split(","):
        first, _, last = span.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        # Sa-Mo goes over the end of the week.
        found |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return found


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
