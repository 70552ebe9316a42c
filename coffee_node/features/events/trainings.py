"""Trainings: the skills they teach, for whom, how long, for what price and with which certificate.

On the wire these are terms of schema.org beside the event (`sdo:teaches` and so on), because the tags of an
event are hashtags only: others cut the first character of every tag name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, Final

from babel.numbers import format_decimal

from coffee_node.activitypub.schema_fields import DocumentField, web_url
from coffee_node.activitypub.vocabulary import as_list
from coffee_node.base.html import plain_text
from coffee_node.base.i18n import _, first_upper, gettext, ngettext, plural_number, reader_locale

CATEGORY: Final = "LEARNING"
TEACHES: Final = "sdo:teaches"
SKILL_LIMIT: Final = 20
TEXT_LIMIT: Final = 300
MOST_HOURS: Final = 1000
LEVELS: Final = MappingProxyType(
    {
        "beginner": _("for beginners"),
        "intermediate": _("for people with some experience"),
        "advanced": _("for people with much experience"),
    }
)
_TERMS: Final = MappingProxyType(
    {
        "level": "sdo:educationalLevel",
        "certificate": "sdo:educationalCredentialAwarded",
        "price": "sdo:price",
    }
)
_TIME: Final = "sdo:timeRequired"
_HOURS: Final = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,2})M)?", re.ASCII)


class Skills(DocumentField[list[dict[str, Any]]]):
    """What a training teaches: names, or objects with a name and the address of a known skill."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        found = {skill["name"].casefold(): skill for one in as_list(value) if (skill := _read_skill(one))}
        return list(found.values())[:SKILL_LIMIT]

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[Any] | None:
        return [{"type": "Link", "rel": "skill", **skill} for skill in value or ()] or None


def _read_skill(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        value = {"name": value}
    name = value.get("name") if isinstance(value, Mapping) else None
    if not isinstance(name, str) or not plain_text(name[:1000]).strip():
        return {}
    href = web_url(value.get("href") or value.get("id"))
    named = {"name": plain_text(name[:1000]).strip()[:100]}
    return named | {"href": href} if href else named


def read_training(document: Mapping[str, Any]) -> dict[str, str]:
    """Level, certificate, price and hours of a document, each only when it is said."""
    found = {name: _text(document.get(term)) for name, term in _TERMS.items()}
    found["hours"] = _read_hours(document.get(_TIME))
    return {name: text for name, text in found.items() if text}


def write_training(training: Mapping[str, str] | None) -> dict[str, str]:
    """The same as it goes on the wire."""
    training = training or {}
    written = {term: training[name] for name, term in _TERMS.items() if training.get(name)}
    minutes = round(float(training.get("hours") or 0) * 60)
    if minutes:
        hours, rest = divmod(minutes, 60)
        written[_TIME] = "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest else "")
    return written


def skill_tags(
    skills: Iterable[Mapping[str, Any]], tags: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The tags with the skills among them, so that lists are filtered by both; a skill is a hashtag too."""
    others = [dict(tag) for tag in tags if tag.get("rel") != "skill"]
    held = {str(tag.get("name") or "").lstrip("#").casefold() for tag in others}
    links = [{"type": "Link", "rel": "skill", **skill} for skill in skills]
    words = dict.fromkeys(re.sub(r"[^\w]+", "", skill["name"].casefold()) for skill in skills)
    hashtags = [{"type": "Hashtag", "name": f"#{word}"} for word in words if word and word not in held]
    return [*others, *links, *hashtags]


def facts_of(training: Mapping[str, str]) -> list[tuple[str, str]]:
    """What there is to say of a training beside its skills: labels and words for a page."""
    level, hours = training.get("level", ""), training.get("hours", "")
    found = (
        (gettext("For whom"), level_label(level)),
        (gettext("Length"), hours_label(hours)),
        (gettext("Price"), training.get("price", "")),
        (gettext("Certificate"), training.get("certificate", "")),
    )
    return [(label, text) for label, text in found if text]


def level_label(level: str) -> str:
    """For whom it is, in the reader's language; what somebody else wrote as it is."""
    return first_upper(str(LEVELS.get(level, level)))


def hours_label(hours: str) -> str:
    """How many hours it takes, in words."""
    number = _decimal(hours)
    if number is None:
        return ""
    # The plural follows the number as it is read: 1.5 hours, but 1,5 heure.
    return ngettext(
        "%(hours)s hour",
        "%(hours)s hours",
        plural_number(number),
        hours=format_decimal(number, locale=reader_locale()),
    )


def read_hours(text: str) -> str:
    """Hours as typed ("7", "3,5", "3h30"), empty for nothing; ValueError when they cannot be read."""
    text = text.strip().lower().replace(",", ".")
    clock = re.fullmatch(r"(\d{1,3})\s*h\s*([0-5]?\d)", text, re.ASCII)
    number = Decimal(clock[1]) + Decimal(clock[2]) / 60 if clock else _decimal(text.removesuffix("h").strip())
    if not text:
        return ""
    if number is None or not 0 < number < MOST_HOURS:
        raise ValueError(gettext("Write a number of hours, like 7 or 3.5."))
    return str(round(number, 2).normalize() if number % 1 else int(number))


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _read_hours(value: Any) -> str:
    read = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if read is None or not (read[1] or read[2]):
        return ""
    number = Decimal(read[1] or 0) + Decimal(read[2] or 0) / 60
    return read_hours(str(number)[:8]) if 0 < number < MOST_HOURS else ""


def _text(value: Any) -> str:
    first = next((one for one in as_list(value) if isinstance(one, str)), "")
    return plain_text(first[: 10 * TEXT_LIMIT]).strip()[:TEXT_LIMIT]
