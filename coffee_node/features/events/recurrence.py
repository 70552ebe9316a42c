"""When something recurs: rules of RFC 5545 on the clocks of a place, where 09:00 stays 09:00 all year."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _

Kind = Literal["daily", "weekly", "monthly-date", "monthly-weekday", "monthly-last", "yearly"]
KINDS: tuple[Kind, ...] = ("daily", "weekly", "monthly-date", "monthly-weekday", "monthly-last", "yearly")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_DATES = 1000
LAST_YEAR = 2200


@dataclass(frozen=True)
class Rhythm:
    """How something recurs, as the form says it: every `interval` of a kind, until a day or so many times.

    `weekdays` (0 = Monday) are for weeks only; the others follow from the first date.
    """

    kind: Kind
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    until: date | None = None
    count: int | None = None

    def rule(self, first: datetime) -> str:
        """The RRULE of this rhythm for a first date; Unprocessable when that date does not fit it."""
        parts = {
            "daily": "FREQ=DAILY",
            "weekly": f"FREQ=WEEKLY;BYDAY={self._weekdays(first)}",
            "monthly-date": f"FREQ=MONTHLY;BYMONTHDAY={first.day}",
            "monthly-weekday": f"FREQ=MONTHLY;BYDAY={_place_in_month(first)}{DAYS[first.weekday()]}",
            "monthly-last": f"FREQ=MONTHLY;BYDAY=-1{DAYS[first.weekday()]}",
            "yearly": f"FREQ=YEARLY;BYMONTH={first.month};BYMONTHDAY={first.day}",
        }
        if self.kind == "monthly-last" and not _is_last_weekday(first):
            raise Unprocessable(
                _("The first date is not the last one of its weekday in the month."),
                fields={"start_day": [_("Choose the last one of its weekday in the month.")]},
            )
        rule = parts[self.kind] + (f";INTERVAL={self.interval}" if self.interval > 1 else "")
        if self.count is not None:
            return f"{rule};COUNT={self.count}"
        return f"{rule};UNTIL={self.until:%Y%m%d}T235959" if self.until is not None else rule

    def _weekdays(self, first: datetime) -> str:
        return ",".join(DAYS[day] for day in sorted({*self.weekdays, first.weekday()}))


def read_rule(rule: str) -> Rhythm:
    """The rhythm that a rule of ours says."""
    said = dict(part.split("=", 1) for part in rule.split(";"))
    days = said.get("BYDAY", "").split(",") if said["FREQ"] == "WEEKLY" else []
    until = said.get("UNTIL")
    return Rhythm(
        kind=_kind_of(said),
        interval=int(said.get("INTERVAL", 1)),
        weekdays=tuple(DAYS.index(day) for day in days),
        until=datetime.strptime(until[:8], "%Y%m%d").date() if until else None,
        count=int(said["COUNT"]) if "COUNT" in said else None,
    )


def _kind_of(said: dict[str, str]) -> Kind:
    if said["FREQ"] == "MONTHLY":
        if "BYMONTHDAY" in said:
            return "monthly-date"
        return "monthly-last" if said["BYDAY"].startswith("-1") else "monthly-weekday"
    kinds: dict[str, Kind] = {"DAILY": "daily", "WEEKLY": "weekly", "YEARLY": "yearly"}
    return kinds[said["FREQ"]]


def dates_of(rule: str, first: datetime) -> Iterator[datetime]:
    """The dates of a rule from the first one on, as the clocks of the place show them."""
    # Without an end the rule would run into the year 9999.
    found: Any = rrulestr(rule, dtstart=first)
    for moment in found:
        if moment.year > LAST_YEAR:
            return
        yield moment


def count_before(rule: str, first: datetime, moment: datetime) -> int:
    """How many dates of a rule lie before a moment."""
    number = 0
    for found in dates_of(rule, first):
        if found >= moment or number >= MOST_DATES:
            break
        number += 1
    return number


def on_clocks(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment as the clocks of a zone show it, without the zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def moment_of(shown: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks of a zone show this; a time that spring skips is an hour later on them.

    Where autumn shows it twice, it is the first one (RFC 5545, section 3.3.5).
    """
    return shown.replace(tzinfo=zone, fold=0).astimezone(UTC)


def end_of(shown: datetime, length: int | None, zone: ZoneInfo) -> datetime | None:
    """The end of a date that lasts so many minutes on the clock: 17:00 stays 17:00 too."""
    if length is None:
        return None
    start, end = moment_of(shown, zone), moment_of(shown + timedelta(minutes=length), zone)
    # Half an hour across the change of clocks must not end before it began.
    return end if end > start else start + timedelta(minutes=length)


def until_before(rule: str, first: datetime, moment: datetime) -> str:
    """The rule, ended before a moment."""
    kept = [part for part in rule.split(";") if not part.startswith(("UNTIL=", "COUNT="))]
    last = None
    for found in dates_of(rule, first):
        if found >= moment:
            break
        last = found
    end = last or datetime.combine(first.date() - timedelta(days=1), time())
    return ";".join([*kept, f"UNTIL={end:%Y%m%dT%H%M%S}"])


def _place_in_month(first: datetime) -> int:
    """Which one of its weekday a day is in its month; a fifth one counts as the last."""
    place = (first.day + 6) // 7
    return place if place < 5 else -1


def _is_last_weekday(first: datetime) -> bool:
    return first.day + 7 > monthrange(first.year, first.month)[1]
