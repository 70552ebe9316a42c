"""The words of schema.org for what our documents say, as search engines read them in a page (JSON-LD)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from coffee_node.activitypub.vocabulary import as_list, is_web_url, short_type, strip_nulls
from coffee_node.base import html

Document = Mapping[str, Any]
CONTEXT: Final = "https://schema.org"
TEXT_LIMIT: Final = 5_000
EXCERPT_LIMIT: Final = 200
_ADDRESS: Final = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")


def described(type_: str, document: Document, **more: Any) -> dict[str, Any]:
    """A thing with what all have: its address, name, text and picture; what is empty is left out."""
    text = plain(document.get("content") or document.get("summary"))
    found: dict[str, Any] = strip_nulls(
        {
            "@context": CONTEXT,
            "@type": type_,
            "@id": document.get("id"),
            "url": page_of(document),
            "name": document.get("name"),
            "description": text[:TEXT_LIMIT],
            "image": picture(document),
            "inLanguage": document.get("inLanguage"),
            **more,
        }
    )
    return found


def plain(markup: Any) -> str:
    """The text of some HTML."""
    return html.to_text(markup) if isinstance(markup, str) else ""


def excerpt(text: str) -> str:
    """The beginning of a text in one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_LIMIT else line[:EXCERPT_LIMIT].rpartition(" ")[0] + "…"


def page_of(document: Document) -> str:
    """The page of a document where people read it."""
    address = next((one for one in as_list(document.get("url")) if isinstance(one, str)), "")
    return address if is_web_url(address) else str(document.get("id") or "")


def picture(document: Document) -> str:
    """The address of the first picture of a document; empty when it has none."""
    for one in (*as_list(document.get("image")), *as_list(document.get("attachment"))):
        is_picture = isinstance(one, dict) and str(one.get("mediaType", "")).startswith("image/")
        address = (one.get("url") or one.get("href")) if is_picture else ""
        if isinstance(address, str) and is_web_url(address) and one.get("name") != "Banner":
            return address
    return ""


def place(location: Any) -> dict[str, Any]:
    """A schema.org Place or VirtualLocation of a location; empty when there is none."""
    one = next((one for one in as_list(location) if isinstance(one, dict)), {})
    if not one:
        return {}
    if short_type(one.get("type")) == "VirtualLocation":
        return {"@type": "VirtualLocation", "url": one.get("url")}
    address = one.get("address") if isinstance(one.get("address"), dict) else {}
    found: dict[str, Any] = strip_nulls(
        {
            "@type": "Place",
            "name": one.get("name"),
            "address": postal_address(address),
            "geo": _point(one),
        }
    )
    return found


def postal_address(address: Any) -> dict[str, Any]:
    """A PostalAddress of the address in a location; empty when there is none."""
    parts = {name: address.get(name) for name in _ADDRESS} if isinstance(address, Mapping) else {}
    return {"@type": "PostalAddress", **parts} if any(parts.values()) else {}


def _point(location: Document) -> dict[str, Any]:
    latitude, longitude = location.get("latitude"), location.get("longitude")
    if latitude is None or longitude is None:
        return {}
    return {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
