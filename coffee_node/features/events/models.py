"""The table of events, each with its times in UTC beside the zone they were planned in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from coffee_node.base import clock
from coffee_node.base.database import Json, UtcDateTime
from coffee_node.base.i18n import _
from coffee_node.features.events.wire_fields import STATUSES
from coffee_node.federation.models import URI, FederatedObject, LocatedObject

ESTIMATED_LENGTH = timedelta(hours=2)
ZONE_OF_COUNTRY = MappingProxyType(
    {
        "BE": "Europe/Brussels",
        "CH": "Europe/Zurich",
        "DE": "Europe/Berlin",
        "FR": "Europe/Paris",
        "GB": "Europe/London",
        "LU": "Europe/Luxembourg",
        "NL": "Europe/Amsterdam",
    }
)
JOIN_NOTES = MappingProxyType(
    {"restricted": _("on request"), "invite": _("by invitation"), "external": _("registration elsewhere")}
)
CATEGORIES = MappingProxyType(
    {
        "NETWORKING": _("meeting people"),
        "LEARNING": _("training"),
        "BUSINESS": _("business"),
        "SCIENCE_TECH": _("technology"),
        "COMMUNITY": _("community"),
        "MEETING": _("working meeting"),
        "LANGUAGE_CULTURE": _("languages"),
        "ARTS": _("arts"),
        "FOOD_DRINK": _("food and drink"),
        "CAUSES": _("good causes"),
    }
)


class Event(FederatedObject, LocatedObject):
    """Something that happens at a time, in a place or online, with or without a limit of seats."""

    __tablename__ = "event"
    __table_args__ = (
        # Everything that lists and their filters ask for, in the order of the agenda: of rows that do not
        # fit, only the index is read.
        Index(
            "ix_event_list",
            "start_time",
            "id",
            "deleted_at",
            "end_time",
            "visibility",
            "event_status",
            "country",
            "language",
            "category",
            "is_online",
            "join_mode",
            "origin",
            "actor_id",
            "latitude",
            "longitude",
        ),
    )

    start_time: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: clock.utcnow())
    end_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    display_end_time: Mapped[bool] = mapped_column(default=True)
    timezone: Mapped[str] = mapped_column(String(64), default="")
    previous_start_time: Mapped[datetime | None] = mapped_column(UtcDateTime)
    event_status: Mapped[str] = mapped_column(String(30), default="EventScheduled")
    category: Mapped[str] = mapped_column(String(50), default="")
    is_online: Mapped[bool] = mapped_column(default=False)
    online_url: Mapped[str] = mapped_column(URI, default="")
    join_mode: Mapped[str] = mapped_column(String(20), default="free")
    external_url: Mapped[str] = mapped_column(URI, default="")
    capacity: Mapped[int | None]
    remaining_capacity: Mapped[int | None]
    participant_count: Mapped[int | None]
    has_waiting_list: Mapped[bool] = mapped_column(default=False)
    join_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invited: Mapped[list[str]] = mapped_column(Json, default=list)
    seats_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    offer_hours: Mapped[int | None]
    takes_visitors: Mapped[bool] = mapped_column(default=True)
    organizers: Mapped[list[str]] = mapped_column(Json, default=list)
    attendees: Mapped[str] = mapped_column(URI, default="")
    skills: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    training: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    source: Mapped[str] = mapped_column(Text, default="")
    source_map: Mapped[dict[str, str]] = mapped_column(Json, default=dict)

    @property
    def zone(self) -> tzinfo:
        """The zone it was planned in: its own, else that of its country, else UTC."""
        name = self.timezone or ZONE_OF_COUNTRY.get(self.country or "", "")
        return ZoneInfo(name) if name else UTC

    @property
    def zone_name(self) -> str:
        """The zone as a person may read it."""
        return str(self.zone)

    @property
    def starts(self) -> datetime:
        """The start on the clocks of the place."""
        return self.start_time.astimezone(self.zone)

    @property
    def ends(self) -> datetime | None:
        """The end on the clocks of the place, None when it is open or only an estimate."""
        if self.end_time is None or self.display_end_time is False:
            return None
        return self.end_time.astimezone(self.zone)

    @property
    def last_moment(self) -> datetime:
        """When it is over: its end, or an estimate where nobody gave one."""
        return self.end_time or self.start_time + ESTIMATED_LENGTH

    @property
    def is_past(self) -> bool:
        """Whether it is over."""
        return self.last_moment < clock.utcnow()

    @property
    def status(self) -> str:
        """CONFIRMED, TENTATIVE or CANCELLED, as calendars say it."""
        return STATUSES.get(self.event_status or "", "CONFIRMED")

    @property
    def is_cancelled(self) -> bool:
        """Whether the organiser called it off."""
        return self.event_status == "EventCancelled"

    @property
    def seats_left(self) -> int | None:
        """Seats that are still free, None when nobody counts them."""
        if self.remaining_capacity is not None:
            return self.remaining_capacity
        if self.capacity is None:
            return None
        return max(0, self.capacity - (self.participant_count or 0))

    @property
    def place_line(self) -> str:
        """Name, street and town of the place in one line, empty when there is none."""
        place = self.place or {}
        address = place.get("address") or {}
        parts = (place.get("name"), address.get("street_address"), address.get("locality"))
        return ", ".join(dict.fromkeys(str(part) for part in parts if part))

    @property
    def category_label(self) -> str:
        """The category in the reader's language; one we do not know as its author wrote it."""
        label = CATEGORIES.get(self.category or "")
        return str(label) if label else (self.category or "").replace("_", " ").capitalize()

    @property
    def join_note(self) -> str:
        """What replaces the number of seats where the organiser decides; empty otherwise."""
        return str(JOIN_NOTES.get(self.join_mode or "", ""))
