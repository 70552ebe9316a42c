"""How something recurs, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coffee_node.base.i18n import format_date
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events.reader_zone import weekday_names
from coffee_node.features.events.recurrence import Rhythm, read_rule
from coffee_node.features.events.series import first_of
from coffee_node.features.events.series_models import EventSeries


def rhythm_of(row: EventSeries) -> str:
    """How a series recurs, as a sentence in the reader's language."""
    rhythm = read_rule(row.rule)
    said = _how_often(rhythm, first_of(row), weekday_names())
    if rhythm.count is not None:
        return _("%(rhythm)s, %(number)d times", rhythm=said, number=rhythm.count)
    if rhythm.until is not None:
        return _("%(rhythm)s, until %(day)s", rhythm=said, day=format_date(rhythm.until, style="long"))
    return said


def _how_often(rhythm: Rhythm, first: datetime, day_names: Sequence[str]) -> str:
    number, weekday = rhythm.interval, day_names[first.weekday()]
    days = ", ".join(day_names[day] for day in rhythm.weekdays)
    if rhythm.kind == "daily":
        return _("every day") if number == 1 else _("every %(number)d days", number=number)
    if rhythm.kind == "weekly":
        if number == 1:
            return _("every week: %(days)s", days=days)
        return _("every %(number)d weeks: %(days)s", number=number, days=days)
    if rhythm.kind == "yearly":
        return _("every year") if number == 1 else _("every %(number)d years", number=number)
    places = {
        "monthly-date": _("on day %(day)d", day=first.day),
        "monthly-weekday": _("on %(weekday)s number %(place)d", weekday=weekday, place=(first.day + 6) // 7),
        "monthly-last": _("on the last %(weekday)s", weekday=weekday),
    }
    place = places[rhythm.kind]
    if number == 1:
        return _("every month, %(place)s", place=place)
    return _("every %(number)d months, %(place)s", number=number, place=place)
