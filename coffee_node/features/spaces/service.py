"""Opening and changing the spaces of this node."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coffee_node.activitypub.schemas import country_code, place_columns
from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import clock, i18n
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.spaces.models import Space
from coffee_node.features.spaces.opening_hours import CLOSED_WEEK, special_days, week_of
from coffee_node.features.spaces.schemas import AMOUNT, CURRENCY, PLANS
from coffee_node.federation import objects
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

ZONE_OF_COUNTRY = {
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "LU": "Europe/Luxembourg",
    "NL": "Europe/Amsterdam",
}


def speak(language: str) -> AbstractContextManager[object]:
    """The context in which a document's words for plain readers are written."""
    node = current_node
    return i18n.speaking(node.catalogues, language or node.config.node.language)


def open_space(actor: Actor, values: Mapping[str, Any]) -> Space:
    """Describe a space of ours for the first time (or again) and announce it; `actor` is its Organization."""
    with write():
        return change_space(space_of(actor), values)


def space_of(actor: Actor) -> Space:
    """The description of a space of ours, made empty at first use."""
    with write():
        row: Space = objects.actor_row(current_node.registry.type_for_model(Space), actor)
        row.url = actor.url
        row.language = row.language or current_node.config.node.language
    return row


def change_space(row: Space, values: Mapping[str, Any], visibility: str | None = None) -> Space:
    """Change a space of ours and announce it; Unprocessable names the fields that cannot be so.

    A space is always public, so `visibility` is not looked at.
    """
    wanted = _checked(values)
    with write():
        objects.set_columns(row, wanted)
        objects.set_columns(row, place_columns(row.place))
        row.timezone = row.timezone or ZONE_OF_COUNTRY.get(row.country or "", "")
        row.updated = clock.utcnow().replace(microsecond=0)
        row.actor.name, row.actor.summary = row.name or row.actor.name, row.summary or ""
        db.session.flush()
        objects.index(row)
        row.document = objects.publish_actor(row.actor)
    return row


def update(row: Space, values: Mapping[str, Any], visibility: str | None = None) -> Space:
    """An Update by the write interface: what is derived from a property that was not sent stays."""
    wanted = dict(values)
    if wanted.pop("attachments", None) is None:
        wanted.pop("website", None)
    if "summary" in wanted:
        wanted |= {"source": "", "source_map": {}}
    return change_space(row, wanted)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {
        name: value
        for name, value in values.items()
        if name not in ("kind", "latitude", "longitude", "country")
    }
    refused: dict[str, list[str]] = {}
    if "name" in wanted and not wanted["name"]:
        refused["name"] = [_("Please give a name.")]
    if wanted.get("timezone") and not _is_zone(wanted["timezone"]):
        refused["coffee:timezone"] = [_("This time zone is not known. Write it like Europe/Paris.")]
    if wanted.get("website") and not is_web_url(wanted["website"]):
        refused["website"] = [_("A link begins with https://, for example https://example.org.")]
    if wanted.get("opening_hours") and week_of(wanted["opening_hours"]) == CLOSED_WEEK:
        refused["openingHours"] = [_("Write the hours like Mo-Fr 09:00-19:00.")]
    if not all(special_days([entry]) for entry in wanted.get("special_hours") or []):
        refused["sdo:specialOpeningHoursSpecification"] = [_("Write a day like 2026-12-24.")]
    address = (wanted.get("place") or {}).get("address") or {}
    if address.get("country") and not country_code(address["country"]):
        refused["country"] = [_("Write the country as two letters, for example BE.")]
    for price in wanted.get("prices") or []:
        if not _is_price(price):
            refused["coffee:prices"] = [_("Write a price like 15 or 12.50.")]
    if refused:
        raise Unprocessable(
            _("This cannot be kept like this."), _("Please correct what is marked."), fields=refused
        )
    return wanted


def _is_price(price: Mapping[str, str]) -> bool:
    return bool(
        price.get("plan") in PLANS
        and AMOUNT.fullmatch(str(price.get("price") or ""))
        and CURRENCY.fullmatch(str(price.get("currency") or ""))
    )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
