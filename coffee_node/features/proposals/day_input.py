"""The input of a day: the browser's own calendar, or plain text where a day was typed as people write it."""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms.widgets import TextInput


class DayInput(TextInput):
    """The browser's own choice of a day, as long as it can show what the field holds."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        try:
            date.fromisoformat(field._value() or "2000-01-01")
            kwargs["type"] = "date"
        except ValueError:
            kwargs["type"] = "text"
        return super().__call__(field, **kwargs)
