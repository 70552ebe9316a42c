"""The form of an offer or a need: what a person types, turned into the values of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import DateInput, TextInput

from coffee_node.activitypub.schemas import place_columns
from coffee_node.base import html, i18n
from coffee_node.base.i18n import LazyText, gettext
from coffee_node.features.proposals.essentials import HOUSE_ZONE, skill_names
from coffee_node.features.proposals.intents import CURRENCIES, EMPLOYMENT_TYPES, SALARY_UNITS, decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.service import skill_tags
from coffee_node.web.choice_fields import RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, WordsField, local_moment, zone_named

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

COUNTRIES = ("FR", "BE", "NL", "LU", "DE")
ADDRESS_FIELDS = ("street_address", "postal_code", "locality", "country")
FIELD_OF_PROPERTY = MappingProxyType(
    {"endTime": "end_day", "employmentType": "employment_type", "location": "place_name"}
)
KIND_CHOICES = (
    ("skill", _("a skill")),
    ("mission", _("a mission")),
    ("desk", _("a desk or a room")),
    ("market", _("goods or a market")),
    ("job", _("a job")),
    ("internship", _("an internship")),
)
UNIT_CHOICES = (
    ("one", _("as a whole")),
    ("hour", _("per hour")),
    ("day", _("per day")),
    ("week", _("per week")),
    ("month", _("per month")),
)
EMPLOYMENT_WORDS = (
    _("full time"),
    _("part time"),
    _("as a freelancer"),
    _("for a limited time"),
    _("internship"),
    _("volunteer"),
    _("other contract"),
)
SALARY_WORDS = (_("per hour"), _("per day"), _("per week"), _("per month"), _("per year"))
NUMBER = TextInput("text")


class ProposalForm(FederatedForm):
    """Everything about a proposal that a person may say."""

    actor = SelectField(_("Published by"), validate_choice=False)
    purpose = RadioField(_("What is it?"), choices=[("offer", _("I offer")), ("request", _("I need"))])
    kind = SelectField(_("It is about"), validate_choice=False, choices=list(KIND_CHOICES))
    name = StringField(_("Title"), [InputRequired(_("Please give a title."))])
    language = SelectField(_("Language"), validate_choice=False)
    content = TextAreaField(_("Text"), description=_("Markdown: **bold**, lists with -, [links](https://…)."))
    skills = WordsField(_("Skills"), description=_("Separated by commas."))
    place_name = StringField(_("Name of the place"), description=_("The name of the house or the room."))
    street_address = StringField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town"))
    country = SelectField(_("Country"), validate_choice=False)
    is_remote = BooleanField(_("It can be done remotely"))
    price = StringField(_("Price"), description=_("Empty: to be agreed. 0: free of charge."))
    currency = SelectField(_("Currency"), validate_choice=False)
    unit = SelectField(_("The price is"), validate_choice=False)
    available_quantity = StringField(
        _("How many there are"), description=_("For example 20 days. Empty: not counted.")
    )
    accepts_itself = BooleanField(_("Accept answers by itself while there is something left"))
    end_day = StringField(_("Valid until"), widget=DateInput(), description=_("Empty: 60 days from now."))
    employment_type = SelectField(
        _("Contract"),
        validate_choice=False,
        choices=[("", "–"), *zip(EMPLOYMENT_TYPES, EMPLOYMENT_WORDS, strict=True)],
    )
    job_start_day = StringField(_("Starts on"), widget=DateInput())
    work_hours = StringField(_("Working hours"), description=_("For example 38 h a week."))
    salary_min = StringField(_("Salary from"))
    salary_max = StringField(_("Salary to"))
    salary_unit = SelectField(
        _("The salary is"),
        validate_choice=False,
        choices=[("", "–"), *zip(SALARY_UNITS, SALARY_WORDS, strict=True)],
    )
    name_map = LanguageMapField(_("Title in other languages"))
    content_map = LanguageMapField(_("Text in other languages"), is_multiline=True)
    visibility = RadioField(
        _("Who may see it"),
        choices=[
            ("public", _("Everybody")),
            ("network", _("The partner sites")),
            ("space", _("This place only")),
        ],
        default="public",
    )

    def prepare(self, actors: Sequence[Any]) -> None:
        """Fill the choices that depend on the reader."""
        self.actor.choices = [(actor.uri, actor.name or actor.slug) for actor in actors]
        choices: dict[str, list[tuple[str, Any]]] = {
            "language": [(code, i18n.language_name(code)) for code in i18n.LANGUAGES],
            "country": [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)],
            "unit": list(UNIT_CHOICES),
            "currency": [(code, code) for code in CURRENCIES],
        }
        for name, found in choices.items():
            held = self[name].object_data
            self[name].choices = found if not held or held in dict(found) else [*found, (held, held)]

    def read(self, known_places: Sequence[Mapping[str, Any] | None]) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected.

        A place that was not touched keeps its coordinates: `known_places` are those the form may show.
        """
        said = self.values()
        numbers = {
            name: self._number(name) for name in ("price", "available_quantity", "salary_min", "salary_max")
        }
        end = self._end()
        start = self._start()
        if self.problems():
            return None
        place = self._place(said, known_places)
        texts = self.content_map.data
        return {
            **{
                name: said[name] or "" for name in ("purpose", "kind", "name", "language", "currency", "unit")
            },
            **{name: said[name] or "" for name in ("employment_type", "work_hours", "salary_unit")},
            "name_map": self.name_map.data,
            "source": said["content"] or "",
            "content": html.markdown(said["content"] or ""),
            "source_map": texts,
            "content_map": {code: html.markdown(text) for code, text in texts.items()},
            "tags": skill_tags(list(self.skills.data or ()), str(said["purpose"]), str(said["kind"])),
            "is_remote": bool(said["is_remote"]),
            "accepts_itself": bool(said["accepts_itself"]),
            "price": numbers["price"],
            "available_quantity": numbers["available_quantity"],
            "salary_min": float(numbers["salary_min"]) if numbers["salary_min"] else None,
            "salary_max": float(numbers["salary_max"]) if numbers["salary_max"] else None,
            "salary_currency": "EUR" if numbers["salary_min"] or numbers["salary_max"] else "",
            "job_start_date": start,
            "end_time": end,
            "place": place,
            **place_columns(place),
        }

    def _number(self, name: str) -> str:
        given = str(self[name].data or "").replace("€", "").strip()
        found = decimal_text(given)
        if given and not found:
            self.add_error(name, gettext("Write a number, for example 15 or 12.50."))
        return found

    def _end(self) -> datetime | None:
        try:
            last = local_moment(self.end_day.data, "23:59", HOUSE_ZONE)
            return last.replace(second=59) if last else None
        except ValueError:
            self.add_error("end_day", gettext("Write a day, for example 2026-12-31."))
            return None

    def _start(self) -> date | None:
        try:
            return date.fromisoformat(self.job_start_day.data) if self.job_start_day.data else None
        except ValueError:
            self.add_error("job_start_day", gettext("Write a day, for example 2026-12-31."))
            return None

    def _place(
        self, said: Mapping[str, Any], known_places: Sequence[Mapping[str, Any] | None]
    ) -> dict[str, Any] | None:
        shown = {name: str(said[name] or "") for name in ("place_name", *ADDRESS_FIELDS)}
        for known in known_places:
            if known and place_fields(known) == shown:
                return dict(known)
        address = {name: shown[name] for name in ADDRESS_FIELDS if shown[name]}
        if not address and not shown["place_name"]:
            return None
        return {"type": "Place", "name": shown["place_name"], "address": address}


def place_fields(place: Mapping[str, Any] | None) -> dict[str, str]:
    """A place as the fields of the form."""
    address = (place or {}).get("address") or {}
    fields = {name: str(address.get(name) or "") for name in ADDRESS_FIELDS}
    return {"place_name": str((place or {}).get("name") or ""), **fields}


def fields_of(row: Proposal) -> dict[str, Any]:
    """A proposal as the form shows it for editing."""
    kept = ("purpose", "kind", "name", "name_map", "language", "is_remote", "price", "currency", "unit")
    more = (
        "available_quantity",
        "accepts_itself",
        "employment_type",
        "work_hours",
        "salary_unit",
        "visibility",
    )
    texts = row.source_map or {code: html.to_text(text) for code, text in (row.content_map or {}).items()}
    return {
        **{name: getattr(row, name) for name in (*kept, *more)},
        **place_fields(row.place),
        "content": row.source or html.to_text(row.content or ""),
        "content_map": texts,
        "skills": skill_names(row.tags or ()),
        "end_day": row.end_time.astimezone(zone_named(HOUSE_ZONE)).date().isoformat() if row.end_time else "",
        "job_start_day": row.job_start_date.isoformat() if row.job_start_date else "",
        "salary_min": f"{row.salary_min:g}" if row.salary_min is not None else "",
        "salary_max": f"{row.salary_max:g}" if row.salary_max is not None else "",
    }
