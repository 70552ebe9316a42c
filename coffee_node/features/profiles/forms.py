"""The form in which people say who they are, and to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired

from coffee_node.base import html, i18n
from coffee_node.base.i18n import LazyText, gettext
from coffee_node.features.profiles.models import Profile
from coffee_node.features.profiles.schemas import CONSENT_FIELDS, LEVELS, level_of
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField, WordsField

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


class ProfileForm(FederatedForm):
    """Everything a person may say about themselves; the levels are radio buttons named `level-<field>`."""

    name = StringField(_("Name"), [InputRequired(_("Please give a name."))])
    headline = StringField(_("What you do, in one line"))
    summary = TextAreaField(
        _("About you"), description=_("Markdown: **bold**, lists with -, [links](https://…).")
    )
    summary_map = LanguageMapField(_("About you in other languages"), is_multiline=True)
    skills_offered = WordsField(_("What you can do"), description=_("Skills, separated by commas."))
    skills_sought = WordsField(_("What you look for"), description=_("Skills, separated by commas."))
    languages = CheckboxesField(_("Languages you speak"))
    links = TextAreaField(_("Links"), description=_("One per line: an address, then its name."))
    availability = SelectField(
        _("Are you available?"), validate_choice=False, choices=list(AVAILABILITY_CHOICES)
    )
    locality = StringField(_("Town"))
    postal_code = StringField(_("Postal code"))
    country = SelectField(_("Country"), validate_choice=False)
    affiliation = SelectField(_("Your place"), validate_choice=False)
    is_listed = BooleanField(_("List me in the directory"))
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
        self.languages.choices = [(code, i18n.language_name(code)) for code in codes]
        self.country.choices = [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)]
        self.affiliation.choices = [("", "–"), *self.space_names.items()]

    def read(self, near: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give the values for the service; `near` is the place of the person's space, for the map."""
        said = self.values()
        texts = self.summary_map.data
        return {
            **{name: said[name] or "" for name in ("name", "headline", "availability", "affiliation")},
            "affiliation_name": self.space_names.get(said["affiliation"] or "", ""),
            "source": said["summary"] or "",
            "summary": html.markdown(said["summary"] or ""),
            "source_map": texts,
            "summary_map": {code: html.markdown(text) for code, text in texts.items()},
            "skills_offered": list(self.skills_offered.data or ()),
            "skills_sought": list(self.skills_sought.data or ()),
            "languages": list(self.languages.data or ()),
            "links": read_links(said["links"] or ""),
            "place": self._place(said, near or {}),
            "is_listed": bool(said["is_listed"]),
        }

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
            for name in ("name", "headline", "availability", "affiliation", "is_listed")
        },
        **{name: address.get(name, "") for name in ("locality", "postal_code", "country")},
        "summary": row.source or html.to_text(row.summary or ""),
        "summary_map": texts,
        "skills_offered": [skill["name"] for skill in row.skills_offered or ()],
        "skills_sought": [skill["name"] for skill in row.skills_sought or ()],
        "languages": row.languages or [],
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
        "summary": gettext("About you"),
        "skills_offered": gettext("What you can do"),
        "skills_sought": gettext("What you look for"),
        "languages": gettext("Languages"),
        "links": gettext("Links"),
        "availability": gettext("Availability"),
        "place": gettext("Town"),
        "affiliation": gettext("Your place"),
    }
