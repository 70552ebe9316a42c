"""The form of an event: what a person types, turned into the document that the schema reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput, NumberInput, URLInput

from coffee_node.activitypub.schemas import place_columns
from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import html, i18n
from coffee_node.base.errors import InvalidDocument
from coffee_node.base.i18n import _, gettext
from coffee_node.features.events import invitations
from coffee_node.features.events.models import CATEGORIES, ZONE_OF_COUNTRY, Event
from coffee_node.features.events.schemas import EventSchema
from coffee_node.web.choice_fields import RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, WordsField, local_moment

COUNTRIES = ("FR", "BE", "NL", "LU", "DE")
ZONES = tuple(sorted({*ZONE_OF_COUNTRY.values(), "UTC"}))
ADDRESS_FIELDS = ("street_address", "postal_code", "locality", "country")
FIELD_OF_PROPERTY = MappingProxyType(
    {
        "startTime": "start_day",
        "endTime": "end_day",
        "externalParticipationUrl": "external_url",
        "maximumAttendeeCapacity": "capacity",
        "location": "place_name",
    }
)
VISIBILITIES = MappingProxyType(
    {"public": _("Everybody"), "network": _("The partner sites"), "space": _("This place only")}
)
TEXT_COLUMNS = ("name", "name_map", "content", "content_map", "language", "category", "tags")
TIME_COLUMNS = ("start_time", "end_time", "display_end_time", "timezone")
PLACE_COLUMNS = ("place", "latitude", "longitude", "country", "online_url", "is_online")
COLUMNS = frozenset({*TEXT_COLUMNS, *TIME_COLUMNS, *PLACE_COLUMNS, "capacity", "join_mode", "external_url"})


class EventForm(FederatedForm):
    """Everything about an event that a person may say."""

    actor = SelectField(_("Published by"))
    name = StringField(_("Title"), [InputRequired(_("Give the event a title."))])
    language = SelectField(_("Language of the event"))
    start_day = StringField(_("Day"), [InputRequired(_("Say when it starts."))], widget=DateInput())
    start_clock = StringField(
        _("Starts at"),
        [InputRequired(_("Say at what time it starts."))],
        description=_("For example 18:00 or 18h30."),
    )
    end_day = StringField(_("Last day"), widget=DateInput(), description=_("Only if it ends on another day."))
    end_clock = StringField(_("Ends at"))
    timezone = SelectField(_("Time zone"))
    place_name = StringField(_("Name of the place"), description=_("The name of the house or the room."))
    street_address = StringField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town"))
    country = SelectField(_("Country"))
    online_url = StringField(
        _("Address online"), widget=URLInput(), description=_("If one can take part remotely.")
    )
    content = TextAreaField(_("Text"), description=_("Markdown: **bold**, lists with -, [links](https://…)."))
    category = SelectField(_("Kind"))
    tags = WordsField(_("Keywords"), description=_("Separated by commas."))
    capacity = StringField(_("Seats"), widget=NumberInput(min=1), description=_("Empty: no limit."))
    join_mode = RadioField(
        _("Who may come"),
        choices=[
            ("free", _("Everybody who registers")),
            ("restricted", _("Registration that you confirm")),
            ("external", _("Registration at another address")),
            ("invite", _("Only who is invited")),
            ("none", _("No registration")),
        ],
        default="free",
    )
    external_url = StringField(_("Address for registration"), widget=URLInput())
    invited = WordsField(
        _("Who is invited"),
        description=_("Their addresses, separated by commas, for example @jan@tournai.example."),
    )
    has_waiting_list = BooleanField(_("When it is full, keep a waiting list"))
    join_until_day = StringField(
        _("Registration until"),
        widget=DateInput(),
        description=_("The end of that day. Empty: until it is over."),
    )
    name_map = LanguageMapField(_("Title in other languages"))
    content_map = LanguageMapField(_("Text in other languages"), is_multiline=True)
    visibility = RadioField(_("Who may see it"), default="public")

    def offer(self, actors: Sequence[Any], zone: str) -> None:
        """Fill the choices that depend on the reader and on the row; what the row holds can be kept."""
        choices: dict[str, list[tuple[str, Any]]] = {
            "actor": [(actor.uri, actor.name or actor.slug) for actor in actors],
            "language": [(code, i18n.language_name(code)) for code in i18n.LANGUAGES],
            "country": [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)],
            "category": [("", "–"), *CATEGORIES.items()],
            "timezone": [(name, name) for name in ZONES],
            "visibility": list(VISIBILITIES.items()),
        }
        self.timezone.data = self.timezone.data or zone
        for name, found in choices.items():
            held = self[name].object_data
            if held and held not in dict(found):
                found.append((held, held))
            self[name].choices = found

    def read(self, known_places: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected.

        A place that was not touched keeps its coordinates: `known_places` are those the form may show.
        """
        start = self._moment("start_day", "start_clock")
        end = self._moment("end_day", "end_clock") if self.end_clock.data or self.end_day.data else None
        if start and end and end < start:
            message = gettext("The end must be after the start (%(time)s).", time=self.start_clock.data)
            self.add_error("end_clock", message)
        capacity = str(self.capacity.data or "").strip()
        if capacity and not (capacity.isascii() and capacity.isdigit() and 0 < int(capacity) < 1_000_000):
            self.add_error("capacity", gettext("Write a number of seats, or nothing."))
        for name in ("online_url", "external_url"):
            self._complete_address(name)
        until = self._end_of_day("join_until_day")
        invited = self._invited()
        document = self._document(start, end)
        if self.problems() or start is None:
            return None
        try:
            parsed = EventSchema().parse(document)
        except InvalidDocument as error:
            self.take_errors(error, FIELD_OF_PROPERTY)
            return None
        values = {name: value for name, value in parsed.items() if name in COLUMNS}
        values = with_known_point(values, known_places)
        values |= {"source": self.values()["content"] or "", "source_map": self.content_map.data}
        values |= {"has_waiting_list": bool(self.has_waiting_list.data), "join_until": until}
        return values | {"invited": invited}

    def changed(self, values: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
        """The values without a text that was only shown: HTML that came without Markdown stays as it is."""
        if self.values()["content"] != before["content"] or self.content_map.data != before["content_map"]:
            return values
        texts = {"content", "content_map", "source", "source_map"}
        return {name: value for name, value in values.items() if name not in texts}

    def _complete_address(self, name: str) -> None:
        """Accept an address without its scheme."""
        field = self[name]
        if field.data and "://" not in field.data:
            field.data = f"https://{field.data.strip()}"
        if field.data and not (is_web_url(field.data) and "." in field.data):
            self.add_error(name, gettext("Write an address like https://example.org."))

    def _moment(self, day_name: str, clock_name: str) -> datetime | None:
        day = self[day_name].data or (self.start_day.data if day_name == "end_day" else None)
        try:
            return local_moment(day, self[clock_name].data, self.timezone.data)
        except ValueError:
            if _is_day(day):
                self.add_error(clock_name, gettext("This is not a time. Write it like 9:30."))
            else:
                self.add_error(day_name, gettext("Write a day like 2026-12-24."))
            return None

    def _end_of_day(self, name: str) -> datetime | None:
        if not self[name].data:
            return None
        try:
            return local_moment(self[name].data, "23:59", self.timezone.data)
        except ValueError:
            self.add_error(name, gettext("Write a day like 2026-12-24."))
            return None

    def _invited(self) -> list[str]:
        found, unknown = invitations.read_invited(self.invited.data or ())
        if unknown:
            names = ", ".join(unknown)
            self.add_error(
                "invited", gettext("Nobody here knows %(names)s. Look them up first.", names=names)
            )
        return found

    def _document(self, start: datetime | None, end: datetime | None) -> dict[str, Any]:
        """The event as on the wire, as far as the form knows it."""
        said = self.values()
        language = said["language"] or ""
        texts = {language: said["content"] or "", **self.content_map.data}
        titles = {language: said["name"] or "", **self.name_map.data}
        written = {code: html.markdown(text) for code, text in texts.items() if text}
        return {
            "name": said["name"],
            "nameMap": titles if self.name_map.data else {},
            "content": written.get(language, ""),
            "contentMap": written if self.content_map.data else {},
            "inLanguage": language,
            "startTime": start.isoformat() if start else None,
            "endTime": end.isoformat() if end else None,
            "timezone": said["timezone"],
            "isOnline": bool(said["online_url"]) and not said["place_name"] and not said["locality"],
            "location": [self._place(said), {"type": "VirtualLocation", "url": said["online_url"]}],
            "category": said["category"],
            "tag": [{"type": "Hashtag", "name": f"#{word.lstrip('#')}"} for word in self.tags.data or ()],
            "maximumAttendeeCapacity": int(said["capacity"])
            if str(said["capacity"] or "").isdigit()
            else None,
            "joinMode": said["join_mode"],
            "externalParticipationUrl": said["external_url"],
        }

    def _place(self, said: Mapping[str, Any]) -> dict[str, Any]:
        address = {
            "type": "PostalAddress",
            "streetAddress": said["street_address"],
            "postalCode": said["postal_code"],
            "addressLocality": said["locality"],
            "addressCountry": said["country"],
        }
        return {"type": "Place", "name": said["place_name"], "address": address}


def _is_day(text: str | None) -> bool:
    try:
        return bool(date.fromisoformat(text or ""))
    except ValueError:
        return False


def with_known_point(
    values: dict[str, Any], known_places: Sequence[Mapping[str, Any] | None]
) -> dict[str, Any]:
    """Give a place that reads like one we know the coordinates of that one."""
    for known in known_places:
        if known and values["place"] and place_fields(known) == place_fields(values["place"]):
            return values | {"place": dict(known), **place_columns(known)}
    return values


def place_fields(place: Mapping[str, Any] | None) -> dict[str, str]:
    """A place as the fields of the form."""
    address = (place or {}).get("address") or {}
    fields = {name: str(address.get(name) or "") for name in ADDRESS_FIELDS}
    return {"place_name": str((place or {}).get("name") or ""), **fields}


def fields_of(event: Event) -> dict[str, Any]:
    """An event as the form shows it for editing."""
    start, end = event.starts, event.ends
    own = {event.language or "", ""}
    texts = event.source_map or {code: html.to_text(text) for code, text in (event.content_map or {}).items()}
    return {
        **{
            name: getattr(event, name)
            for name in ("name", "language", "category", "visibility", "online_url")
        },
        **{name: getattr(event, name) for name in ("capacity", "external_url")},
        **place_fields(event.place),
        "start_day": start.date().isoformat(),
        "start_clock": f"{start:%H:%M}",
        "end_day": end.date().isoformat() if end and end.date() != start.date() else "",
        "end_clock": f"{end:%H:%M}" if end else "",
        "timezone": event.zone_name,
        "join_mode": event.join_mode or "free",
        "invited": invitations.shown(event.invited or ()),
        "has_waiting_list": event.has_waiting_list,
        "join_until_day": event.join_until.astimezone(event.zone).date().isoformat()
        if event.join_until
        else "",
        "content": event.source or html.to_text(event.content or ""),
        "tags": [str(tag.get("name", "")).lstrip("#") for tag in event.tags or ()],
        "name_map": {code: text for code, text in (event.name_map or {}).items() if code not in own},
        "content_map": {code: text for code, text in texts.items() if code not in own},
    }
