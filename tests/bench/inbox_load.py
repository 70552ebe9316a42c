"""What the inbox benchmark sends: distinct signed activities of many actors, about 2 kB each."""

from __future__ import annotations

from typing import Any

import orjson

from coffee_node.activitypub.contexts import EVENT_CONTEXT

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
CONTENT = "<p>Trois présentations courtes, puis un verre. " + "Venez comme vous êtes, en ville. " * 3 + "</p>"


def event_activity(origin: str, actor: str, number: int) -> bytes:
    """A Create(Event) with everything a space of ours writes into one."""
    audience: dict[str, Any] = {"to": [PUBLIC], "cc": [f"{actor}/followers", f"{origin}/actor/followers"]}
    event = {
        "id": f"{origin}/objects/{number}",
        "type": "Event",
        "attributedTo": actor,
        "name": f"Apéro Python transfrontalier {number}",
        "nameMap": {"fr": f"Apéro Python transfrontalier {number}", "en": f"Cross-border drinks {number}"},
        "summary": "<p>samedi 12 décembre 2026, 18:00-20:00 (Europe/Paris), Mutualab, Lille</p>",
        "content": CONTENT,
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
        "maximumAttendeeCapacity": 40,
        "remainingAttendeeCapacity": 37,
        "participantCount": 3,
        "attendees": f"{origin}/objects/{number}/attendees",
        "location": {
            "type": "Place",
            "name": "Mutualab",
            "latitude": 50.63297,
            "longitude": 3.05858,
            "address": {
                "type": "PostalAddress",
                "streetAddress": "19 rue Nicolas Leblanc",
                "postalCode": "59000",
                "addressLocality": "Lille",
                "addressCountry": "FR",
            },
        },
        "attachment": [{"type": "Document", "mediaType": "image/jpeg", "url": f"{origin}/a.jpg", "name": "Banner"}],
        "tag": [{"type": "Hashtag", "name": "#python", "href": f"{origin}/tags/python"}],
        "url": f"{origin}/objects/{number}",
        "published": "2026-11-23T09:10:00Z",
        "updated": "2026-11-23T09:10:00Z",
        **audience,
    }
    return orjson.dumps(
        {
            "@context": EVENT_CONTEXT,
            "id": f"{origin}/activities/{number}",
            "type": "Create",
            "actor": actor,
            "published": "2026-11-23T09:10:00Z",
            "object": event,
            **audience,
        }
    )
