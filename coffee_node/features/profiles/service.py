"""Changing profiles and companies: what a person says, to whom, and when it may leave the node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import delete, select

from coffee_node.activitypub.schemas import ActorSchema, place_columns
from coffee_node.activitypub.vocabulary import is_web_url
from coffee_node.base import clock, i18n
from coffee_node.base.database import db, write
from coffee_node.base.errors import Unprocessable
from coffee_node.base.i18n import gettext as _
from coffee_node.features.profiles.models import Company, Profile
from coffee_node.features.profiles.schemas import (
    AVAILABILITIES,
    COMPANY_KINDS,
    CONSENT_FIELDS,
    LEVELS,
    level_of,
    skill_dicts,
    tag_documents,
)
from coffee_node.federation import audience, objects, outbox, search
from coffee_node.federation.account_models import Account, Consent, Membership
from coffee_node.federation.actors import actor_document, create_local_actor, find_actor
from coffee_node.federation.models import Actor
from coffee_node.node import current_node

SKILL_LIMIT = 30
_DERIVED = {"tags": ("skills_offered", "skills_sought"), "attachments": ("links",)}


def speak(language: str) -> AbstractContextManager[object]:
    """The context in which a document's words for plain readers are written."""
    node = current_node
    return i18n.speaking(node.catalogues, language or node.config.node.language)


def find_profile(actor: Actor) -> Profile | None:
    """The profile of a person, ours or a copy."""
    return db.session.scalar(select(Profile).where(Profile.uri == actor.uri))


def profile_of(actor: Actor) -> Profile:
    """The profile of a person of ours, made empty and hidden at first use."""
    found = find_profile(actor)
    if found is not None:
        return found
    with write():
        row: Profile = objects.actor_row(current_node.registry.type_for_model(Profile), actor)
        account = db.session.scalar(select(Account).where(Account.actor_id == actor.id))
        space = _first_space(account) if account is not None else None
        row.url = actor.url
        row.visibility = "public" if actor.is_published else "space"
        row.language = (account.language if account else "") or current_node.config.node.language
        if space is not None:
            row.affiliation, row.affiliation_name = space.uri, space.name
        db.session.flush()
        objects.index(row)
    return row


def _first_space(account: Account) -> Actor | None:
    query = select(Actor).join(Membership, Membership.space_id == Actor.id)
    return db.session.scalar(
        query.where(Membership.account_id == account.id).order_by(Membership.id).limit(1)
    )


def change_profile(
    row: Profile, values: Mapping[str, Any], levels: Mapping[str, str] | None = None
) -> Profile:
    """Change a profile of ours and who may see which field; a published one is announced as it now is.

    Unprocessable names the fields that cannot be so.
    """
    wanted = _checked(values, levels or {})
    with write():
        _prepare(row)
        objects.set_columns(row, wanted)
        _remember_levels(row, levels or {})
        if "is_listed" in values:
            row.is_listed = bool(values["is_listed"])
        _announce(row)
    return row


def publish_profile(row: Profile, is_listed: bool | None = None) -> Profile:
    """Let the public fields leave the node; `is_listed` also puts the person into the directories."""
    with write():
        _prepare(row)
        row.actor.is_published = True
        row.visibility = "public"
        row.is_listed = row.is_listed if is_listed is None else is_listed
        _announce(row)
    return row


def withdraw_profile(row: Profile) -> None:
    """Take the profile back: others get an Update with nothing but the handle; its space still sees it."""
    with write():
        _prepare(row)
        was_published, row.actor.is_published = row.actor.is_published, False
        row.visibility = "space"
        _announce(row)
        if was_published:
            _send_withdrawal(row.actor)


def update(row: Profile, values: Mapping[str, Any], visibility: str | None = None) -> Profile:
    """An Update by the write interface: publishes, since without `to` and `cc` it is for everybody.

    Fields whose level the person chose before keep it unless the activity is addressed.
    """
    wanted = _sent_only(values)
    level = visibility or "public"
    chosen = row.levels or {}
    levels: dict[str, str] = {}
    for field in CONSENT_FIELDS:
        if field in wanted and (visibility is not None or field not in chosen):
            levels[field] = level
    with write():
        change_profile(row, wanted, levels)
        if level in ("public", "network") and not row.actor.is_published:
            publish_profile(row, is_listed=bool(wanted.get("is_listed", True)))
    return row


def _sent_only(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a client sent: columns derived from properties that it left out stay as they are."""
    wanted = dict(values)
    for wire, columns in _DERIVED.items():
        if wanted.pop(wire, None) is None:
            for column in columns:
                wanted.pop(column, None)
    return wanted | {"source": "", "source_map": {}} if "summary" in wanted else wanted


def _prepare(row: Profile) -> None:
    """Give a row that the engine made in passing what a profile needs."""
    row.url = row.url or row.actor.url
    row.language = row.language or current_node.config.node.language
    if not row.actor.is_published:
        row.visibility = "space"


def _remember_levels(row: Profile, levels: Mapping[str, str]) -> None:
    row.levels = {**(row.levels or {}), **levels}
    known = {
        consent.field: consent
        for consent in db.session.scalars(select(Consent).where(Consent.actor_id == row.actor_id))
    }
    for field, level in levels.items():
        consent = known.get(field)
        if consent is None:
            db.session.add(Consent(actor_id=row.actor_id, field=field, visibility=level))
        elif consent.visibility != level:
            consent.visibility = level
            consent.version += 1


def _announce(row: Profile) -> None:
    """Bring everything that is derived from the levels up to date, then tell the followers."""
    is_open = {field: level_of(row, field) == "public" for field in CONSENT_FIELDS}
    public = {name: getattr(row, name) for name in ("skills_offered", "skills_sought") if is_open[name]}
    row.tags = tag_documents({"uri": row.uri, **public})
    row.member_skills = _member_skills(row)
    objects.set_columns(row, place_columns(row.place if is_open["place"] else None))
    row.updated = clock.utcnow().replace(microsecond=0)
    row.actor.name = row.name
    row.actor.summary = row.summary if is_open["summary"] else ""
    db.session.flush()
    objects.index(row)
    row.document = objects.publish_actor(row.actor)


def _member_skills(row: Profile) -> str:
    """The skills that members of the same space may search for, folded, each between bars."""
    names = [
        search.fold(skill["name"])
        for field in ("skills_offered", "skills_sought")
        if level_of(row, field) != "private"
        for skill in getattr(row, field) or []
    ]
    return f"|{'|'.join(names)}|" if names else ""


def _send_withdrawal(actor: Actor) -> None:
    to, cc = audience.address(actor, "public")
    outbox.hide_activities_about(actor.uri)
    emptied = {**actor_document(actor), "name": actor.slug, "discoverable": False, "to": to, "cc": cc}
    outbox.publish(actor, "Update", emptied, to=to, cc=cc, context=ActorSchema.context)


def _checked(values: Mapping[str, Any], levels: Mapping[str, str]) -> dict[str, Any]:
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
            wanted[field] = _skills(wanted[field] or [])
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
    return wanted


def _skills(given: Sequence[Any]) -> list[dict[str, Any]]:
    """Skills as they are kept, free words with the address of our tag page."""
    kept: dict[str, dict[str, Any]] = {}
    for one in given:
        skill = dict(one) if isinstance(one, Mapping) else {"name": str(one)}
        for made in skill_dicts([str(skill.get("name") or "")], current_node.config.node.base_url):
            kept.setdefault(search.fold(made["name"]), {**made, **{k: v for k, v in skill.items() if v}})
    return list(kept.values())[:SKILL_LIMIT]


def open_company(slug: str, values: Mapping[str, Any]) -> Company:
    """Add a company or a competence centre of ours and announce it."""
    kind = str(values.get("kind") or "company")
    if kind not in COMPANY_KINDS:
        raise Unprocessable(f"{kind!r} is not a kind of company.", f"Use one of: {', '.join(COMPANY_KINDS)}.")
    with write():
        actor = create_local_actor("Organization", slug, str(values.get("name") or slug), kind=kind)
        row: Company = objects.actor_row(current_node.registry.type_for_model(Company), actor)
        row.url = actor.url
        row.kind = kind
        change_company(row, {"is_listed": True, **values})
    return row


def change_company(row: Company, values: Mapping[str, Any]) -> Company:
    """Change a company of ours and announce it; everything on it is public."""
    wanted = {name: value for name, value in values.items() if name != "tags"}
    for field in ("skills_offered", "skills_sought"):
        if field in wanted:
            wanted[field] = _skills(wanted[field] or [])
    with write():
        objects.set_columns(row, wanted)
        row.tags = tag_documents(
            {"uri": row.uri, "skills_offered": row.skills_offered, "skills_sought": row.skills_sought}
        )
        objects.set_columns(row, place_columns(row.place))
        row.updated = clock.utcnow().replace(microsecond=0)
        row.actor.name, row.actor.summary = row.name or row.actor.name, row.summary or ""
        db.session.flush()
        objects.index(row)
        row.document = objects.publish_actor(row.actor)
    return row


def update_company(row: Company, values: Mapping[str, Any], visibility: str | None = None) -> Company:
    """An Update by the write interface."""
    return change_company(row, _sent_only(values))


def personal_data(actor_uri: str) -> dict[str, Any]:
    """What a person entrusted to this feature, for their own copy; empty when nothing."""
    actor = find_actor(actor_uri)
    row = find_profile(actor) if actor is not None else None
    if actor is None or row is None:
        return {}
    columns = ("name", "headline", "summary", "languages", "links", "availability", "place", "affiliation")
    kept = {name: getattr(row, name) for name in (*columns, "skills_offered", "skills_sought", "is_listed")}
    return {"profile": kept, "levels": dict(row.levels or {}), "published": actor.is_published}


def erase(actor_uri: str) -> None:
    """Remove the profile of a person and what they chose for its fields."""
    actor = find_actor(actor_uri)
    if actor is None:
        return
    with write():
        row = find_profile(actor)
        if row is not None:
            row.tags = []
            objects.index(row)
            db.session.delete(row)
        db.session.execute(delete(Consent).where(Consent.actor_id == actor.id))
