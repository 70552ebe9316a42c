"""What an object type declares: import everything for a schema of your own from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import post_load

from coffee_node.activitypub.actor_schema import ActorSchema, Picture
from coffee_node.activitypub.document_schema import DocumentSchema
from coffee_node.activitypub.place_schema import PlaceField, country_code
from coffee_node.activitypub.schema_fields import (
    AwareDateTime,
    Count,
    Html,
    HttpUrl,
    LangMap,
    LanguageTag,
    OffsetDateTime,
    OneOrMany,
    PlainText,
    Reference,
)
from coffee_node.activitypub.tag_fields import Attachments, Tags
from coffee_node.activitypub.type_field import TypeName

__all__ = [
    "ActorSchema",
    "Attachments",
    "AwareDateTime",
    "Count",
    "DocumentSchema",
    "Html",
    "HttpUrl",
    "LangMap",
    "LanguageTag",
    "LocatedObjectSchema",
    "ObjectSchema",
    "OffsetDateTime",
    "OneOrMany",
    "Picture",
    "PlaceField",
    "PlainText",
    "Reference",
    "Tags",
    "TypeName",
    "country_code",
]

_TRANSLATED = ("content", "name", "summary")


class ObjectSchema(DocumentSchema):
    """What every object has; a type names itself by `type_name` and adds its own properties."""

    type_name: ClassVar[str] = ""

    uri = Reference(data_key="id")
    type = TypeName()
    actor_uri = Reference(data_key="attributedTo")
    name = PlainText()
    name_map = LangMap(PlainText(), data_key="nameMap")
    summary = Html()
    summary_map = LangMap(Html(), data_key="summaryMap")
    content = Html()
    content_map = LangMap(Html(), data_key="contentMap")
    language = LanguageTag(data_key="inLanguage")
    tags = Tags(data_key="tag")
    attachments = Attachments(data_key="attachment")
    url = HttpUrl()
    published = AwareDateTime()
    updated = AwareDateTime()

    @post_load
    def fill_from_translations(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Take the plain text from its translations where a peer sends only these."""
        values["language"] = values["language"] or _only_language(values["content_map"])
        for column in _TRANSLATED:
            texts = values[f"{column}_map"]
            if not values[column] and texts:
                values[column] = texts.get(values["language"]) or next(iter(texts.values()))
        return values


class LocatedObjectSchema(ObjectSchema):
    """An object that is somewhere: its `place`, and the columns lists are filtered by."""

    place = PlaceField(data_key="location")

    @post_load
    def expose_place(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Add the point and the country of the place as values of their own."""
        return values | place_columns(values.get("place"))


def place_columns(place: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the latitude, longitude and country columns of a place."""
    place = place or {}
    return {
        "latitude": place.get("latitude"),
        "longitude": place.get("longitude"),
        "country": country_code((place.get("address") or {}).get("country")),
    }


def _only_language(texts: Mapping[str, str]) -> str:
    return next(iter(texts)) if len(texts) == 1 else ""
