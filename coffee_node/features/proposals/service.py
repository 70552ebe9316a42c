"""Offering and seeking: the rules of proposals, and their end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from sqlalchemy import or_, select

from coffee_node.base import clock, html, i18n
from coffee_node.base.contracts import ObjectType
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.proposals.essentials import frame, without_frame
from coffee_node.features.proposals.intents import CURRENCIES, EMPLOYMENT_TYPES, JOB_KINDS, decimal_text
from coffee_node.features.proposals.models import Proposal
from coffee_node.features.proposals.schemas import KINDS, PURPOSES
from coffee_node.federation import objects
from coffee_node.federation.actors import described_row
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

LIFE = timedelta(days=60)
KEPT_AFTER_END = timedelta(days=90)
STEP = 50
WORKER_PATIENCE = 30.0
DESK = "https://www.wikidata.org/wiki/Q1149776"
SKILL_LIMIT = 30
_ZONE_OF_COUNTRY = {
    "BE": "Europe/Brussels",
    "DE": "Europe/Berlin",
    "FR": "Europe/Paris",
    "LU": "Europe/Luxembourg",
    "NL": "Europe/Amsterdam",
}
_DECIMALS = ("amount", "available_quantity", "minimum_quantity", "price")


def speak(language: str) -> AbstractContextManager[object]:
    """The context in which a document's words for plain readers are written."""
    node = current_node
    return i18n.speaking(node.catalogues, language or node.config.node.language)


def object_type() -> ObjectType:
    """The registered type of proposals on this node."""
    return current_node.registry.type_for_model(Proposal)


def offer(actor: Actor, values: Mapping[str, Any], visibility: str = "public") -> Proposal:
    """Publish an offer or a need; without an end it holds 60 days. Unprocessable names what cannot be so."""
    wanted = dict(values)
    wanted["end_time"] = wanted.get("end_time") or clock.utcnow().replace(microsecond=0) + LIFE
    wanted["language"] = wanted.get("language") or current_node.config.node.language
    wanted["purpose"] = wanted.get("purpose") or "offer"
    wanted["kind"] = wanted.get("kind") or "market"
    if actor.type == "Organization" and wanted["kind"] in JOB_KINDS and wanted["purpose"] == "offer":
        wanted["employer"] = wanted.get("employer") or actor.uri
    _place_at_home(wanted, actor)
    _complete(wanted)
    _check(wanted)
    if wanted["end_time"] <= clock.utcnow():
        _refuse({"endTime": [_("The end must be in the future.")]})
    with write():
        created: Proposal = objects.create_object(object_type(), actor, wanted, visibility)
    return created


def change(row: Proposal, values: Mapping[str, Any], visibility: str | None = None) -> Proposal:
    """Change a proposal of ours; only what is named changes."""
    wanted = dict(values)
    if "content" in wanted:
        wanted["content"] = own_text(row, wanted["content"] or "", row.language or "", row.name)
    if "content_map" in wanted:
        names = row.name_map or {}
        texts = (wanted["content_map"] or {}).items()
        wanted["content_map"] = {
            language: own_text(row, text, language, names.get(language) or row.name)
            for language, text in texts
            if language != row.language
        }
    merged = {name: getattr(row, name) for name in Proposal.__table__.columns.keys()} | wanted  # noqa: SIM118
    _complete(merged)
    _check(merged)
    if wanted.get("end_time") and wanted["end_time"] != row.end_time:
        wanted["reminded_at"] = None
    for name in ("amount", "unit", "is_unit_based", "resource", "timezone", *_DECIMALS):
        wanted[name] = merged[name]
    with write():
        objects.update_object(object_type(), row, wanted, visibility)
    return row


def withdraw(row: Proposal) -> None:
    """Take a proposal back everywhere it went."""
    with write():
        objects.delete_object(object_type(), row)


def expire_proposals() -> str:
    """Tell everybody that what has ended is no longer to be had, and delete it a season later (8.3)."""
    now = clock.utcnow()
    ours = select(Proposal.uri).where(Proposal.origin == "", Proposal.deleted_at.is_(None))
    ended = ours.where(Proposal.end_time <= now, Proposal.available_quantity != "0")
    past = ours.where(Proposal.end_time <= now - KEPT_AFTER_END)
    told = each_of(ended, _end)
    gone = each_of(past, lambda row: objects.delete_object(object_type(), row))
    return f"{told} proposals have ended, {gone} were deleted."


def _end(row: Proposal) -> None:
    left = {"available_quantity": "0", "quantity_before_end": row.available_quantity}
    objects.update_object(object_type(), row, left)


def each_of(uris: Any, change_one: Callable[[Proposal], object]) -> int:
    """Change each of these proposals, some per transaction, so that nobody waits long."""
    found = list(db.session.scalars(uris))
    for start in range(0, len(found), STEP):
        with write(patience=WORKER_PATIENCE):
            chosen = Proposal.uri.in_(found[start : start + STEP])
            for row in db.session.scalars(
                select(Proposal).where(chosen, Proposal.deleted_at.is_(None))
            ).all():
                with speak(row.language or ""):
                    change_one(row)
    return len(found)


def plain_words(content: Any) -> str:
    """The words that came with an activity, as plain text of a few lines at most."""
    return html.to_text(html.sanitise(content if isinstance(content, str) else ""))[:2000]


def open_proposals() -> Any:
    """The where-clause of proposals that can still be answered."""
    still = or_(Proposal.end_time.is_(None), Proposal.end_time > clock.utcnow())
    return still & (Proposal.available_quantity != "0")


def own_text(row: Proposal, content: str, language: str, name: str) -> str:
    """The author's text of a content that a client read from the document and sends back."""
    with speak(language):
        return without_frame(content, *frame(row, name))


def skill_tags(skills: Sequence[str | Mapping[str, Any]], purpose: str, kind: str) -> list[dict[str, Any]]:
    """The tags of skills in free words: a Link to our tag page for programs, a Hashtag for plain readers.

    A skill is a name, or has a `name`, and a `level` from 1 to 4 and `required` where its author said so.

    A job that is offered seeks skills, like a need; what is offered otherwise is the author's own skill.
    """
    base = current_node.config.node.base_url
    is_sought = purpose == "request" or kind in (*JOB_KINDS, "mission")
    rel = "skill-sought" if is_sought else "skill"
    said: list[Mapping[str, Any]] = [{"name": one} if isinstance(one, str) else one for one in skills]
    named = {" ".join(str(skill["name"]).split()): skill for skill in said if str(skill["name"]).strip()}
    kept = list(named)[:SKILL_LIMIT]
    tags: list[dict[str, Any]] = []
    for name in kept:
        tag = {
            "type": "Link",
            "rel": rel,
            "href": f"{base}/tags/{quote(name.lower(), safe='')}",
            "name": name,
        }
        more = {"skillLevel": named[name].get("level"), "skillRequired": named[name].get("required")}
        tags.append(tag | {key: value for key, value in more.items() if value})
    for name in kept:
        word = "".join(letter for letter in name.lower() if letter.isalnum())
        tags.append({"type": "Hashtag", "name": f"#{word}", "href": f"{base}/tags/{quote(word)}"})
    return tags


def _place_at_home(wanted: dict[str, Any], actor: Actor) -> None:
    """A space that offers something offers it at its own address unless it says otherwise."""
    if wanted.get("place"):
        return
    described = described_row(actor) if actor.type == "Organization" else None
    if described is not None and described[1].place:
        row = described[1]
        wanted["place"] = {"name": row.name, **row.place}
        wanted |= {"latitude": row.latitude, "longitude": row.longitude, "country": row.country}


def _complete(wanted: dict[str, Any]) -> None:
    """Fill in what follows from the rest: quantities, the time zone, the thing itself."""
    for name in _DECIMALS:
        wanted[name] = decimal_text(wanted[name]) or wanted[name] if wanted.get(name) else ""
    wanted["unit"] = wanted.get("unit") or "one"
    wanted["amount"] = wanted.get("amount") or "1"
    if wanted.get("price"):
        wanted["currency"] = wanted.get("currency") or "EUR"
    if wanted.get("is_unit_based") is None and wanted.get("price"):
        wanted["is_unit_based"] = wanted["amount"] == "1"
    wanted["timezone"] = wanted.get("timezone") or _ZONE_OF_COUNTRY.get(wanted.get("country") or "", "")
    wanted["resource"] = wanted.get("resource") or _resource(wanted)


def _resource(wanted: Mapping[str, Any]) -> str:
    if wanted.get("kind") == "desk":
        return DESK
    skills = [
        tag for tag in wanted.get("tags") or [] if tag.get("rel") in ("skill", "skill-sought", "occupation")
    ]
    named = next((str(tag["href"]) for tag in skills if tag.get("href")), "")
    return named or f"{current_node.config.node.base_url}/tags/{wanted['kind']}"


def _check(wanted: Mapping[str, Any]) -> None:
    refused: dict[str, list[str]] = {}
    choice = _("This is not one of the choices.")
    if not wanted.get("name"):
        refused["name"] = [_("Please give a title.")]
    if wanted["purpose"] not in PURPOSES:
        refused["purpose"] = [choice]
    if wanted["kind"] not in KINDS:
        refused["kind"] = [choice]
    if (wanted.get("employment_type") or "") not in ("", *EMPLOYMENT_TYPES):
        refused["employmentType"] = [choice]
    if (wanted.get("price")) and wanted.get("currency") not in CURRENCIES:
        refused["currency"] = [choice]
    for name in _DECIMALS:
        if wanted.get(name) and not decimal_text(wanted[name]):
            refused[name] = [_("Write a number, for example 15 or 12.50.")]
    lowest, highest = wanted.get("salary_min"), wanted.get("salary_max")
    if lowest is not None and highest is not None and lowest > highest:
        refused["salary_max"] = [_("The highest salary is below the lowest one.")]
    end = wanted.get("end_time")
    if end is not None and not (isinstance(end, datetime) and end.tzinfo):
        refused["endTime"] = [_("Write a day, for example 2026-12-31.")]
    if refused:
        _refuse(refused)


def _refuse(fields: Mapping[str, list[str]]) -> None:
    raise Unprocessable(
        _("This cannot be published like this."), _("Please correct what is marked."), fields=fields
    )
