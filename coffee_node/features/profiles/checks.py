"""What may stand in a profile, whoever sends it: the form, a program, an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles.schemas import (
    AVAILABILITIES,
    CONSENT_FIELDS,
    LANGUAGE_LEVELS,
    LEVELS,
    MOBILITY_LIMIT,
    SKILL_LEVELS,
)
from coffee_node.features.profiles.skills import skill_dicts
from coffee_node.features.profiles.terms import LISTINGS
from coffee_node.federation import search
from coffee_node.node import current_node

SKILL_LIMIT = 30


def checked(values: Mapping[str, Any], levels: Mapping[str, str]) -> dict[str, Any]:
    """What may be kept of the values for a profile; Unprocessable names the fields that cannot be so."""
    wanted = {name: value for name, value in values.items() if name != "levels"}
    refused: dict[str, list[str]] = {}
    if "name" in wanted and not wanted["name"]:
        refused["name"] = [_("Please give a name.")]
    if (wanted.get("availability") or "") not in ("", *AVAILABILITIES):
        refused["coffee:availability"] = [_("This is not one of the choices.")]
    for link in wanted.get("links") or []:
        if not is_web_url(link.get("url")):
            refused["links"] = [_("A link begins with https://, for example https://example.org.")]
    for field in ("skills_offered", "skills_sought"):
        if field in wanted:
            wanted[field] = skill_values(wanted[field] or [])
    if wanted.get("listing", "nobody") not in LISTINGS:
        refused["listing"] = [_("This is not one of the choices.")]
    if not set((wanted.get("language_levels") or {}).values()) <= set(LANGUAGE_LEVELS):
        refused["coffee:languageLevels"] = [_("This is not one of the choices.")]
    if not 0 <= (wanted.get("mobility_km") or 0) <= MOBILITY_LIMIT:
        refused["coffee:mobilityRadius"] = [_("Write kilometres, for example 30.")]
    for field, level in levels.items():
        if field not in CONSENT_FIELDS or level not in LEVELS:
            refused[field] = [_("This is not one of the choices.")]
    if refused:
        raise Unprocessable(
            _("This cannot be kept like this."), _("Please correct what is marked."), fields=refused
        )
    if "place" in wanted:
        for column in ("latitude", "longitude", "country"):
            wanted.pop(column, None)
    if "is_listed" in wanted:
        wanted.setdefault("listing", "public" if wanted.pop("is_listed") else "nobody")
    return wanted


def skill_values(given: Sequence[Any]) -> list[dict[str, Any]]:
    """Skills as they are kept, each once, free words with the address of our tag page."""
    kept: dict[str, dict[str, Any]] = {}
    for one in given:
        skill = dict(one) if isinstance(one, Mapping) else {"name": str(one)}
        for made in skill_dicts([str(skill.get("name") or "")], current_node.config.node.base_url):
            kept.setdefault(search.fold(made["name"]), {**made, **{k: v for k, v in skill.items() if v}})
    for skill in kept.values():
        if skill.get("level") not in SKILL_LEVELS:
            skill.pop("level", None)
    return list(kept.values())[:SKILL_LIMIT]
