"""The form of an offer or a need: what a person types, turned into the values of the service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from coffee_node.activitypub.schemas import place_columns
from coffee_node.base import clock, html, i18n
from coffee_node.base.i18n import LazyText, gettext
from coffee_node.features.proposals.day_input import DayInput
from coffee_node.features.proposals.essentials import HOUSE_ZONE, skills_of
from coffee_node.features.proposals.intents import CURRENCIES, EMPLOYMENT_TYPES, SALARY_UNITS
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.service import skill_tags
from coffee_node.features.proposals.typed_values import typed_amount, typed_day
from coffee_node.web.choice_fields import RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, local_moment, tidy, zone_named
from coffee_node.web.skill_field import SkillsField

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

COUNTRIES = ("FR", "BE", "NL", "LU", "DE")
ADDRESS_FIELDS = ("street_address", "postal_code", "locality", "country")
FIELD_OF_PROPERTY = MappingProxyType(
    {"endTime": "end_day", "employmentType": "employment_type", "location": "place_name"}
)
NUMBERS = ("price", "available_quantity", "salary_min", "salary_max")
PRICE_KINDS = ("agreed", "amount", "free", "exchange")
PRICE_WORDS = (_("to be agreed"), _("an amount"), _("free of charge"), _("in exchange for something"))
LONGEST_RADIUS = 500
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


class ProposalForm(FederatedForm):
    """Everything about a proposal that a person may say."""

    actor = SelectField(_("Published by"), validate_choice=False)
    purpose = RadioField(_("What is it?"), choices=[("offer", _("I offer")), ("request", _("I need"))])
    kind = SelectField(_("It is about"), validate_choice=False, choices=list(KIND_CHOICES))
    name = StringField(_("Title"), [InputRequired(_("Please give a title."))])
    language = SelectField(_("Language"), validate_choice=False)
    content = TextAreaField(_("Text"), description=_("Markdown: **bold**, lists with -, [links](https://…)."))
    skills = SkillsField(_("Skills"), asks_required=True)
    place_name = StringField(_("Name of the place"), description=_("The name of the house or the room."))
    street_address = StringField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town"))
    country = SelectField(_("Country"), validate_choice=False)
    is_remote = BooleanField(_("It can be done remotely"))
    radius = StringField(_("How far around, in km"), description=_("For example 25."))
    job_start_day = StringField(_("First day"), widget=DayInput())
    last_day = StringField(_("Last day"), widget=DayInput())
    price_kind = RadioField(
        _("What do you ask or give for it?"),
        choices=list(zip(PRICE_KINDS, PRICE_WORDS, strict=True)),
        validate_choice=False,
    )
    price = StringField(_("Amount"), description=_("For example 1 200,50 EUR."))
    currency = SelectField(_("Currency"), validate_choice=False)
    unit = SelectField(_("The price is"), validate_choice=False)
    available_quantity = StringField(
        _("How many there are"), description=_("For example 20 days. Empty: not counted.")
    )
    accepts_itself = BooleanField(_("Accept answers by itself while there is something left"))
    in_return = StringField(_("In exchange for"), description=_("What you would like instead of money."))
    contact = StringField(
        _("How to reach you"),
        description=_("Answers come to its page. A phone number here is seen by all who see it."),
    )
    end_day = StringField(_("Valid until"), widget=DayInput(), description=_("Empty: 60 days from now."))
    employment_type = SelectField(
        _("Contract"),
        validate_choice=False,
        choices=[("", "–"), *zip(EMPLOYMENT_TYPES, EMPLOYMENT_WORDS, strict=True)],
    )
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
        amounts = self._amounts()
        days = {name: self._day(name) for name in ("job_start_day", "last_day")}
        end, radius = self._end(), self._radius()
        if days["job_start_day"] and days["last_day"] and days["last_day"] < days["job_start_day"]:
            self.add_error("last_day", gettext("The last day must not be before the first one."))
        if self.problems():
            return None
        place = self._place(said, known_places)
        return {
            **{name: said[name] or "" for name in ("purpose", "kind", "name", "language", "unit", "contact")},
            **{name: said[name] or "" for name in ("employment_type", "work_hours", "salary_unit")},
            **self._texts(said),
            **amounts,
            "in_return": (said["in_return"] or gettext("to be agreed")) if self._is("exchange") else "",
            "tags": skill_tags(list(self.skills.data or ()), str(said["purpose"]), str(said["kind"])),
            "is_remote": bool(said["is_remote"]),
            "accepts_itself": bool(said["accepts_itself"]),
            "radius": radius,
            "job_start_date": days["job_start_day"],
            "last_day": days["last_day"],
            "end_time": end,
            "place": place,
            **place_columns(place),
        }

    def _texts(self, said: Mapping[str, Any]) -> dict[str, Any]:
        texts = self.content_map.data
        return {
            "name_map": self.name_map.data,
            "source": said["content"] or "",
            "content": html.markdown(said["content"] or ""),
            "source_map": texts,
            "content_map": {code: html.markdown(text) for code, text in texts.items()},
        }

    def _is(self, kind: str) -> bool:
        """Whether the price is of this kind; an amount that was typed is one, whatever was chosen."""
        chosen = self.price_kind.data if self.price_kind.data in PRICE_KINDS else "agreed"
        if tidy(self.price.data) and chosen == "agreed":
            chosen = "amount"
        return chosen == kind

    def _amounts(self) -> dict[str, Any]:
        """Price, quantity and salary; a currency typed with an amount counts more than the choice."""
        found = {name: self._number(name) for name in NUMBERS}
        currency = found["price"][1] or self.currency.data or "EUR"
        if self._is("amount") and not tidy(self.price.data):
            self.add_error("price", gettext("Write the amount, or choose another kind of price."))
        price = found["price"][0] if self._is("amount") else "0" if self._is("free") else ""
        lowest, highest = (found[name][0] for name in ("salary_min", "salary_max"))
        paid_in = found["salary_min"][1] or found["salary_max"][1] or "EUR"
        return {
            "price": price,
            "currency": currency,
            "available_quantity": found["available_quantity"][0],
            "salary_min": float(lowest) if lowest else None,
            "salary_max": float(highest) if highest else None,
            "salary_currency": paid_in if lowest or highest else "",
        }

    def _number(self, name: str) -> tuple[str, str]:
        typed = tidy(self[name].data)
        try:
            return typed_amount(typed) if typed else ("", "")
        except ValueError:
            self.add_error(name, gettext("Write a number, for example 15 or 12.50."))
            return "", ""

    def _radius(self) -> int | None:
        typed = tidy(self.radius.data).lower().removesuffix("km").strip()
        if not typed:
            return None
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= LONGEST_RADIUS):
            self.add_error("radius", gettext("Write a number of kilometres, at most 500."))
            return None
        return int(typed)

    def _day(self, name: str) -> date | None:
        try:
            return typed_day(tidy(self[name].data))
        except ValueError:
            self.add_error(name, gettext("Write a day, for example 2026-12-31."))
            return None

    def _end(self) -> datetime | None:
        day = self._day("end_day")
        last = local_moment(day.isoformat(), "23:59", HOUSE_ZONE) if day is not None else None
        return last.replace(second=59) if last else None

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
    is_closed = row.available_quantity == "0" and row.end_time is not None and row.end_time <= clock.utcnow()
    more = (
        "in_return",
        "contact",
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
        "skills": skills_of(row.tags or ()),
        "available_quantity": row.quantity_before_end if is_closed else row.available_quantity,
        "price_kind": _price_kind(row),
        "radius": str(row.radius) if row.radius else "",
        "last_day": row.last_day.isoformat() if row.last_day else "",
        "end_day": row.end_time.astimezone(zone_named(HOUSE_ZONE)).date().isoformat() if row.end_time else "",
        "job_start_day": row.job_start_date.isoformat() if row.job_start_date else "",
        "salary_min": f"{row.salary_min:g}" if row.salary_min is not None else "",
        "salary_max": f"{row.salary_max:g}" if row.salary_max is not None else "",
    }


def _price_kind(row: Proposal) -> str:
    if row.in_return:
        return "exchange"
    if not row.price:
        return "agreed"
    return "free" if float(row.price) == 0 else "amount"
