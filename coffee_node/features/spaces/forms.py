"""The form in which a space describes itself: a week of hours, services, and the harmonised offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import NumberInput, URLInput

from coffee_node.base import html, i18n
from coffee_node.base.i18n import LazyText, gettext
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.opening_hours import (
    DAYS,
    format_intervals,
    lines_of,
    parse_intervals,
    week_of,
)
from coffee_node.features.spaces.schemas import AMOUNT, PLANS, SERVICES, service_label
from coffee_node.features.spaces.service import ZONE_OF_COUNTRY
from coffee_node.features.spaces.special_hours_field import SpecialHoursField
from coffee_node.web.choice_fields import CheckboxesField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, WordsField

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

COUNTRIES = tuple(ZONE_OF_COUNTRY)
CURRENCIES = ("EUR", "GBP", "CHF")
ADDRESS_FIELDS = ("street_address", "postal_code", "locality", "country")
FIELD_OF_PROPERTY = MappingProxyType(
    {
        "coffee:timezone": "timezone",
        "coffee:prices": "price_day",
        "openingHours": "hours_Mo",
        "sdo:specialOpeningHoursSpecification": "special_hours",
    }
)
HOURS_HELP = _("For example 9:00-12:30, 14:00-18:00. Empty: closed.")


class SpaceForm(FederatedForm):
    """Everything about a space that its managers may say."""

    name = StringField(_("Name"), [InputRequired(_("Please give a name."))])
    summary = TextAreaField(
        _("About the place"), description=_("Markdown: **bold**, lists with -, [links](https://…).")
    )
    summary_map = LanguageMapField(_("About the place in other languages"), is_multiline=True)
    website = StringField(_("Website"), widget=URLInput())
    street_address = StringField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town"))
    country = SelectField(_("Country"), validate_choice=False)
    latitude = StringField(_("Latitude"), description=_("For the distance and the map, for example 50.6330."))
    longitude = StringField(_("Longitude"), description=_("For example 3.0586."))
    timezone = SelectField(_("Time zone"), validate_choice=False)
    desks = StringField(_("Desks"), widget=NumberInput(min=0))
    hours_Mo = StringField(_("Monday"), description=HOURS_HELP)
    hours_Tu = StringField(_("Tuesday"))
    hours_We = StringField(_("Wednesday"))
    hours_Th = StringField(_("Thursday"))
    hours_Fr = StringField(_("Friday"))
    hours_Sa = StringField(_("Saturday"))
    hours_Su = StringField(_("Sunday"))
    special_hours = SpecialHoursField(_("Holidays and other hours"))
    services = CheckboxesField(_("What there is"))
    more_services = WordsField(_("What else there is"), description=_("Separated by commas."))
    currency = SelectField(_("Currency"), validate_choice=False)
    price_day = StringField(_("One day"))
    note_day = StringField(_("Conditions"))
    price_half_day = StringField(_("Half a day"))
    note_half_day = StringField(_("Conditions"))
    price_month = StringField(_("One month"))
    note_month = StringField(_("Conditions"))
    price_meeting_room = StringField(_("Meeting room, one hour"))
    note_meeting_room = StringField(_("Conditions"))

    def prepare(self) -> None:
        """Fill the choices that depend on the reader and the row."""
        self.services.choices = [(code, service_label(code)) for code in SERVICES]
        choices: dict[str, list[tuple[str, Any]]] = {
            "country": [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)],
            "timezone": [("", "–"), *((zone, zone) for zone in ZONE_OF_COUNTRY.values())],
            "currency": [(code, code) for code in CURRENCIES],
        }
        for name, found in choices.items():
            held = self[name].object_data
            self[name].choices = found if not held or held in dict(found) else [*found, (held, held)]

    def read(self) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected."""
        said = self.values()
        found = {
            "place": self._place(said),
            "opening_hours": self._hours(),
            "special_hours": self.special_hours.data,
            "prices": self._prices(said),
            "desks": self._desks(said),
        }
        if self.problems():
            return None
        texts = self.summary_map.data
        website = said["website"] or ""
        return {
            **found,
            "name": said["name"],
            "source": said["summary"] or "",
            "summary": html.markdown(said["summary"] or ""),
            "source_map": texts,
            "summary_map": {code: html.markdown(text) for code, text in texts.items()},
            "website": website if "://" in website or not website else f"https://{website}",
            "timezone": said["timezone"] or "",
            "services": [*(self.services.data or ()), *(self.more_services.data or ())],
        }

    def _place(self, said: Mapping[str, Any]) -> dict[str, Any] | None:
        address = {name: str(said[name]) for name in ADDRESS_FIELDS if said[name]}
        place: dict[str, Any] = {"type": "Place", "name": said["name"] or "", "address": address}
        for name, limit in (("latitude", 90), ("longitude", 180)):
            text = str(said[name] or "").replace(",", ".")
            try:
                degrees = float(text) if text else None
            except ValueError:
                degrees = 999.0
            if degrees is not None and not abs(degrees) <= limit:
                self.add_error(name, gettext("Write degrees, for example 50.6330."))
            place[name] = degrees
        if (place["latitude"] is None) != (place["longitude"] is None):
            self.add_error("longitude", gettext("A point needs latitude and longitude."))
        return place if address or place["latitude"] is not None else None

    def _hours(self) -> list[str]:
        week = []
        for day in DAYS:
            name = f"hours_{day}"
            try:
                week.append(parse_intervals(self[name].data or ""))
            except ValueError:
                self.add_error(name, gettext("Write hours like 9:00-18:00."))
                week.append(())
        return lines_of(tuple(week))

    def _prices(self, said: Mapping[str, Any]) -> list[dict[str, str]]:
        found = []
        for plan in PLANS:
            name = f"price_{plan.replace('-', '_')}"
            amount = str(said[name] or "").replace(",", ".").replace("€", "").strip()
            if not amount:
                continue
            if not AMOUNT.fullmatch(amount):
                self.add_error(name, gettext("Write a price like 15 or 12.50."))
                continue
            price = {"plan": plan, "price": amount, "currency": str(said["currency"] or "EUR")}
            note = said[f"note_{plan.replace('-', '_')}"]
            extra = {"unit": "hour" if plan == "meeting-room" else "", "conditions": str(note or "")}
            found.append(price | {key: value for key, value in extra.items() if value})
        return found

    def _desks(self, said: Mapping[str, Any]) -> int | None:
        text = str(said["desks"] or "")
        if text and not (text.isascii() and text.isdigit() and len(text) < 6):
            self.add_error("desks", gettext("Write a number of desks, or nothing."))
            return None
        return int(text) if text else None


def fields_of(row: Space) -> dict[str, Any]:
    """A space as the form shows it."""
    place = row.place or {}
    address = place.get("address") or {}
    texts = row.source_map or {code: html.to_text(text) for code, text in (row.summary_map or {}).items()}
    week = week_of(row.opening_hours or [])
    by_plan = {price["plan"].replace("-", "_"): price for price in row.prices or ()}
    return {
        **{name: getattr(row, name) for name in ("name", "website", "timezone", "desks", "special_hours")},
        **{name: address.get(name, "") for name in ADDRESS_FIELDS},
        **{name: place.get(name, "") for name in ("latitude", "longitude")},
        **{f"hours_{day}": format_intervals(week[number]) for number, day in enumerate(DAYS)},
        **{f"price_{plan}": price["price"] for plan, price in by_plan.items()},
        **{f"note_{plan}": price.get("conditions", "") for plan, price in by_plan.items()},
        "currency": next((price["currency"] for price in by_plan.values()), "EUR"),
        "services": [service for service in row.services or () if service in SERVICES],
        "more_services": [service for service in row.services or () if service not in SERVICES],
        "summary": row.source or html.to_text(row.summary or ""),
        "summary_map": texts,
    }
