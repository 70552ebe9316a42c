"""Persons and companies on the wire, and the one place that decides which field leaves for whom."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Final

from marshmallow import fields, post_load

from coffee_node.activitypub.schemas import (
    Count,
    DocumentSchema,
    HttpUrl,
    LanguageTag,
    LocatedObjectSchema,
    OneOrMany,
    Picture,
    PlainText,
)
from coffee_node.activitypub.vocabulary import ACTOR_CONTEXT, is_web_url, strip_nulls
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles.skills import skills_in, tag_documents

Speak = Callable[[str], AbstractContextManager[object]]

LEVELS: Final = ("private", "space", "network", "public")
DEFAULT_LEVEL: Final = "space"
CONSENT_FIELDS: Final = (
    "headline",
    "icon",
    "summary",
    "skills_offered",
    "skills_sought",
    "languages",
    "links",
    "availability",
    "place",
    "mobility_km",
    "affiliation",
    "work",
)
WITHOUT_COLUMN: Final = frozenset({"work"})
AVAILABILITIES: Final = ("available", "part-time", "soon", "unavailable")
LANGUAGE_LEVELS: Final = ("A1", "A2", "B1", "B2", "C1", "C2", "native")
SKILL_LEVELS: Final = (1, 2, 3, 4)
COMPANY_KINDS: Final = ("company", "centre")
LINK_LIMIT: Final = 10
MOBILITY_LIMIT: Final = 2000

_COMPANIONS: Final = {
    "summary": ("source", "summary_map", "source_map"),
    "languages": ("language_levels",),
    "place": ("latitude", "longitude", "country"),
    "affiliation": ("affiliation_name",),
}
_ANCHOR: Final = re.compile(r"""<a\b[^>]*\bhref=["']([^"']+)["']""", re.IGNORECASE)


def level_of(row: Any, field: str) -> str:
    """Who may see a field of a profile; what another node sent is public already."""
    if not row.is_local:
        return "public"
    level = (row.levels or {}).get(field, DEFAULT_LEVEL)
    return level if level in LEVELS else "private"


def shown_fields(row: Any, audience: str) -> dict[str, Any]:
    """Give the fields of a profile for an audience: `public`, `network`, `space`, or `private` for its owner.

    A field that this audience may not see is absent, with everything derived from it.
    """
    reach = LEVELS.index(audience)
    shown = {name: getattr(row, name) for name in ("uri", "name")}
    shown["is_listed"] = bool(row.is_listed) or (row.is_local and (row.list_reach or 0) >= max(reach, 1))
    for field in CONSENT_FIELDS:
        if field not in WITHOUT_COLUMN and is_shown(row, field, audience):
            shown |= {name: getattr(row, name) for name in (field, *_COMPANIONS.get(field, ()))}
    return shown


def is_shown(row: Any, field: str, audience: str) -> bool:
    """Whether a field of a profile is for this audience."""
    return LEVELS.index(level_of(row, field)) >= LEVELS.index(audience)


class Flag(fields.Field[bool]):
    """A yes; anything else is a no."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        return value is True


class LanguageLevels(fields.Field[dict[str, str]]):
    """How well somebody speaks which language; beside `knowsLanguage`, which names the languages."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        found = {}
        for entry in value if isinstance(value, list) else [value]:
            if isinstance(entry, dict) and entry.get("coffee:level") in LANGUAGE_LEVELS:
                found[str(entry.get("coffee:language"))[:20].lower()] = str(entry["coffee:level"])
        return dict(list(found.items())[:20])

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return [
            {"coffee:language": code, "coffee:level": level}
            for code, level in (value or {}).items()
            if level in LANGUAGE_LEVELS
        ] or None


class SkilledSchema(LocatedObjectSchema):
    """What persons and companies share: skills as tags, links as named values, languages.

    `speak(language)` is the context in which the values for plain readers are written.
    """

    class Meta(DocumentSchema.Meta):
        exclude = ("actor_uri",)

    context = ACTOR_CONTEXT
    is_listed = Flag(data_key="discoverable", load_default=False)
    languages = OneOrMany(LanguageTag(), limit=20, data_key="knowsLanguage")
    icon = Picture()

    def __init__(self, speak: Speak = nullcontext, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.speak = speak

    @post_load
    def read_skills_and_links(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Put the skills and links that peers send as tags and named values into columns of their own."""
        tags = values["tags"]
        values["skills_offered"] = skills_in(tags, "skill")
        values["skills_sought"] = skills_in(tags, "skill-sought")
        values["links"] = _links_in(values["attachments"], values.get("affiliation", ""))
        return values

    def write_document(self, shown: Mapping[str, Any], language: str) -> dict[str, Any]:
        """Give the document of these fields, with what plain readers show beside it."""
        document: dict[str, Any] = self.dump(shown)
        document["tag"] = tag_documents(shown)
        with self.speak(language):
            document["attachment"] = _named_values(shown)
        stripped: dict[str, Any] = strip_nulls(document)
        return stripped


class ProfileSchema(SkilledSchema):
    """A Person; render() gives `public` fields, or those for the `network` too."""

    type_name: ClassVar[str] = "Person"

    headline = PlainText(data_key="coffee:headline")
    availability = PlainText(20, data_key="coffee:availability")
    affiliation = HttpUrl()
    language_levels = LanguageLevels(data_key="coffee:languageLevels", load_default=dict)
    mobility_km = Count(data_key="coffee:mobilityRadius")

    @post_load
    def drop_unknown_availability(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Keep the availabilities that have a meaning here."""
        known = values["availability"] in AVAILABILITIES
        far = values["mobility_km"] or 0
        values = values | {"mobility_km": min(far, MOBILITY_LIMIT) or None}
        return values if known else values | {"availability": ""}

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give what this audience (`public` or `network`) may read; nothing else ever leaves the node."""
        if audience not in ("public", "network"):
            raise ValueError(f"{audience!r} is not an audience on the wire")
        return self.write_document(shown_fields(row, audience), row.language or "")


class CompanySchema(SkilledSchema):
    """An Organization that is no coworking space: a company or a competence centre."""

    type_name: ClassVar[str] = "Organization"

    kind = PlainText(20)

    @post_load
    def default_kind(self, values: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """An Organization without a kind is a company (federation.md, section 5)."""
        return values if values["kind"] in COMPANY_KINDS else values | {"kind": "company"}

    def render(self, row: Any, audience: str = "public") -> dict[str, Any]:
        """Give the whole company; it has no fields that somebody may not see."""
        names = ("uri", "kind", "name", "name_map", "summary", "summary_map", "place", "is_listed")
        shown = {name: getattr(row, name) for name in (*names, "skills_offered", "skills_sought")}
        shown |= {"languages": row.languages, "links": row.links, "icon": row.icon}
        return self.write_document(shown, row.language or "")


def _links_in(attachments: Iterable[Mapping[str, Any]], affiliation: str) -> list[dict[str, str]]:
    """The named values that are links; the one that names the space of a person is no link of theirs."""
    own_space = {affiliation, _page_of(affiliation)}
    links = []
    for entry in attachments:
        url = _address_in(entry)
        if is_web_url(url) and url not in own_space:
            links.append({"name": str(entry.get("name") or url), "url": url})
    return links[:LINK_LIMIT]


def _address_in(entry: Mapping[str, Any]) -> str:
    found = _ANCHOR.search(str(entry.get("value") or "")) if entry.get("type") == "PropertyValue" else None
    return html.unescape(found.group(1)) if found else ""


def _named_values(shown: Mapping[str, Any]) -> list[dict[str, str]]:
    links = shown.get("links") or ()
    values = [_named(link["name"], _anchor(link["url"], "me nofollow noopener")) for link in links]
    if shown.get("affiliation"):
        name = shown.get("affiliation_name") or ""
        link = _anchor(_page_of(shown["affiliation"]), "nofollow noopener", name)
        values.append(_named(_("Place"), link))
    if shown.get("languages"):
        values.append(_named(_("Languages"), ", ".join(shown["languages"])))
    if shown.get("availability"):
        values.append(_named(_("Availability"), availability_label(shown["availability"])))
    return values


def availability_label(code: str) -> str:
    """The availability in the reader's words."""
    labels = {
        "available": _("available"),
        "part-time": _("available part of the time"),
        "soon": _("available soon"),
        "unavailable": _("not available now"),
    }
    return str(labels.get(code, ""))


def _named(name: str, value: str) -> dict[str, str]:
    return {"type": "PropertyValue", "name": name, "value": value}


def _anchor(url: str, rel: str, text: str = "") -> str:
    text = text or url.partition("://")[2].removesuffix("/")
    return f'<a href="{html.escape(url)}" rel="{rel}">{html.escape(text)}</a>'


def _page_of(actor_uri: str) -> str:
    """The page of an actor of a node like ours, else its id."""
    return re.sub(r"/actors/([^/]+)$", r"/@\1", actor_uri)


def accepts_company(document: Mapping[str, Any]) -> bool:
    """Whether an Organization is no coworking space."""
    return document.get("kind") != "space"
