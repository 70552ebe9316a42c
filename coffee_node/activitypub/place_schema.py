"""Places: an address and a point on the map, as text, object or list on the wire, as one dict in the row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from babel import Locale

from coffee_node.activitypub.schema_fields import DocumentField, HttpUrl, PlainText
from coffee_node.activitypub.vocabulary import as_list, is_web_url, short_type, strip_nulls

ONLINE: Final = "VirtualLocation"
_COUNTRY_LANGUAGES: Final = ("en", "fr", "nl", "de")
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "ZZ"})
_ADDRESS_NAMES: Final = {
    "street_address": "streetAddress",
    "postal_code": "postalCode",
    "locality": "addressLocality",
    "region": "addressRegion",
    "country": "addressCountry",
}
_text = PlainText()
_url = HttpUrl()


@cache
def _countries() -> Mapping[str, str]:
    """The code of every country by its code and by its names in our languages, in small letters."""
    codes: dict[str, str] = {}
    for language in _COUNTRY_LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES:
                codes.setdefault(code.lower(), code)
                codes.setdefault(name.casefold(), code)
    return codes


def country_code(value: Any) -> str:
    """Give the ISO code (upper case) of a country written as code or as name in our languages; else empty."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("id")
    return _countries().get(value.strip().casefold(), "") if isinstance(value, str) else ""


class PlaceField(DocumentField[dict[str, Any] | None]):
    """A location; kept as type, uri, name, url, latitude, longitude and address (with a country code)."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("required"):
            kwargs.setdefault("load_default", None)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any] | None:
        places = [place for place in map(_read_place, as_list(value)[:10]) if place]
        return next((place for place in places if place["type"] != ONLINE), places[0] if places else None)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        return _write_place(value) if value else None


def _read_place(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        value = {"url": value} if is_web_url(value) else {"name": value}
    if not isinstance(value, dict):
        return None
    online = short_type(value.get("type")) == ONLINE
    uri = value.get("id")
    place: dict[str, Any] = {
        "uri": uri if is_web_url(uri) else "",
        "name": _plain(value.get("name")),
        "url": _url.deserialize(value.get("url") or ""),
        "address": _read_address(value.get("address")),
    }
    place["latitude"], place["longitude"] = _read_point(value)
    found = {name: one for name, one in place.items() if one not in ("", None, {})}
    return {"type": ONLINE if online else "Place", **found} if found else None


def _read_point(value: Mapping[str, Any]) -> tuple[float | None, float | None]:
    latitude, longitude = _degrees(value.get("latitude"), 90), _degrees(value.get("longitude"), 180)
    return (None, None) if latitude is None or longitude is None else (latitude, longitude)


def _degrees(value: Any, limit: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        degrees = float(value)
    except (ValueError, OverflowError):
        return None
    return degrees if -limit <= degrees <= limit else None


def _read_address(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = {"streetAddress": value}
    if not isinstance(value, dict):
        return {}
    address = {name: _plain(value.get(wire)) for name, wire in _ADDRESS_NAMES.items() if name != "country"}
    address["country"] = country_code(value.get("addressCountry")) or _plain(value.get("addressCountry"))
    return {name: text for name, text in address.items() if text}


def _plain(value: Any) -> str:
    return _text.deserialize(value) if isinstance(value, str) else ""


def _write_place(place: Mapping[str, Any]) -> dict[str, Any]:
    latitude, longitude = place.get("latitude"), place.get("longitude")
    address = place.get("address") or {}
    written = {wire: address.get(name) for name, wire in _ADDRESS_NAMES.items()}
    document: dict[str, Any] = strip_nulls(
        {
            "type": place.get("type") or "Place",
            "id": place.get("uri"),
            "name": place.get("name"),
            "url": place.get("url"),
            "latitude": None if latitude is None else float(latitude),
            "longitude": None if longitude is None else float(longitude),
            "address": {"type": "PostalAddress", **written} if any(written.values()) else None,
        }
    )
    return document
