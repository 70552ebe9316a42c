"""An event as search engines read it (schema.org Event)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from coffee_node.activitypub import schema_org
from coffee_node.activitypub.vocabulary import as_list
from coffee_node.features.events.wire_fields import organisers_in

ONLINE: Final = "https://schema.org/OnlineEventAttendanceMode"
ON_SITE: Final = "https://schema.org/OfflineEventAttendanceMode"
MIXED: Final = "https://schema.org/MixedEventAttendanceMode"
# schema.org has no word for an event whose date is not sure yet.
STATUSES: Final = MappingProxyType({"EventTentative": "EventScheduled"})


def describe(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schema.org Event of a public event."""
    locations = [found for found in map(schema_org.place, as_list(document.get("location"))) if found]
    kinds = {found["@type"] for found in locations}
    mode = MIXED if len(kinds) > 1 else ONLINE if "VirtualLocation" in kinds else ON_SITE
    status = str(document.get("eventStatus") or "EventScheduled").rpartition(":")[2]
    return schema_org.described(
        "Event",
        document,
        startDate=document.get("startTime"),
        endDate=document.get("endTime") if document.get("displayEndTime", True) else None,
        previousStartDate=document.get("previousStartTime"),
        eventStatus=f"https://schema.org/{STATUSES.get(status, status)}",
        eventAttendanceMode=mode,
        location=locations[0] if len(locations) == 1 else locations,
        organizer=[{"@type": "Organization", "@id": uri} for uri in organisers_in(document)],
        maximumAttendeeCapacity=document.get("maximumAttendeeCapacity"),
        remainingAttendeeCapacity=document.get("remainingAttendeeCapacity"),
        offers=_seats(document),
    )


def _seats(document: Mapping[str, Any]) -> dict[str, Any]:
    left = document.get("remainingAttendeeCapacity")
    if document.get("joinMode") not in ("free", "restricted") or left is None:
        return {}
    word = "InStock" if left else "SoldOut"
    url = schema_org.page_of(document)
    return {"@type": "Offer", "url": url, "availability": f"https://schema.org/{word}"}
