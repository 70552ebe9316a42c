"""Fields with choices given as pairs (value, label), whatever the version of WTForms wants to see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import wtforms
from wtforms.fields import choices as wtforms_choices
from wtforms.widgets import CheckboxInput, ListWidget


def as_choices(pairs: Any) -> Any:
    """Pairs as this version's own kind of choice; anything else as it is."""
    kind = getattr(wtforms_choices, "SelectChoice", None)
    if kind is None or not isinstance(pairs, Iterable) or isinstance(pairs, dict):
        return pairs
    return [
        kind(value=pair[0], label=pair[1]) if isinstance(pair, tuple) and len(pair) == 2 else pair
        for pair in pairs
    ]


class _TakesPairs:
    """Mixin: the choices given at the class or set on a bound field may be pairs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "choices" in kwargs:
            kwargs["choices"] = as_choices(kwargs["choices"])
        super().__init__(*args, **kwargs)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, as_choices(value) if name == "choices" else value)


class SelectField(_TakesPairs, wtforms.SelectField):
    """One of a list that unfolds."""


class RadioField(_TakesPairs, wtforms.RadioField):
    """One of a few, all in sight."""


class CheckboxesField(_TakesPairs, wtforms.SelectMultipleField):
    """Several choices, each with its own box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
