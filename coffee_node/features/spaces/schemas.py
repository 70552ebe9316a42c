"""Spaces on the wire: an Organization with its address, hours, services and prices."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal
from typing import Any, ClassVar, Final

from babel.numbers import format_currency
from marshmallow import fields, post_load

from coffee_node.activitypub.schemas import (
    Count,
    DocumentSchema,
    LocatedObjectSchema,
    OneOrMany,
    Picture,
    PlainText,
)
from coffee_node.activitypub.vocabulary import ACTOR_CONTEXT, is_web_url, strip_nulls
from coffee_node.base.i18n import gettext as _
from coffee_node.base.i18n import reader_locale

PLANS: Final = ("day", "half-day", "month", "meeting-room")
SERVICES: Final = (
    "wifi",
    "meeting-room",
    "phone-booth",
    "printer",
    "kitchen",
    "events",
    "parking",
    "bicycles",
    "step-free",
    "lockers",
    "post-address",
    "workshop",
)
AMOUNT: Final = re.compile(r"\d{1,7}(?:\.\d{1,2})?", re.ASCII)
Speak = Callable[[str], AbstractContextManager[object]]
CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)

_WIRE_PRICE: Final = {
    "plan": "coffee:plan",
    "price": "sdo:price",
    "currency": "sdo:priceCurrency",
    "unit": "sdo:unitText",
    "conditions": "sdo:description",
}
_SENT: Final = (
    "uri",
    "kind",
    "name",
    "name_map",
    "summary",
    "summary_map",
    "place",
    "tags",
    "opening_hours",
    "special_hours",
    "timezone",
    "services",
    "prices",
    "desks",
    "icon",
    "image",
)
_ANCHOR: Final = re.compile(r"""<a\b[^>]*\bhref=["']([^"']+)["']""", re.IGNORECASE)


class Price(fields.Field[dict[str, str]]):
    """One line of the harmonised offer; its names on the wire are those of schema.org and ours."""

    _text = PlainText(200)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            return {}
        read = {name: _scalar(value.get(wire)) for name, wire in _WIRE_PRICE.items()}
        price = {name: self._text.deserialize(text) for name, text in read.items() if text}
        is_usable = (
            price.get("plan") in PLANS
            and AMOUNT.fullmatch(price.get("price", ""))
            and CURRENCY.fullmatch(price.get("currency", ""))
        )
        return price if is_usable else {}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str]:
        return {wire: value[name] for name, wire in _WIRE_PRICE.items() if value.get(name)}


def _scalar(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


class OpeningHours(OneOrMany):
    """One text or several; a single one is written as a text, as in federation.md, section 5."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PlainText(100), limit=50, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value[0] if value and len(value) == 1 else super()._serialize(value, attr, obj)


class SpecialHours(fields.Field[dict[str, str]]):
    """Days that are not like others, as schema.org's OpeningHoursSpecification; closed without hours."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        entry = value if isinstance(value, dict) else {}
        read = {wire.removeprefix("sdo:"): _scalar(text)[:200] for wire, text in entry.items()}
        days = {"from": read.get("validFrom", ""), "through": read.get("validThrough", "")}
        opens, closes = read.get("opens", ""), read.get("closes", "")
        hours = f"{opens[:5]}-{closes[:5]}" if opens and closes and opens != closes else ""
        found = days | {"hours": read.get("description", "") if _is_hours(read) else hours}
        return {name: text for name, text in {**found, "note": read.get("name", "")}.items() if text}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str]:
        opens, _dash, closes = (value.get("hours") or "").partition(", ")[0].partition("-")
        written = {
            "type": "sdo:OpeningHoursSpecification",
            "sdo:validFrom": value["from"],
            "sdo:validThrough": value.get("through") or value["from"],
            "sdo:opens": opens or "00:00",
            "sdo:closes": closes or "00:00",
            "sdo:description": value.get("hours"),
            "sdo:name": value.get("note"),
        }
        return {name: text for name, text in written.items() if text}


def _is_hours(read: Mapping[str, str]) -> bool:
    """Whether the description holds every interval of a day, as our nodes write it."""
    return bool(re.fullmatch(r"[0-9:, -]{1,100}", read.get("description", "")))


class SpaceSchema(LocatedObjectSchema):
    """An Organization of kind `space`.

    `speak(language)` is the context in which the values for plain readers are written.
    """

    class Meta(DocumentSchema.Meta):
        exclude = ("actor_uri",)

    context = ACTOR_CONTEXT
    type_name: ClassVar[str] = "Organization"

    kind = PlainText(20)
    opening_hours = OpeningHours(data_key="openingHours")
    special_hours = OneOrMany(SpecialHours(), limit=50, data_key="sdo:specialOpeningHoursSpecification")
    timezone = PlainText(64, data_key="coffee:timezone")
    services = OneOrMany(PlainText(100), limit=50, data_key="coffee:services")
    prices = OneOrMany(Price(), limit=20, data_key="coffee:prices")
    desks = Count(data_key="coffee:desks")
    icon = Picture()
    image = Picture()

    def __init__(self, speak: Speak = nullcontext, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.speak = speak

    @post_load
    def read_website(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Take the website from the named values, where plain readers look for it too."""
        return values | {"website": _first_link(values["attachments"])}

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the space as on the wire: structured for nodes, named values for plain readers."""
        document: dict[str, Any] = self.dump({name: getattr(row, name) for name in _SENT})
        with self.speak(row.language or ""):
            document["attachment"] = list(_named_values(row))
        stripped: dict[str, Any] = strip_nulls(document)
        return stripped


def accepts_space(document: Mapping[str, Any]) -> bool:
    """Whether an Organization is a coworking space."""
    return document.get("kind") == "space"


def _first_link(attachments: Iterable[Mapping[str, Any]]) -> str:
    for entry in attachments:
        is_named = entry.get("type") == "PropertyValue"
        found = _ANCHOR.search(str(entry.get("value") or "")) if is_named else None
        url = html.unescape(found.group(1)) if found else ""
        if is_web_url(url):
            return url
    return ""


def _named_values(row: Any) -> Iterable[dict[str, str]]:
    if row.website:
        text = row.website.partition("://")[2].removesuffix("/")
        link = f'<a href="{html.escape(row.website)}" rel="me nofollow noopener">{html.escape(text)}</a>'
        yield _named(_("Website"), link)
    if row.desks:
        yield _named(_("Desks"), str(row.desks))
    if row.services:
        yield _named(_("Services"), ", ".join(service_label(service) for service in row.services))
    if row.prices:
        lines = [
            _("%(label)s: %(text)s", label=plan_label(price["plan"]), text=price_label(price))
            for price in row.prices
        ]
        yield _named(_("Prices"), " · ".join(lines))


def _named(name: str, value: str) -> dict[str, str]:
    return {"type": "PropertyValue", "name": name, "value": value}


def price_label(price: Mapping[str, str]) -> str:
    """The amount in the reader's language, with its unit where the plan does not say it."""
    value, locale = Decimal(price["price"]), reader_locale()
    pattern = locale.currency_formats["standard"].pattern
    if value == value.to_integral_value():
        pattern = pattern.replace(".00", "")
    amount = format_currency(value, price["currency"], pattern, locale, currency_digits=False)
    return f"{amount} / {unit_label(price['unit'])}" if price.get("unit") else amount


def plan_label(plan: str) -> str:
    """The plan of a price in the reader's words."""
    labels = {
        "day": _("one day"),
        "half-day": _("half a day"),
        "month": _("one month"),
        "meeting-room": _("meeting room"),
    }
    return str(labels.get(plan, plan))


def unit_label(unit: str) -> str:
    """A unit of time in the reader's words; unknown ones stay as they are."""
    labels = {"hour": _("hour"), "day": _("day"), "half-day": _("half day"), "month": _("month")}
    return str(labels.get(unit, unit))


def service_label(service: str) -> str:
    """A service in the reader's words; what a space calls its own way stays so."""
    labels = {
        "wifi": _("Wi-Fi"),
        "meeting-room": _("meeting room"),
        "phone-booth": _("phone booth"),
        "printer": _("printer"),
        "kitchen": _("kitchen"),
        "events": _("room for events"),
        "parking": _("parking"),
        "bicycles": _("place for bicycles"),
        "step-free": _("step-free access"),
        "lockers": _("lockers"),
        "post-address": _("postal address"),
        "workshop": _("workshop with tools"),
    }
    return str(labels.get(service, service))
