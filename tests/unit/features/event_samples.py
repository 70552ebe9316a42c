"""The event of the specification, as a document and as a row, for the tests of both directions."""

from __future__ import annotations

import copy
from typing import Any

from coffee_node.features.events.models import Event
from coffee_node.features.events.schemas import EventSchema
from coffee_node.federation.models import Actor

URI = "https://lille.example/objects/0192f40f"
ACTOR = "https://lille.example/actors/mutualab"
BANNER = {"type": "Document", "mediaType": "image/jpeg", "url": "https://media.lille.example/m/aa10.jpg",
          "name": "Banner", "width": 1200, "height": 600, "focalPoint": [0.0, 0.0]}  # fmt: skip
WEBSITE = {
    "type": "Link",
    "mediaType": "text/html",
    "href": "https://mutualab.example/apero",
    "name": "Website",
}
PYTHON = {"type": "Hashtag", "name": "#python", "href": "https://lille.example/tags/python"}
PLACE = {
    "type": "Place",
    "id": f"{ACTOR}#place",
    "name": "Mutualab",
    "latitude": 50.63297,
    "longitude": 3.05858,
    "address": {
        "type": "PostalAddress",
        "streetAddress": "19 rue Nicolas Leblanc",
        "postalCode": "59000",
        "addressLocality": "Lille",
        "addressRegion": "Hauts-de-France",
        "addressCountry": "FR",
    },
}
DOCUMENT: dict[str, Any] = {
    "id": URI,
    "type": "Event",
    "attributedTo": ACTOR,
    "name": "Apéro Python transfrontalier",
    "nameMap": {"fr": "Apéro Python transfrontalier", "en": "Cross-border Python drinks"},
    "summary": "<p>samedi 12 décembre 2026, 18:00–20:00 (Europe/Paris) · "
    "Mutualab, 19 rue Nicolas Leblanc, Lille</p>",
    "content": "<p>Trois présentations courtes, puis un verre.</p>",
    "mediaType": "text/html",
    "inLanguage": "fr",
    "startTime": "2026-12-12T18:00:00+01:00",
    "endTime": "2026-12-12T20:00:00+01:00",
    "displayEndTime": True,
    "timezone": "Europe/Paris",
    "eventStatus": "EventScheduled",
    "status": "CONFIRMED",
    "category": "NETWORKING",
    "isOnline": False,
    "joinMode": "free",
    "anonymousParticipationEnabled": False,
    "repliesModerationOption": "closed",
    "commentsEnabled": False,
    "maximumAttendeeCapacity": 40,
    "remainingAttendeeCapacity": 37,
    "participantCount": 3,
    "attendees": f"{URI}/attendees",
    "organizers": {"type": "Collection", "id": f"{URI}/organizers", "totalItems": 1, "items": [ACTOR]},
    "location": PLACE,
    "attachment": [BANNER, WEBSITE],
    "tag": [PYTHON],
    "url": URI,
    "published": "2026-11-23T09:10:00Z",
    "updated": "2026-11-23T09:10:00Z",
}
schema = EventSchema()


def read(**changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT) | changes
    return schema.parse({name: value for name, value in document.items() if value is not ...})


def row_of(**changes: Any) -> Event:
    """The event of the document as a row that was never stored."""
    columns = {column.key for column in Event.__table__.columns}
    values = {name: value for name, value in (read() | changes).items() if name in columns}
    return Event(**values, actor=Actor(uri=ACTOR))


def write(**changes: Any) -> dict[str, Any]:
    return schema.render(row_of(**changes))
