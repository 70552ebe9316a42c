"""Holidays and other days with hours of their own, as rows of a form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import Field, ValidationError

from coffee_node.base.i18n import gettext as _
from coffee_node.features.spaces.opening_hours import format_intervals, parse_intervals
from coffee_node.web.forms import tidy

PARTS = ("from", "through", "hours", "note")
SPARE_ROWS = 3
MOST = 50


class SpecialHoursField(Field):
    """Days that are not like others: `data` is [{"from", "through", "hours", "note"}], closed without hours.

    Inputs are named `<name>-<number>-<part>`; an empty row is absent.
    """

    def __init__(self, label: Any = "", **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.data: list[dict[str, str]] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Sequence[Any] | None = None) -> None:
        """Read the rows; what they say wrongly is told by `validate`."""
        self.process_errors = []
        start = f"{self.name}-"
        if formdata is None or not any(str(key).startswith(start) for key in formdata):
            self.data = [dict(row) for row in data or ()]
            return
        rows = [self._row(formdata, number) for number in range(MOST)]
        self.data = [row for row in rows if row]

    def _row(self, formdata: Any, number: int) -> dict[str, str]:
        said = {part: tidy(formdata.get(f"{self.name}-{number}-{part}"))[:200] for part in PARTS}
        return {part: text for part, text in said.items() if text}

    def pre_validate(self, form: Any) -> None:
        """Say which row cannot be so, and write the hours as they are kept."""
        for row in self.data:
            first, last = _day(row.get("from")), _day(row.get("through") or row.get("from"))
            if first is None or last is None:
                raise ValidationError(_("Every line needs a day like 2026-12-24."))
            if last < first:
                raise ValidationError(_("The last day comes before the first one: %(day)s.", day=row["from"]))
            try:
                row["hours"] = format_intervals(parse_intervals(row.get("hours", "")))
            except ValueError:
                problem = _("Write hours like 9:00-18:00.")
                raise ValidationError(f"{row['from']}: {problem}") from None

    @property
    def rows(self) -> list[dict[str, str]]:
        """What is said so far, and some empty rows."""
        return [*self.data, *({} for _number in range(SPARE_ROWS))][:MOST]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
