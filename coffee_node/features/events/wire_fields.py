"""Properties of events that peers write in many ways, each read into one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from coffee_node.activitypub.schema_fields import DocumentField
from coffee_node.activitypub.schemas import OffsetDateTime, OneOrMany, PlainText
from coffee_node.activitypub.vocabulary import as_list, id_of

STATUSES: Final = MappingProxyType(
    {
        "EventScheduled": "CONFIRMED",
        "EventTentative": "TENTATIVE",
        "EventCancelled": "CANCELLED",
        "EventPostponed": "TENTATIVE",
        "EventRescheduled": "CONFIRMED",
        "EventMovedOnline": "CONFIRMED",
    }
)
JOIN_MODES: Final = ("free", "restricted", "invite", "external", "none")

_ZONE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


def zone_or_none(name: Any) -> ZoneInfo | None:
    """Give the time zone of an IANA name, None when there is no such zone."""
    if not isinstance(name, str) or not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


class ZoneName(DocumentField[str]):
    """The IANA name of a time zone; one we do not know is dropped, the offsets still say when."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return value if zone_or_none(value) else ""


class HintDateTime(OffsetDateTime):
    """A moment that is good to know: what cannot be read is dropped instead of the whole event."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime | None:  # type: ignore[override]
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            return None


class Flag(DocumentField[bool]):
    """A yes or no; anything else is the default."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return value if isinstance(value, bool) else bool(self.load_default)


class EventStatus(DocumentField[str]):
    """One of the six states, in any spelling (`ev:EventCancelled`, a full address); else scheduled."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = re.split(r"[/#:]", str(next(iter(as_list(value)), "")))[-1]
        return name if name in STATUSES else "EventScheduled"


class JoinMode(DocumentField[str]):
    """How one takes part; empty when the organiser's software does not say it or says something else."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return value if value in JOIN_MODES else ""


class First(PlainText):
    """A short text that peers also send as a list, of which the first counts."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        first = next((one for one in as_list(value) if isinstance(one, str)), "")
        return super()._deserialize(first, attr, data, **kwargs)


class Organizers(OneOrMany):
    """The actors of a collection, written as an object, a list or an id alone (then nobody is named)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, Mapping):
            value = value.get("items") or value.get("orderedItems")
        elif isinstance(value, str):
            value = None
        return super()._deserialize(value, attr, data, **kwargs)


def organisers_in(document: Mapping[str, Any]) -> list[str]:
    """Who organises the event of a document, its owner where nobody is named."""
    named = document.get("organizers")
    items = as_list(named.get("items")) if isinstance(named, Mapping) else []
    return [uri for uri in map(id_of, items or [document.get("attributedTo")]) if uri]


def partners_in(document: Mapping[str, Any]) -> list[str]:
    """Who organises the event of a document with its owner."""
    owner = id_of(document.get("attributedTo"))
    return [uri for uri in organisers_in(document) if uri != owner]
