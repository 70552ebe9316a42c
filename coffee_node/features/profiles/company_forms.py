"""The form in which the managers of a company say what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired

from coffee_node.base import html, i18n
from coffee_node.base.gazetteer import find_town
from coffee_node.base.i18n import LazyText
from coffee_node.features.profiles.forms import COUNTRIES, LANGUAGES, read_links
from coffee_node.features.profiles.models import Company
from coffee_node.features.profiles.photo import PhotoChange
from coffee_node.web.choice_fields import CheckboxesField, RadioField, SelectField
from coffee_node.web.forms import FederatedForm, LanguageMapField
from coffee_node.web.image_field import ImageField
from coffee_node.web.skill_field import SkillsField

_: Callable[[str], Any] = LazyText  # WTForms declares its labels as str.

KINDS = (("company", _("a company")), ("centre", _("a competence centre")))
ADDRESS = ("street_address", "postal_code", "locality", "country")


class CompanyForm(FederatedForm):
    """Everything about a company; all of it is public."""

    handle = StringField(
        _("Address on this site"),
        description=_("Small letters, digits and hyphens, for example atelier-nord. It stays for ever."),
    )
    kind = RadioField(_("What is it?"), choices=list(KINDS), default="company")
    name = StringField(_("Name"), [InputRequired(_("Please give a name."))])
    logo = ImageField(_("Logo"))
    summary = TextAreaField(
        _("What it does"), description=_("Markdown: **bold**, lists with -, [links](https://…).")
    )
    summary_map = LanguageMapField(_("The same in other languages"), is_multiline=True)
    skills_offered = SkillsField(_("What it can do"))
    skills_sought = SkillsField(_("What it looks for"))
    languages = CheckboxesField(_("Languages spoken there"))
    street_address = StringField(_("Street and number"))
    postal_code = StringField(_("Postal code"))
    locality = StringField(_("Town"))
    country = SelectField(_("Country"), validate_choice=False)
    links = TextAreaField(_("Links"), description=_("One per line: an address, then its name."))

    def prepare(self) -> None:
        """Fill the choices in the reader's language."""
        codes = dict.fromkeys([*LANGUAGES, *(self.languages.object_data or ())])
        self.languages.choices = [(code, i18n.language_name(code)) for code in codes]
        self.country.choices = [("", "–"), *((code, i18n.country_name(code)) for code in COUNTRIES)]

    @property
    def logo_change(self) -> PhotoChange:
        """What becomes of the logo."""
        return PhotoChange(self.logo.alt, self.logo.data, self.logo.is_removed)

    def read(self) -> dict[str, Any]:
        """Give the values for the service."""
        said = self.values()
        texts = self.summary_map.data
        return {
            "name": said["name"] or "",
            "kind": self.kind.data,
            "source": said["summary"] or "",
            "summary": html.markdown(said["summary"] or ""),
            "source_map": texts,
            "summary_map": {code: html.markdown(text) for code, text in texts.items()},
            "skills_offered": list(self.skills_offered.data),
            "skills_sought": list(self.skills_sought.data),
            "languages": list(self.languages.data or ()),
            "links": read_links(said["links"] or ""),
            "place": _place(said),
        }


def _place(said: Mapping[str, Any]) -> dict[str, Any] | None:
    address = {name: str(said[name]) for name in ADDRESS if said[name]}
    if not address:
        return None
    place: dict[str, Any] = {"type": "Place", "name": address.get("locality", ""), "address": address}
    town = find_town(address.get("locality", ""), address.get("country", ""))
    is_same = town is not None and address.get("country", town.country) == town.country
    return place | {"latitude": town.latitude, "longitude": town.longitude} if town and is_same else place


def fields_of(row: Company) -> dict[str, Any]:
    """A company as the form shows it."""
    address = (row.place or {}).get("address") or {}
    texts = row.source_map or {code: html.to_text(text) for code, text in (row.summary_map or {}).items()}
    return {
        **{
            name: getattr(row, name)
            for name in ("name", "kind", "skills_offered", "skills_sought", "languages")
        },
        **{name: address.get(name, "") for name in ADDRESS},
        "logo": {"url": row.icon["url"], "alt": row.icon.get("name", "")} if row.icon else None,
        "summary": row.source or html.to_text(row.summary or ""),
        "summary_map": texts,
        "links": "\n".join(f"{link['url']} {link['name']}" for link in row.links or ()),
    }
