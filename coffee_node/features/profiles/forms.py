"""The form in which people say who they are, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.validators import InputRequired
from wtforms.widgets import NumberInput

from coffee_node.base import html, i18n
from coffee_node.base.i18n import LazyText, gettext
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.photo import PhotoChange
from coffee_node.features.profiles.schemas import (
    CONSENT_FIELDS,
    LANGUAGE_LEVELS,
    LEVELS,
    MOBILITY_LIMIT,
    level_of,
)
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField
from coffee_node.web.image_field import ImageField
from coffee_node.web.skill_field import SkillsField

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

COUNTRIES = ("FR", "BE", "NL", "LU", "DE")
LANGUAGES = ("fr", "nl", "en", "de", "lb", "es", "it", "ar")
AVAILABILITY_CHOICES = (
    ("", "–"),
    ("available", _("available")),
    ("part-time", _("available part of the time")),
    ("soon", _("available soon")),
    ("unavailable", _("not available now")),
)
COORDINATES = ("latitude", "longitude")
LISTING_CHOICES = (
    ("nobody", _("nobody: I am in no directory")),
    ("space", _("my place: its members find me")),
    ("network", _("the network: members of the partner sites find me too")),
    ("public", _("everybody: also who has no account")),
)


class FirstProfileForm(FederatedForm):
    """The second screen of who was invited: enough to be found, the rest can wait."""

    name = StringField(_("Name"), [InputRequired(_("Please give a name."))])
    headline = StringField(_("What you do, in one line"))
    skills_offered = SkillsField(_("What you can do"), description=_("One skill is enough for a start."))
    listing = RadioField(_("Who finds you in the directory?"), choices=list(LISTING_CHOICES), default="space")

    def read(self) -> dict[str, Any]:
        """Give the values for the service."""
        said = self.values()
        texts = {name: said[name] or "" for name in ("name", "headline")}
        return {**texts, "skills_offered": list(self.skills_offered.data), "listing": self.listing.data}


class LanguageLevelsField(Field):
    """How well somebody speaks each language: `data` is {code: level}, inputs are named `<name>-<code>`."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Sequence[Any] | None = None) -> None:
        """Read the levels; those that are none are left out."""
        self.process_errors = []
        self.data = dict(data or {})
        start = f"{self.name}-"
        if formdata is not None and any(str(name).startswith(start) for name in formdata):
            given = {name.removeprefix(start): formdata[name] for name in formdata if name.startswith(start)}
            self.data = {code: level for code, level in given.items() if level in LANGUAGE_LEVELS}


class ProfileForm(FederatedForm):
    """Everything a person may say about themselves; the levels are radio buttons named `level-<field>`."""

    name = StringField(_("Name"), [InputRequired(_("Please give a name."))])
    photo = ImageField(_("Photo"))
    headline = StringField(_("What you do, in one line"))
    summary = TextAreaField(
        _("About you"), description=_("Markdown: **bold**, lists with -, [links](https://…).")
    )
    summary_map = LanguageMapField(_("About you in other languages"), is_multiline=True)
    skills_offered = SkillsField(_("What you can do"))
    skills_sought = SkillsField(_("What you look for"))
    languages = CheckboxesField(_("Languages you speak"))
    language_level = LanguageLevelsField(_("How well"))
    links = TextAreaField(_("Links"), description=_("One per line: an address, then its name."))
    availability = SelectField(
        _("Are you available?"), validate_choice=False, choices=list(AVAILABILITY_CHOICES)
    )
    locality = StringField(_("Town"))
    postal_code = StringField(_("Postal code"))
    country = SelectField(_("Country"), validate_choice=False)
    mobility = StringField(
        _("How far you travel for work, in kilometres"),
        description=_("For example 30."),
        widget=NumberInput(min=0),
    )
    affiliation = SelectField(_("Your place"), validate_choice=False)
    listing = RadioField(
        _("Who finds you in the directory?"), choices=list(LISTING_CHOICES), default="nobody"
    )
    takes_messages = BooleanField(
        _("People with an account here may write to me"),
        description=_("They do not see your address; you answer on a page of this site."),
    )
    publication = RadioField(
        _("How far does your profile go?"),
        choices=[
            ("space", _("It stays at my place; nothing leaves this site.")),
            ("public", _("It is published: each field goes as far as I choose.")),
        ],
        default="space",
    )

    def prepare(self, spaces: Sequence[Any]) -> None:
        """Fill the choices that depend on the person; what the profile holds can be kept."""
        self.space_names = {space.uri: space.name or space.slug for space in spaces}
        held = self.affiliation.object_data
        if held and held not in self.space_names:
            self.space_names[held] = held
        codes = dict.fromkeys([*LANGUAGES, *(self.languages.object_data or ())])
        self.language_levels = [
            ("", _("level not said")),
            *((level, level_label(level)) for level in LANGUAGE_LEVELS),
        ]
        self.languages.choices = [(code, i18n.language_name(code)) for code in codes]
        self.country.choices = [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)]
        self.affiliation.choices = [("", "–"), *self.space_names.items()]

    @property
    def is_published(self) -> bool:
        """Whether anything leaves this site: for a directory beyond the own place it has to."""
        return self.publication.data == "public" or self.listing.data in ("network", "public")

    @property
    def photo_change(self) -> PhotoChange:
        """What becomes of the photo."""
        return PhotoChange(self.photo.alt, self.photo.data, self.photo.is_removed)

    def read(self, near: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Give the values for the service, None when something has to be corrected.

        `near` is the place of the person's space, for the map.
        """
        said = self.values()
        mobility = self._kilometres()
        if self.problems():
            return None
        texts, levels = self.summary_map.data, self.language_level.data
        return {
            **{name: said[name] or "" for name in ("name", "headline", "availability", "affiliation")},
            "affiliation_name": self.space_names.get(said["affiliation"] or "", ""),
            "source": said["summary"] or "",
            "summary": html.markdown(said["summary"] or ""),
            "source_map": texts,
            "summary_map": {code: html.markdown(text) for code, text in texts.items()},
            "skills_offered": list(self.skills_offered.data or ()),
            "skills_sought": list(self.skills_sought.data or ()),
            "languages": list(dict.fromkeys([*(self.languages.data or ()), *levels])),
            "language_levels": levels,
            "links": read_links(said["links"] or ""),
            "place": self._place(said, near or {}),
            "mobility_km": mobility,
            "listing": self.listing.data,
            "takes_messages": bool(said["takes_messages"]),
        }

    def _kilometres(self) -> int | None:
        text = str(self.mobility.data or "").lower().replace("km", "").strip()
        if text and not (text.isascii() and text.isdigit() and int(text) <= MOBILITY_LIMIT):
            self.add_error("mobility", gettext("Write kilometres, for example 30."))
            return None
        return int(text) if text else None

    def _place(self, said: Mapping[str, Any], near: Mapping[str, Any]) -> dict[str, Any] | None:
        names = ("locality", "postal_code", "country")
        address = {name: str(said[name]) for name in names if said[name]}
        if not address:
            return None
        place: dict[str, Any] = {"type": "Place", "name": address.get("locality", ""), "address": address}
        town = (near.get("address") or {}).get("locality", "")
        if town and town.casefold() == address.get("locality", "").casefold():
            # A town is enough to be found near: a hundredth of a degree, not somebody's door.
            place |= {name: round(near[name], 2) for name in COORDINATES if near.get(name) is not None}
        return place


def read_levels(submitted: Mapping[str, str]) -> dict[str, str]:
    """Give the level of each field as submitted; what is no level is left out."""
    found = {field: submitted.get(f"level-{field}", "") for field in CONSENT_FIELDS}
    return {field: level for field, level in found.items() if level in LEVELS}


def read_links(text: str) -> list[dict[str, str]]:
    """Give the links of one line each: an address, then its name."""
    links = []
    for line in text.splitlines():
        address, _space, name = line.strip().partition(" ")
        if address:
            url = address if "://" in address else f"https://{address}"
            links.append({"url": url, "name": name.strip() or url.partition("://")[2].removesuffix("/")})
    return links


def fields_of(row: Profile, is_published: bool) -> dict[str, Any]:
    """A profile as the form shows it."""
    address = (row.place or {}).get("address") or {}
    texts = row.source_map or {code: html.to_text(text) for code, text in (row.summary_map or {}).items()}
    return {
        **{
            name: getattr(row, name)
            for name in ("name", "headline", "availability", "affiliation", "listing", "takes_messages")
        },
        **{name: address.get(name, "") for name in ("locality", "postal_code", "country")},
        "summary": row.source or html.to_text(row.summary or ""),
        "summary_map": texts,
        "photo": {"url": row.icon["url"], "alt": row.icon.get("name", "")} if row.icon else None,
        "skills_offered": row.skills_offered or [],
        "skills_sought": row.skills_sought or [],
        "languages": row.languages or [],
        "language_level": row.language_levels or {},
        "mobility": "" if row.mobility_km is None else str(row.mobility_km),
        "links": "\n".join(f"{link['url']} {link['name']}" for link in row.links or ()),
        "publication": "public" if is_published else "space",
    }


def levels_of(row: Profile) -> dict[str, str]:
    """The level of every field, chosen or not yet."""
    return {field: level_of(row, field) for field in CONSENT_FIELDS}


def field_labels() -> dict[str, str]:
    """What the levels are about, in the reader's words."""
    return {
        "headline": gettext("What you do"),
        "icon": gettext("Photo"),
        "summary": gettext("About you"),
        "skills_offered": gettext("What you can do"),
        "skills_sought": gettext("What you look for"),
        "languages": gettext("Languages"),
        "links": gettext("Links"),
        "availability": gettext("Availability"),
        "place": gettext("Town"),
        "mobility_km": gettext("How far you travel"),
        "affiliation": gettext("Your place"),
        "work": gettext("Where you work"),
    }


def level_label(level: str) -> str:
    """The level of a language in the reader's words."""
    return gettext("native language") if level == "native" else level
