"""The forms of saved searches: what to hear of, how often, and where to for somebody without an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from wtforms import EmailField, HiddenField

from coffee_node.base.i18n import LazyText, gettext
from coffee_node.federation.saved_searches import RHYTHMS
from coffee_node.web.choice_fields import RadioField
from coffee_node.web.forms import FederatedForm, tidy

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

RHYTHM_CHOICES = list(zip(RHYTHMS, (_("At once"), _("Once a day"), _("Once a week")), strict=True))
_ADDRESS: Final = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")
ADDRESS_LIMIT: Final = 320


def read_address(typed: str | None) -> str:
    """A mail address as it is kept; empty when it is none."""
    found = tidy(typed).lower()
    return found if _ADDRESS.fullmatch(found) and len(found) <= ADDRESS_LIMIT else ""


class AddressForm(FederatedForm):
    """The address of somebody without an account."""

    email = EmailField(_("Your e-mail address"))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.email.flags.required = True  # where it is shown it is asked for; an account has its own

    def address(self) -> str:
        """The address, empty with a message at the field when it is none."""
        found = read_address(self.email.data)
        if not found:
            self.add_error("email", gettext("Write an e-mail address, for example name@example.org."))
        return found


class AlertForm(AddressForm):
    """One list with its filters, to be watched from now on."""

    list = HiddenField()
    rhythm = RadioField(_("How often?"), choices=RHYTHM_CHOICES, default="daily")

    def chosen_rhythm(self) -> str:
        """The rhythm, once a day when none was chosen."""
        return self.rhythm.data if self.rhythm.data in RHYTHMS else "daily"
