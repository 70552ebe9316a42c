"""Events on the wire: FEP-8a8e with what Mobilizon, Gancio and Mastodon need beside it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import escape
from marshmallow import post_load, pre_load, validate

from coffee_node.activitypub.schema_fields import web_url
from coffee_node.activitypub.schemas import (
    Count,
    HttpUrl,
    LocatedObjectSchema,
    OffsetDateTime,
    PlainText,
    Reference,
)
from coffee_node.activitypub.vocabulary import EVENT_CONTEXT, as_list, short_type
from coffee_node.base.html import plain_text, to_text
from coffee_node.base.i18n import format_date, format_time
from coffee_node.base.i18n import gettext as _
from coffee_node.features.events import trainings
from coffee_node.features.events.questions import QUESTIONS, QuestionsField
from coffee_node.features.events.wire_fields import (
    STATUSES as STATUSES,
)
from coffee_node.features.events.wire_fields import (
    EventStatus,
    First,
    Flag,
    HintDateTime,
    JoinMode,
    Organizers,
    ZoneName,
    zone_or_none,
)

ONLINE: Final = "VirtualLocation"
ONLINE_LINK: Final = "Online"
BANNER_PATH: Final = "/events/static/banner.png"
MESSAGE: Final = "participationMessage"
MESSAGE_LENGTH: Final = 6000

_STATUS_WORDS: Final = {"TENTATIVE": "EventTentative", "CANCELLED": "EventCancelled"}
_NAIVE_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)


def participation_message(activity: Mapping[str, Any]) -> str:
    """What somebody says with a registration (a term of Mobilizon), as lines of plain text."""
    message = str(activity.get(MESSAGE) or "")
    lines = to_text(message) if "<" in message else message
    return "\n".join(plain_text(line) for line in lines.splitlines()).strip()[:MESSAGE_LENGTH]


class EventSchema(LocatedObjectSchema):
    """An event; name and start are needed, everything else may be missing or odd."""

    context = EVENT_CONTEXT
    type_name = "Event"

    name = PlainText(required=True, validate=validate.Length(min=1, error="An event needs a title."))
    start_time = OffsetDateTime(zone="zone_name", data_key="startTime", required=True)
    end_time = HintDateTime(zone="zone_name", data_key="endTime")
    display_end_time = Flag(data_key="displayEndTime", load_default=True)
    timezone = ZoneName(load_default="")
    previous_start_time = HintDateTime(zone="zone_name", data_key="previousStartTime")
    event_status = EventStatus(data_key="eventStatus", load_default="EventScheduled")
    category = First(limit=50)
    is_online = Flag(data_key="isOnline", load_default=False)
    join_mode = JoinMode(data_key="joinMode", load_default="")
    external_url = HttpUrl(data_key="externalParticipationUrl")
    capacity = Count(data_key="maximumAttendeeCapacity")
    remaining_capacity = Count(data_key="remainingAttendeeCapacity", load_only=True)
    participant_count = Count(data_key="participantCount", load_only=True)
    organizers = Organizers(Reference(), limit=20, load_only=True)
    attendees = HttpUrl(load_only=True)
    skills = trainings.Skills(data_key=trainings.TEACHES, load_default=list)
    questions = QuestionsField(data_key=QUESTIONS, load_default=list)

    @pre_load
    def even_out(self, document: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Bring the shapes peers use into one: a title in the name, times with offsets, one status."""
        document = dict(document)
        translations = document.get("nameMap")
        if not document.get("name") and isinstance(translations, Mapping) and translations:
            document["name"] = translations.get(document.get("inLanguage")) or next(
                iter(translations.values())
            )
        zone = zone_or_none(document.get("timezone"))
        for key in ("startTime", "endTime", "previousStartTime"):
            document[key] = _with_offset(document.get(key), zone)
        if not document.get("eventStatus"):
            document["eventStatus"] = _STATUS_WORDS.get(str(document.get("status")).upper(), "EventScheduled")
        return {key: value for key, value in document.items() if value is not None}

    @post_load(pass_original=True)
    def make_sense(self, values: dict[str, Any], document: Any, **kwargs: Any) -> dict[str, Any]:
        """Drop an end before the start, and keep a place that is only online as its address."""
        values["online_url"] = web_url(_online_url(document))
        values["is_online"] = values["is_online"] or bool(values["online_url"])
        if values.get("end_time") and values["end_time"] < values["start_time"]:
            values["end_time"] = None
        if (values.get("place") or {}).get("type") == ONLINE:
            values |= {"place": None, "is_online": True}
        values["training"] = trainings.read_training(document)
        values["tags"] = trainings.skill_tags(values["skills"], values["tags"])
        return values

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the event as on the wire, with the line that Mastodon shows as its `summary`."""
        document = super().render(row, audience)
        if row.end_time is None:
            document |= {"endTime": row.last_moment.astimezone(row.zone).isoformat(timespec="seconds")}
            document["displayEndTime"] = False
        document |= {
            "isOnline": bool(row.is_online) and not (row.place and row.online_url),
            "summary": f"<p>{escape(summary_line(row))}</p>",
            "mediaType": "text/html",
            "timezone": row.zone_name,
            "status": row.status,
            "joinMode": row.join_mode or "free",
            "anonymousParticipationEnabled": False,
            "repliesModerationOption": "closed",
            "commentsEnabled": False,
            "attachment": _attachments(row),
        }
        document.pop("summaryMap", None)
        document |= _people(row) | _online_location(row) | trainings.write_training(row.training)
        if "tag" in document:
            document["tag"] = [tag for tag in map(_hashtag, row.tags) if tag]
        return {key: value for key, value in document.items() if key != "tag" or value}


def summary_line(row: Any) -> str:
    """Say in the language spoken now when and where it is; other servers show nothing else of an event."""
    line = " · ".join(
        part for part in (when_line(row), row.place_line or (_("online") if row.is_online else "")) if part
    )
    if row.event_status == "EventCancelled":
        return _("CANCELLED: %(line)s", line=line)
    if row.event_status == "EventRescheduled":
        return _("MOVED to %(line)s", line=line)
    return _("TO BE CONFIRMED: %(line)s", line=line) if row.status == "TENTATIVE" else line


def when_line(row: Any) -> str:
    """Say when it is on the clocks of its place, with the name of the zone."""
    when = f"{format_date(row.starts)}, {format_time(row.starts)}"
    if row.ends is not None:
        same_day = row.ends.date() == row.starts.date()
        when += (
            f"–{format_time(row.ends)}"
            if same_day
            else f" – {format_date(row.ends)}, {format_time(row.ends)}"
        )
    return f"{when} ({row.zone_name})"


def _people(row: Any) -> dict[str, Any]:
    organizers = row.organizers or [row.actor_uri]
    taking_part = row.participant_count or 0
    people: dict[str, Any] = {
        "participantCount": taking_part,
        "attendees": f"{row.uri}/attendees",
        "organizers": {
            "type": "Collection",
            "id": f"{row.uri}/organizers",
            "totalItems": len(organizers),
            "items": organizers,
        },
    }
    if row.capacity is not None:
        people["remainingAttendeeCapacity"] = row.seats_left
    return people


def _online_location(row: Any) -> dict[str, Any]:
    if row.place or not row.online_url:
        return {}
    return {"location": {"type": ONLINE, "url": row.online_url}}


def _attachments(row: Any) -> list[dict[str, Any]]:
    """Pictures first and each with its media type, since Gancio takes the first one for the picture."""
    entries = [dict(entry) for entry in row.attachments or []]
    held = {entry.get("href") for entry in entries}
    if row.place and row.online_url and row.online_url not in held:
        entries.append({"type": "Link", "href": row.online_url, "name": ONLINE_LINK})
    for entry in entries:
        entry.setdefault("mediaType", _media_type(entry))
    if not any(map(_is_picture, entries)):
        parts = urlsplit(row.uri)
        url = f"{parts.scheme}://{parts.netloc}{BANNER_PATH}"
        entries.append({"type": "Document", "mediaType": "image/png", "url": url, "name": "Banner"})
    return sorted(entries, key=lambda entry: not _is_picture(entry))


def _is_picture(entry: Mapping[str, Any]) -> bool:
    return str(entry.get("mediaType")).startswith("image/")


def _media_type(entry: Mapping[str, Any]) -> str:
    if entry.get("type") == "Link" or entry.get("type") == "PropertyValue":
        return "text/html"
    return mimetypes.guess_type(str(entry.get("url")))[0] or "application/octet-stream"


def _hashtag(tag: Mapping[str, Any]) -> dict[str, Any]:
    name = str(tag.get("name") or "").lstrip("#")
    return {**tag, "name": f"#{name}"} if tag.get("type") == "Hashtag" and name else {}


def _with_offset(value: Any, zone: ZoneInfo | None) -> Any:
    """Read a time without offset on the clocks of the event's zone."""
    if zone is None or not isinstance(value, str) or not _NAIVE_TIME.fullmatch(value):
        return value
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
    except ValueError:
        return value


def _online_url(document: Mapping[str, Any]) -> Any:
    """The address of the online place, else the link called so, else the first one of an online event."""
    places = [place for place in as_list(document.get("location")) if isinstance(place, Mapping)]
    for place in places:
        if short_type(place.get("type")) == ONLINE and place.get("url"):
            return place["url"]
    entries = [entry for entry in as_list(document.get("attachment")) if isinstance(entry, Mapping)]
    links = [entry for entry in entries if entry.get("type") == "Link" and entry.get("href")]
    named = [entry for entry in links if entry.get("name") == ONLINE_LINK]
    candidates = named or (links if document.get("isOnline") is True else [])
    return candidates[0]["href"] if candidates else None
