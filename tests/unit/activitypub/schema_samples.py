"""Two object types and short ways to parse their documents, for the tests of schemas."""

from __future__ import annotations

from typing import Any

from coffee_node.activitypub.schemas import (
    Count,
    LocatedObjectSchema,
    ObjectSchema,
    OffsetDateTime,
    OneOrMany,
    Reference,
)

ID = "https://tournai.example/objects/1"
ACTOR = "https://tournai.example/actors/esco"


class NoteSchema(ObjectSchema):
    """A type for these tests."""

    type_name = "Note"


class EventLikeSchema(LocatedObjectSchema):
    """A located type with times, references and counts."""

    type_name = "Event"

    start_time = OffsetDateTime(data_key="startTime", required=True)
    organizers = OneOrMany(Reference(), limit=3)
    capacity = Count(data_key="maximumAttendeeCapacity")


def parse(**properties: Any) -> dict[str, Any]:
    return NoteSchema().parse({"id": ID, "type": "Note", "attributedTo": ACTOR, **properties})


def parse_event(**properties: Any) -> dict[str, Any]:
    given = {"id": ID, "type": "Event", "startTime": "2026-12-12T18:00:00+01:00"}
    return EventLikeSchema().parse({**given, **properties})
